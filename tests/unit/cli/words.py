"""`scim-bridge …` as an operator types it, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path


def bridge(*words: str, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bridge", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=cwd,
        env={**os.environ, **environ},
    )
