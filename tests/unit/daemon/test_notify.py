"""What systemd hears."""

import os
import socket
from pathlib import Path

import pytest

from bridge.daemon import notify


def test_a_line_reaches_the_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(path))
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))

        notify.tell(notify.READY, "STATUS=serving")

        assert b"READY=1\nSTATUS=serving" == systemd.recv(100)


def test_nobody_listening_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    notify.tell(notify.READY)
    monkeypatch.delenv("NOTIFY_SOCKET")
    notify.tell(notify.READY)


def test_the_sign_of_life_comes_twice_as_often_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))

    assert notify.watchdog_seconds() == 30


def test_a_watchdog_of_another_process_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    monkeypatch.setenv("WATCHDOG_PID", "1")

    assert notify.watchdog_seconds() is None
