"""A schedule as cron(5) writes it, checked: five fields, numbers, names, lists, ranges, steps.

Pure. When a schedule is due is the daemon's business (`bridge/daemon/schedule.py`); this file holds back
what that one could not read. Weekdays: 0 and 7 are Sunday; month and weekday names in any case.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.settings.faults import Wrong

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_REMEDY = 'write five fields: minute hour day month weekday, as in "15 3 * * *" (03:15 every day)'


@dataclass(frozen=True, slots=True)
class Field:
    """One of the five fields: its name, its range, and the names that stand for its numbers."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        """The number that `text` stands for."""
        if text.lower() in self.names:
            return self.names.index(text.lower()) + self.low
        if not (text.isascii() and text.isdigit() and self.low <= int(text) <= self.high):
            named = f" or {self.names[0]}-{self.names[-1]}" if self.names else ""
            raise Wrong(f"has {text!r} for the {self.name}", f"the {self.name} is {self.low}-{self.high}{named}")
        return int(text)


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of the month", 1, 31),
    Field("month", 1, 12, _MONTHS),
    Field("weekday", 0, 7, _DAYS),
)


def check_cron(line: str) -> str:
    """The line with single spaces; `Wrong` where cron could not read it, or where it is never due."""
    parts = line.split()
    if len(parts) != len(FIELDS):
        raise Wrong(f"has {len(parts)} fields where a cron line has five", _REMEDY)
    for field, part in zip(FIELDS, parts, strict=True):
        items = part.split(",")
        if len(items) > 1 and any(item.startswith("*") for item in items):
            raise Wrong(f"has a * among others for the {field.name}: {part!r}", "write * alone, or the numbers")
        for item in items:
            _check(field, item)
    _check_date(*parts[2:])
    return " ".join(parts)


def _check(field: Field, item: str) -> None:
    span, slash, step = item.partition("/")
    if span == "*":
        width = field.high - field.low
    elif "-" in span or not slash:
        width = _width(field, span)
    else:
        raise Wrong(f"has a step without a range for the {field.name}: {item!r}", "write */15 or 0-59/15")
    if slash and not (step.isascii() and step.isdigit() and 0 < int(step) <= width):
        raise Wrong(f"has the step {step!r} for the {field.name}", "a step is a number within its range, as in */15")


def _width(field: Field, span: str) -> int:
    """How far a range reaches; a single number reaches nowhere."""
    first, dash, last = span.partition("-")
    low = field.number(first)
    width = field.number(last) - low if dash else 0
    if width < 0 and field.name == "weekday":  # fri-mon
        return width + 7
    if width < 0:
        raise Wrong(f"has a range that runs backwards for the {field.name}: {span!r}", "write the lower end first")
    return width


def _check_date(day: str, month: str, weekday: str) -> None:
    """Refuse 30 February and its like: such a line would never be due."""
    if not day.isdigit() or not weekday.startswith("*") or month.startswith("*"):
        return
    months = [item for item in month.split(",") if "-" not in item]
    if len(months) == month.count(",") + 1 and all(int(day) > _length(FIELDS[3].number(m)) for m in months):
        raise Wrong("is never due: no such day is in that month", _REMEDY)


def _length(month: int) -> int:
    if month == 2:
        return 29
    return 30 if month in (4, 6, 9, 11) else 31
