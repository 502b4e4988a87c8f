"""The functions that an expression may call beside CEL's own. Pure.

A missing value (null) given to a function that works on text gives null back, and never becomes text.
Each may be called as `f(x)` or `x.f()`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

_LETTERS = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "\u0131": "i", "ħ": "h", "Ħ": "H",
    }
)  # fmt: skip


def default(*values: Any) -> Any:
    """The first that is there: not null, not empty text, not an empty list; where none is, the last as it stands."""
    return next((value for value in values if value not in (None, "", [])), values[-1] if values else None)


def first(values: Sequence[Any] | None) -> Any:
    """The first item of a list; null where it is empty."""
    return _listed(values)[0] if values else None


def lower(text: str | None) -> str | None:
    """The text in small letters."""
    return None if text is None else _text(text).lower()


def upper(text: str | None) -> str | None:
    """The text in capital letters."""
    return None if text is None else _text(text).upper()


def trim(text: str | None) -> str | None:
    """The text without white space at its ends."""
    return None if text is None else _text(text).strip()


def ascii(text: str | None) -> str | None:  # noqa: A001 - the name that an expression uses
    """The text in ASCII: accents are dropped, ß is ss, ø is o; what has no such letter is left out."""
    if text is None:
        return None
    plain = unicodedata.normalize("NFKD", _text(text).translate(_LETTERS))
    return plain.encode("ascii", "ignore").decode()


def join(values: Iterable[Any] | None, between: str = "") -> str | None:
    """The texts of a list as one text; what is missing is left out, and nothing at all is null."""
    there = [_text(value) for value in _listed(values) if value not in (None, "")]
    return _text(between).join(there) if there else None


def replace(text: str | None, old: str, new: str) -> str | None:
    """The text with every `old` replaced by `new`."""
    return None if text is None else _text(text).replace(_text(old), _text(new))


def split(text: str | None, at: str) -> list[str]:
    """The parts of the text; an empty list where it is missing."""
    return [] if text is None else _text(text).split(_text(at))


def substring(text: str | None, start: int, end: int | None = None) -> str | None:
    """The characters from `start` (0 is the first) up to before `end`; a shorter text gives what it has."""
    if text is None:
        return None
    if start < 0 or (end is not None and end < start):
        raise ValueError("no such part")
    return _text(text)[start:end]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (default, first, lower, upper, trim, ascii, join, replace, split, substring)
}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _listed(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)):
        raise TypeError("not a list")
    return value
