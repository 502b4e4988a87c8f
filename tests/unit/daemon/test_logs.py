"""One JSON object per line, whoever logs."""

import asyncio
import io
import logging
import threading
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


async def test_the_lines_of_one_turn_of_the_loop_are_written_at_once() -> None:
    out = Counted()
    logs.configure(stream=out)
    log = structlog.get_logger()

    log.info("delivery.applied")
    log.info("delivery.applied")
    before = out.getvalue()
    await asyncio.sleep(0)

    assert ("", 1, 2) == (before, out.flushes, len(out.getvalue().splitlines()))


async def test_a_warning_does_not_wait_and_keeps_the_order() -> None:
    out = Counted()
    logs.configure(stream=out)
    log = structlog.get_logger()

    log.info("delivery.applied")
    log.warning("target.went_down")

    assert ["info", "warning"] == [orjson.loads(line)["level"] for line in out.getvalue().splitlines()]


async def test_a_thread_writes_at_once() -> None:
    out = Counted()
    logs.configure(stream=out)
    threading.Thread(target=lambda: structlog.get_logger().info("reconcile.finished"), daemon=True).start()

    while not out.flushes:
        await asyncio.sleep(0)
    assert "reconcile.finished" in out.getvalue()


class Counted(io.StringIO):
    """A stream that counts its flushes."""

    flushes = 0

    def flush(self) -> None:
        self.flushes += 1


def test_lines_below_the_level_are_not_written() -> None:
    out = io.StringIO()
    logs.configure("warning", stream=out)

    structlog.get_logger().info("request.answered")

    assert out.getvalue() == ""
