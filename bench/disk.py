"""Another disk than this machine's: one on which each sync takes longer. Nothing that is written goes elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).with_name("slow_sync.c")


@contextmanager
def slower(microseconds: int) -> Iterator[None]:
    """As long as it lasts, a program that is started here waits so long after each sync. Needs a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise SystemExit("--sync needs a C compiler: apt-get install gcc")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # slapd runs as nobody
        library = Path(folder) / "slow_sync.so"
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
        os.environ |= {"LD_PRELOAD": str(library), "BENCH_SYNC_US": str(microseconds)}
        try:
            yield
        finally:
            del os.environ["LD_PRELOAD"], os.environ["BENCH_SYNC_US"]
