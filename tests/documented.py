"""What the pages of docs/targets say, taken out of them to be tried: a page that lies fails a test."""

from __future__ import annotations

import re
from pathlib import Path

PAGES = Path(__file__).parents[1] / "docs/targets"
_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def block(page: str, start: str) -> list[str]:
    """The lines that begin so, of the page's blocks of code; a line that goes on in the next (LDIF) is one."""
    text = (PAGES / f"{page}.md").read_text()
    joined = "\n".join(found.replace("\n ", "") for found in _BLOCK.findall(text))
    return [line for line in joined.split("\n") if line.startswith(start)]
