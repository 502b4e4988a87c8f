"""`[alerts]`: what it takes, and what is wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.settings import Fault, Settings
from tests.unit.settings.conftest import SOUND, TARGET

Load = Callable[..., Settings]
Faults = Callable[..., list[Fault]]


def test_a_webhook_with_its_secrets_is_read(read: Load) -> None:
    text = """
[alerts]
webhook = "https://alerts.example.com/hook"
token = "file:credentials/other-token"
parked = 5
patience = "1m"
"""
    alerts = read(SOUND + TARGET + text).alerts

    assert alerts is not None
    assert alerts.webhook is not None
    assert "https://alerts.example.com/hook" == alerts.webhook.get_secret_value()
    assert alerts.token is not None
    assert "0ther" == alerts.token.get_secret_value()
    assert (5, 60.0, 10.0) == (alerts.parked, alerts.patience, alerts.timeout)


def test_the_address_may_be_a_secret_itself(read: Load, config: Path) -> None:
    url = config.parent / "credentials" / "hook"
    url.write_text("https://alerts.example.com/s3cret\n")
    url.chmod(0o600)
    alerts = read(SOUND + TARGET + '[alerts]\nwebhook = "file:credentials/hook"\n').alerts

    assert alerts is not None
    assert alerts.webhook is not None
    assert "https://alerts.example.com/s3cret" == alerts.webhook.get_secret_value()
    assert "s3cret" not in repr(alerts)


@pytest.mark.parametrize(
    ("table", "place", "problem"),
    [
        ("", "alerts", "tells nobody"),
        ('webhook = "alerts.example.com"', "alerts.webhook", "is not an http or https URL"),
        ('webhook = "ftp://alerts.example.com"', "alerts.webhook", "is not an http or https URL"),
        ('webhook = "env:NOT_SET"', "alerts.webhook", "the environment variable NOT_SET is not set"),
        ('webhook = "https://a.example"\ntoken = "t0ken"', "alerts.token", "is not a secret reference"),
        (
            'webhook = "http://a.example"\ntoken = "file:credentials/other-token"',
            "alerts.webhook",
            "would send the token in plain text",
        ),
        ('command = ["true"]\nsecret = "file:credentials/other-token"', "alerts.secret", "is for a webhook"),
        ("command = []", "alerts.command", "names no program"),
        ('command = ["/no/such/program"]', "alerts.command", "is no program that we may run"),
        ('command = "page me"', "alerts.command", "must be"),
        ('command = ["true"]\nparked = -1', "alerts.parked", "must be"),
        ('command = ["true"]\ntimeout = "2m"', "alerts.timeout", "must be"),
        ('webhok = "https://a.example"\ncommand = ["true"]', "alerts.webhok", "is not a key that is known here"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(faults: Faults, table: str, place: str, problem: str) -> None:
    (fault,) = faults(f"{SOUND}{TARGET}[alerts]\n{table}\n")

    assert place == fault.place
    assert problem in fault.problem
    assert fault.remedy or problem == "must be"
    assert "t0ken" not in str(fault)
