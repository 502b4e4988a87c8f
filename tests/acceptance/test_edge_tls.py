"""TLS on our own listener, with the real daemon."""

from __future__ import annotations

import http.client
import shutil
import signal
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates import make
from tests.daemon import Daemon

LINES = 'tls_certificate = "shown/server.crt"\ntls_key = "file:shown/server.key"\n'


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path)
    daemon.configure("")
    daemon.config.write_text(daemon.config.read_text().replace("[ops]", LINES + "[ops]"))
    make(tmp_path / "shown", "127.0.0.1")
    daemon.start()
    yield daemon
    assert daemon.stop() == 0
    assert daemon.stderr() == ""


def get(daemon: Daemon, trusted: Path) -> int:
    context = ssl.create_default_context(cafile=trusted)
    line = http.client.HTTPSConnection("127.0.0.1", daemon.port, context=context, timeout=10)
    line.request("GET", "/scim/v2/Users", headers={"Authorization": f"Bearer {daemon.token}"})
    status = line.getresponse().status
    line.close()
    return status


def test_the_edge_speaks_tls_and_nothing_older_than_1_2(daemon: Daemon, tmp_path: Path) -> None:
    assert 200 == get(daemon, tmp_path / "shown" / "ca.crt")

    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", daemon.port)) as line, pytest.raises(ssl.SSLError):
        old.wrap_socket(line)


def test_plain_text_is_not_answered(daemon: Daemon, tmp_path: Path) -> None:
    with socket.create_connection(("127.0.0.1", daemon.port)) as line:
        line.sendall(b"GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\n\r\n")
        assert not line.recv(100).startswith(b"HTTP")

    assert 200 == get(daemon, tmp_path / "shown" / "ca.crt")


def test_a_renewed_certificate_is_shown_after_a_reload(daemon: Daemon, tmp_path: Path) -> None:
    make(tmp_path / "renewed", "127.0.0.1")
    for name in ("server.crt", "server.key"):
        shutil.copy(tmp_path / "renewed" / name, tmp_path / "shown" / name)
    reload(daemon, "daemon.reloaded")

    assert 200 == get(daemon, tmp_path / "renewed" / "ca.crt")


def test_a_spoilt_certificate_leaves_the_old_one(daemon: Daemon, tmp_path: Path) -> None:
    (tmp_path / "shown" / "server.key").write_text("no key")
    reload(daemon, "daemon.reload_refused")

    assert 200 == get(daemon, tmp_path / "shown" / "ca.crt")


def reload(daemon: Daemon, event: str) -> None:
    assert daemon.process is not None
    seen = len(daemon.lines)
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_for(event, since=seen)
