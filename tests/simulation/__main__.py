"""`python -m tests.simulation SEED`: tell what happened in the run of a seed, and what was wrong with it."""

import sys

from tests.simulation.run import run

outcome = run(int(sys.argv[1]))
print(*outcome.told, *(f"WRONG: {each}" for each in outcome.wrong), sep="\n")
sys.exit(bool(outcome.wrong))
