"""Configure structlog: JSON lines on stdout for a service, a readable form on a terminal.

The one place that does. Event names are fixed words in the past tense; attribute values and secrets
are never logged, so nothing here needs to take them out again.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import orjson
import structlog

_SHARED: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send every log line of this process to `stream` (stdout), from `level` on."""
    out = stream or sys.stdout
    threshold = logging.getLevelNamesMapping()[level.upper()]
    if out.isatty():
        # plain: the rich one, where it is installed, shows the values of every local variable, and takes seconds for it
        plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        tail: list[structlog.types.Processor] = [plain]
    else:
        tail = [
            structlog.processors.format_exc_info,
            _unicode_safe,
            structlog.processors.JSONRenderer(serializer=_json),
        ]
    structlog.configure(
        processors=[*_SHARED, *tail],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
    _adopt_standard_logging(out, threshold)


def _adopt_standard_logging(out: TextIO, threshold: int) -> None:
    """Libraries log through `logging`: same stream, same shape, warnings and worse."""
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(serializer=_json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(threshold, logging.WARNING))


def _unicode_safe(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A traceback may quote half a character; the line is written all the same."""
    text = event.get("exception")
    if isinstance(text, str):
        event["exception"] = text.encode("utf-8", "backslashreplace").decode()
    return event


def _json(event: Any, default: Any = None, **_: Any) -> str:
    return orjson.dumps(event, default=default, option=orjson.OPT_NON_STR_KEYS).decode()
