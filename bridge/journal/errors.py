"""What the journal says when it cannot do its work. Each text is for an operator at 3 am."""

from __future__ import annotations


class JournalError(Exception):
    """The base."""


class JournalLocked(JournalError):
    """Another process has this journal open."""


class JournalUnusable(JournalError):
    """The file cannot be opened: wrong key, unknown migrations, no rights, not a database."""


class JournalBusy(JournalError):
    """Not now: too many requests wait, or another program holds the file; `retry_after` is in seconds."""

    def __init__(self, retry_after: int = 1, problem: str = "too many requests wait to be written") -> None:
        super().__init__(problem)
        self.retry_after = retry_after


class JournalClosed(JournalError):
    """The daemon is stopping, and the journal takes nothing more."""


class JournalFull(JournalError):
    """The disk is full: nothing of the request was kept; it heals by itself when there is room."""

    retry_after = 5


class JournalBroken(JournalError):
    """An I/O error: nothing later can be trusted, the process must end and be started again."""
