"""Tell systemd how we are (sd_notify(3)): ready, reloading, stopping, alive. Silent where nobody listens."""

from __future__ import annotations

import asyncio
import os
import socket

READY = "READY=1"
STOPPING = "STOPPING=1"
WATCHDOG = "WATCHDOG=1"


def tell(*lines: str) -> None:
    """Send the lines in one datagram to `$NOTIFY_SOCKET`, if there is one."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        try:
            out.sendto("\n".join(lines).encode(), address)
        except OSError:
            return  # systemd is gone or restarting: nothing we do depends on being heard


def reloading(monotonic_seconds: float) -> str:
    """The lines that announce a reload (Type=notify-reload wants the monotonic time, in µs)."""
    return f"RELOADING=1\nMONOTONIC_USEC={round(monotonic_seconds * 1_000_000)}"


def watchdog_seconds() -> float | None:
    """Half of the time systemd waits for a sign of life; None where it does not wait."""
    text = os.environ.get("WATCHDOG_USEC")
    owner = os.environ.get("WATCHDOG_PID", str(os.getpid()))
    if not text or owner != str(os.getpid()):
        return None
    return int(text) / 2_000_000


async def stay_alive() -> None:
    """Send signs of life, for ever; from the loop itself, so that a blocked loop is noticed."""
    every = watchdog_seconds()
    if every is None:
        return
    while True:
        tell(WATCHDOG)
        await asyncio.sleep(every)
