"""The wire: one request, one bounded answer, or the error that says what happens next. Nothing is repeated here, but a
call that was refused for a token that had ended: it was not carried out.

Certificates are always checked, redirects never followed (they would carry our credentials elsewhere), proxies of the
environment ignored. A connection that could not be made is a target that is down; one that was lost after sending
leaves the outcome of a write unknown.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from yarl import URL

from connectors.sdk.errors import ConnectorError, OutcomeUnknown, Refused, TargetDown, TargetMisconfigured
from connectors.sdk.http.grant import Grant
from connectors.sdk.http.messages import Answer, Call, Doing
from connectors.sdk.http.settings import HttpSettings
from connectors.sdk.http.status import judge

LARGEST = 32 * 2**20
"""Bytes of an answer, unpacked."""
CHUNK = 2**16
TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=10)
"""Beyond the deadline that the bridge gives each call: nothing may hang for ever."""
JSON = "application/json"
Judge = Callable[[Answer, Doing, Sequence[str]], ConnectorError | None]


class Http:
    """The requests to one base URL. The session is made at the first call, in the loop that calls.

    `media` is how bodies are called that we send, and those that we take beside plain JSON; `judge` tells a success
    (None) from an error, whose message must hold none of the texts it is given.
    """

    def __init__(self, settings: HttpSettings, directory: Path, *, media: str = JSON, judge: Judge = judge) -> None:
        self.media = media
        self._settings = settings
        self._directory = directory
        self._judge = judge
        self._session: aiohttp.ClientSession | None = None
        self._grant = None if settings.oauth is None else Grant(settings.oauth, self._post)

    async def ask(self, call: Call, doing: Doing, scrub: Iterable[str] = ()) -> Answer:
        """The answer, where it is a success; raises what it means otherwise."""
        answer = await self._send(call, doing)
        if answer.status == 401 and self._grant is not None:
            self._grant.forget()
            answer = await self._send(call, doing)
        token = [self._grant.token] if self._grant is not None and self._grant.token is not None else []
        error = self._judge(answer, doing, [*scrub, *self._settings.secrets, *token])
        if error is not None:
            raise error
        return answer

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _send(self, call: Call, doing: Doing) -> Answer:
        url = URL(self._settings.base_url + call.path, encoded=True)
        body = None if call.body is None else _dumps(call.body)
        headers = {"Content-Type": self.media} if body is not None else {}
        if call.etag is not None:
            headers["If-Match"] = call.etag
        who = self._settings.credentials if self._grant is None else await self._grant.header()
        return await self._exchange(call.method, url, doing, data=body, headers={**headers, **who})

    async def _post(self, url: str, form: dict[str, str], headers: dict[str, str]) -> Answer:
        """Ask for a token: that changes nothing at the target."""
        return await self._exchange("POST", URL(url), Doing.READ, data=form, headers=headers)

    async def _exchange(self, method: str, url: URL, doing: Doing, **request: Any) -> Answer:
        try:
            async with self._opened().request(method, url, allow_redirects=False, **request) as answer:
                return Answer(answer.status, answer.headers, await self._read(answer, doing))
        except (aiohttp.ClientError, OSError, TimeoutError) as lost:
            raise _unreached(lost, doing) from lost

    async def _read(self, answer: aiohttp.ClientResponse, doing: Doing) -> bytes:
        body = bytearray()
        async for chunk in answer.content.iter_chunked(CHUNK):
            body += chunk
            if len(body) > LARGEST:
                raise _too_large(doing)
        return bytes(body)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._settings.concurrency, ssl=self._tls()),
                timeout=TIMEOUT,
                headers={"Accept": ", ".join(dict.fromkeys((self.media, JSON)))},
                cookie_jar=aiohttp.DummyCookieJar(),
                raise_for_status=False,
            )
        return self._session

    def _tls(self) -> ssl.SSLContext:
        own = self._settings.ca_certificate
        try:
            return ssl.create_default_context(cafile=None if own is None else self._directory / own)
        except (OSError, ssl.SSLError) as unreadable:
            raise TargetMisconfigured(f"ca_certificate cannot be read: {unreadable}") from unreadable


def _dumps(body: object) -> bytes:
    try:
        return orjson.dumps(body)
    except (TypeError, ValueError) as unwritable:
        raise Refused("a value has no form in JSON") from unwritable


def _too_large(doing: Doing) -> ConnectorError:
    sentence = f"answered with more than {LARGEST >> 20} MiB"
    return (
        OutcomeUnknown(sentence) if doing.writes else TargetMisconfigured(f"{sentence}; use paging, in smaller parts")
    )


def _unreached(lost: Exception, doing: Doing) -> ConnectorError:
    """What it means that no whole answer came. Only what happened before sending is certain."""
    name = type(lost).__name__
    match lost:
        case aiohttp.ClientConnectorCertificateError():
            return TargetMisconfigured(
                "its certificate is not trusted; correct it, or name its CA in ca_certificate", code=name
            )
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return TargetDown("cannot be reached", code=name)
        case aiohttp.InvalidURL():
            return TargetMisconfigured("the URL made for this call is not valid; correct the endpoint", code=name)
    if doing.writes:
        return OutcomeUnknown("no answer came", code=name)
    return TargetDown("no answer came", code=name)
