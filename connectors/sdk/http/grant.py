"""A bearer token by the client credentials grant (RFC 6749 §4.4): fetched when it is needed, used while it lives.

    [targets.app.oauth]
    token_url = "https://login.example.com/oauth2/token"
    client_id = "scim-bridge"
    client_secret = "credential:app-client"
    scope = "scim"                        # where the service wants one

A token is fetched once for all who wait for one, anew before it ends, and anew once where a call was refused with 401.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from connectors.sdk.errors import ConnectorError, TargetDown, TargetMisconfigured, Throttled
from connectors.sdk.http.messages import Answer
from connectors.sdk.http.settings import OAuth, basic
from connectors.sdk.http.status import message, retry_after

UNSAID = 300.0
"""Seconds that a token is used whose answer does not say how long it lives."""
USED = 0.9
"""Of its life; the rest is for calls that are under way."""

Post = Callable[[str, dict[str, str], dict[str, str]], Awaitable[Answer]]
"""Sends a form: URL, fields, headers."""


class Grant:
    """The token of one client; `monotonic` is a clock of seconds."""

    def __init__(self, settings: OAuth, post: Post, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.token: str | None = None
        self._settings = settings
        self._post = post
        self._monotonic = monotonic
        self._ends = 0.0
        self._fetching = asyncio.Lock()

    async def header(self) -> dict[str, str]:
        """The header that says who we are. The errors are those of a target that was not reached: nothing was sent."""
        async with self._fetching:
            if self.token is None or self._monotonic() >= self._ends:
                await self._fetch()
            return {"Authorization": f"Bearer {self.token}"}

    def forget(self) -> None:
        """The token was refused."""
        self.token = None

    async def _fetch(self) -> None:
        began = self._monotonic()
        fields = {"grant_type": "client_credentials"}
        if self._settings.scope is not None:
            fields["scope"] = self._settings.scope
        secret = self._settings.client_secret.get_secret_value()
        try:
            answer = await self._post(self._settings.token_url, fields, basic(self._settings.client_id, secret))
        except (TargetDown, TargetMisconfigured) as error:
            raise type(error)(f"the token endpoint: {error.message}", code=error.code) from error
        if answer.status != 200:
            raise _refused(answer, secret)
        found: Any = answer.json_or_none()
        token = found.get("access_token") if isinstance(found, dict) else None
        if not isinstance(token, str) or not token.isprintable() or not token:
            raise TargetMisconfigured("the token endpoint answered without a token; correct oauth.token_url")
        self.token, self._ends = token, began + USED * _seconds(found.get("expires_in"))


def _refused(answer: Answer, secret: str) -> ConnectorError:
    said = message(answer, [secret])
    sentence = f"the token endpoint answered {answer.status}" + (f": {said}" if said else "")
    code = str(answer.status)
    if answer.status == 429:
        return Throttled(sentence, after=retry_after(answer.headers), code=code)
    if answer.status >= 500:
        return TargetDown(sentence, code=code)
    return TargetMisconfigured(f"{sentence}; correct oauth.client_id, client_secret or scope", code=code)


def _seconds(written: object) -> float:
    """How long it lives; some write the number as text."""
    try:
        seconds = float(written)  # type: ignore[arg-type]  # what is no number is no length
    except (TypeError, ValueError):
        return UNSAID
    return seconds if seconds > 0 else UNSAID
