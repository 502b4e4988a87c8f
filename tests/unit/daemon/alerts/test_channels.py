"""Alerts reach a real HTTP server and a real program, or say why not."""

import asyncio
import hashlib
import hmac
import json
import os
import select
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bridge.daemon.alerts.channels import Command, NotTold, Webhook, channels_of
from bridge.settings import AlertSettings
from tests import webhook as hooks
from tests.daemon import free_port

DOCUMENT = {"event": "target_down", "state": "raised", "target": "corp", "text": "corp is not called"}
SECRETS = {"secrets": lambda reference: reference.partition(":")[2]}
"""A resolver that takes what stands in the reference for the secret."""


@pytest.fixture
def hook() -> Iterator[hooks.Webhook]:
    with hooks.webhook() as hook:
        yield hook


def settings(**keys: Any) -> AlertSettings:
    return AlertSettings.model_validate(keys, context=SECRETS)


async def test_a_webhook_gets_the_document_as_json(hook: hooks.Webhook) -> None:
    await Webhook(settings(webhook=hook.url)).tell(DOCUMENT)
    (post,) = hook.posts

    assert DOCUMENT == post.json
    assert "application/json" == post.headers["content-type"]
    assert not {"authorization", "x-signature-256"} & post.headers.keys()


async def test_a_token_goes_along_and_a_secret_signs_the_body(hook: hooks.Webhook) -> None:
    await Webhook(settings(webhook=hook.url, token="env:t0ken", secret="env:s3cret")).tell(DOCUMENT)
    (post,) = hook.posts

    assert "Bearer t0ken" == post.headers["authorization"]
    expected = hmac.new(b"s3cret", post.body, hashlib.sha256).hexdigest()
    assert f"sha256={expected}" == post.headers["x-signature-256"]
    assert b"s3cret" not in post.body


@pytest.mark.parametrize("status", [301, 400, 404, 429, 500, 503])
async def test_what_is_not_answered_by_2xx_was_not_told_and_no_redirect_is_followed(
    hook: hooks.Webhook, status: int
) -> None:
    hook.answers = [status]

    with pytest.raises(NotTold, match=f"answered {status}"):
        await Webhook(settings(webhook=hook.url)).tell(DOCUMENT)
    assert 1 == len(hook.posts)


async def test_a_webhook_that_is_not_there_says_so_without_its_address() -> None:
    url = f"http://127.0.0.1:{free_port()}/s3cret-path"

    with pytest.raises(NotTold, match="not reached") as failed:
        await Webhook(settings(webhook=url)).tell(DOCUMENT)
    assert "s3cret" not in str(failed.value)


async def test_a_webhook_that_does_not_answer_is_let_go() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes connections, and nothing else
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(NotTold, match=r"no answer within 0\.05 s"):
            await Webhook(settings(webhook=url, timeout="50ms")).tell(DOCUMENT)


def program(folder: Path, *lines: str) -> tuple[str, ...]:
    """A program that runs these lines of Python."""
    path = folder / "program.py"
    path.write_text("\n".join(["import json, os, signal, subprocess, sys", *lines]))
    return (sys.executable, str(path), "$HOME; touch evil")


async def test_a_command_gets_the_document_on_its_input_and_its_arguments_as_they_are(tmp_path: Path) -> None:
    out = tmp_path / "out"
    await Command(program(tmp_path, f"open({str(out)!r}, 'w').write(sys.stdin.read() + sys.argv[1])"), 30).tell(
        DOCUMENT
    )
    document, argument = out.read_text().splitlines()

    assert DOCUMENT == json.loads(document)
    assert "$HOME; touch evil" == argument


async def test_a_command_sees_no_secret_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORP_BIND", "s3cret")
    out = tmp_path / "out"
    await Command(program(tmp_path, f"open({str(out)!r}, 'w').write(json.dumps(dict(os.environ)))"), 30).tell(DOCUMENT)

    assert json.loads(out.read_text()).keys() <= {"PATH", "LANG", "LC_ALL", "TZ", "LC_CTYPE"}


async def test_a_command_that_fails_was_not_told(tmp_path: Path) -> None:
    with pytest.raises(NotTold, match="ended with 3"):
        await Command(program(tmp_path, "sys.exit(3)"), 30).tell(DOCUMENT)


async def test_a_command_that_reads_nothing_is_told_all_the_same(tmp_path: Path) -> None:
    await Command(("true",), 30).tell(DOCUMENT)


async def test_a_command_that_cannot_be_started_says_why(tmp_path: Path) -> None:
    with pytest.raises(NotTold, match="cannot be started: No such file"):
        await Command((str(tmp_path / "gone"),), 30).tell(DOCUMENT)


async def test_a_command_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    os.mkfifo(pids)
    lines = (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "child = subprocess.Popen(['sleep', '1000'])",
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')",
        "signal.pause()",
    )
    telling = asyncio.create_task(Command(program(tmp_path, *lines), 60).tell(DOCUMENT))
    handles = [os.pidfd_open(int(pid)) for pid in (await asyncio.to_thread(pids.read_text)).split()]
    telling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await telling

    for handle in handles:  # readable once the process has ended
        assert await asyncio.to_thread(select.select, [handle], [], [], 30) == ([handle], [], [])
        os.close(handle)


async def test_a_command_has_so_much_time_and_no_more() -> None:
    with pytest.raises(NotTold, match=r"did not end within 0\.1 s and was killed"):
        await Command(("sleep", "1000"), 0.1).tell(DOCUMENT)


def test_both_channels_may_be_configured() -> None:
    both = settings(webhook="https://alerts.example.com/", command=("true",))

    assert ["webhook", "command"] == [channel.name for channel in channels_of(both)]
    assert [] == channels_of(None)
    assert isinstance(both.webhook, SecretStr)
