"""Ten thousand times tampering with a journal's chain: 20 rounds of 500, each on a journal of its own."""

from __future__ import annotations

from contextlib import closing

from bridge.journal.verify import verify
from tests.faults.tampering import KEY, unseen, written
from tests.soak import rounds

ROUNDS, TIMES = 20, 500


def one(round_: int) -> rounds.Figures:
    with closing(written(round_)) as whole:
        verdict = verify(whole, KEY)
        wrong = [f"untouched: {each}" for each in verdict.found]
        wrong += [f"unseen: {each}" for each in unseen(whole, range(round_ * TIMES, (round_ + 1) * TIMES))]
    if wrong:
        raise rounds.Failed(wrong)
    return {"tamperings_found": TIMES, "rows_of_the_journals": verdict.rows}


def main(arguments: list[str]) -> int:
    return rounds.main(rounds.Part("tampering", ROUNDS, one), arguments)
