"""One JSON object per line, whoever logs."""

import io
import logging
from collections.abc import Iterator

import orjson
import pytest
import structlog

from bridge.daemon import logs


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_an_event_is_one_line_of_json() -> None:
    out = io.StringIO()
    logs.configure(stream=out)

    structlog.get_logger().info("delivery.applied", target="corp", attributes=["cn"])

    line = orjson.loads(out.getvalue())
    assert ("delivery.applied", "info", "corp") == (line["event"], line["level"], line["target"])
    assert line["timestamp"].endswith("Z")


def test_a_traceback_with_half_a_character_is_written_all_the_same() -> None:
    out = io.StringIO()
    logs.configure(stream=out)

    try:
        raise ValueError("\ud800")
    except ValueError:
        structlog.get_logger().error("daemon.crashed", exc_info=True)

    assert "ValueError" in orjson.loads(out.getvalue())["exception"]


def test_a_library_that_warns_through_logging_has_the_same_shape() -> None:
    out = io.StringIO()
    logs.configure(stream=out)

    logging.getLogger("aiohttp.server").warning("odd %s", "request")

    assert ("odd request", "warning") == tuple(orjson.loads(out.getvalue())[k] for k in ("event", "level"))


def test_lines_below_the_level_are_not_written() -> None:
    out = io.StringIO()
    logs.configure("warning", stream=out)

    structlog.get_logger().info("request.answered")

    assert out.getvalue() == ""
