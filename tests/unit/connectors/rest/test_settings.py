"""The keys of a REST target."""

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from connectors.rest import plugin
from connectors.rest.settings import RestSettings, Style

KIND = {
    "key": "login",
    "create": "POST /users",
    "read": "GET /users/{id}",
    "update": "PATCH /users/{id}",
    "delete": "DELETE /users/{id}",
    "list": "GET /users",
}

OAUTH = {"token_url": "https://login.example.com/token", "client_id": "bridge", "client_secret": SecretStr("s")}


def settings(**written: Any) -> RestSettings:
    raw = {"base_url": "https://api.example.com/v1", "token": SecretStr("t"), "users": KIND, **written}
    return RestSettings.model_validate({name: value for name, value in raw.items() if value is not None})


def test_a_base_url_a_token_and_the_calls_are_enough() -> None:
    assert Style.NONE is settings().paging.style


def test_a_style_may_be_written_alone() -> None:
    assert Style.LINK is settings(paging="link").paging.style


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost/x", "http://[::1]:1/", "https://a.b"])
def test_plain_http_stays_on_this_machine(url: str) -> None:
    assert url.rstrip("/") == settings(base_url=url).base_url


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ({"base_url": "http://api.example.com"}, "would send secrets in plain text"),
        ({"base_url": "http://127.0.0.1.example.com"}, "would send secrets in plain text"),
        ({"base_url": "ftp://x"}, "is not a URL"),
        ({"base_url": "https://x:0/"}, "is not a URL"),
        ({"base_url": "https://x:99999/"}, "is not a URL"),
        ({"base_url": "https://me:secret@x"}, "has more than scheme, host, port and path"),
        ({"base_url": "https://x/?a=b"}, "has more than scheme, host, port and path"),
        ({"token": None}, "needs one way to authenticate"),
        ({"user": "u", "user_password": SecretStr("p")}, "needs one way to authenticate"),
        ({"token": None, "user": "u"}, "names one of user and user_password"),
        ({"token": None, "user": "u", "user_password": SecretStr("p"), "header": "X"}, "names a header and no token"),
        ({"token": SecretStr("two\nlines")}, "holds a line break"),
        ({"token": None, "user": "a:b", "user_password": SecretStr("p")}, "holds a colon"),
        ({"oauth": OAUTH}, "needs one way to authenticate"),
        ({"token": None, "oauth": {**OAUTH, "token_url": "http://login.example.com/"}}, "in plain text"),
        ({"token": None, "oauth": OAUTH, "header": "X-Api-Key"}, "names a header and no token"),
        ({"header": "X: y"}, "is not the name of a header"),
        ({"concurrency": 0}, "greater than or equal to 1"),
        ({"paging": "cursor"}, "next and style"),
        ({"paging": {"style": "page", "next": "x"}}, "next and style"),
        ({"users": {**KIND, "enable": "POST /users/{id}/on"}}, "names one of enable and disable"),
        ({"users": {**KIND, "lists": ["login"]}}, "a key is one value"),
        ({"users": {**KIND, "key": None}}, "valid string"),
        ({"colour": "red"}, "valid dictionary"),
        ({"verify": False}, "valid dictionary"),
    ],
)
def test_what_is_wrong_is_said(written: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        settings(**written)


def test_a_token_may_have_a_header_of_its_own() -> None:
    assert {"Authorization": "Bearer t"} == settings().credentials
    assert {"X-Api-Key": "t"} == settings(header="X-Api-Key").credentials


def test_a_secret_is_never_shown() -> None:
    assert "sesame" not in repr(settings(token=SecretStr("sesame")))


def test_a_kind_that_the_config_declares_has_calls_of_its_own() -> None:
    devices = {name: written.replace("users", "devices") for name, written in KIND.items()}

    written = settings(devices={**devices, "key": "serial"})

    assert ["users", "devices"] == list(written.kinds)
    assert "serial" == written.kinds["devices"].key


def test_passwords_need_a_call_of_their_own() -> None:
    call = {"call": "PUT /users/{id}/password", "body": {"new": "{password}"}}
    fault = plugin.refuses_passwords(settings())

    assert fault is not None
    assert "set_password" in fault.remedy
    assert plugin.refuses_passwords(settings(users={**KIND, "set_password": call})) is None
