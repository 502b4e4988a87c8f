"""A real HTTP server that records what is posted to it and answers as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Post:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document


@dataclass
class Webhook:
    """`answers` are the next statuses (200 when none is left); `posts` what came, in order."""

    answers: list[int] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    url: str = ""
    _news: threading.Condition = field(default_factory=threading.Condition)

    def take(self, post: Post) -> int:
        with self._news:
            self.posts.append(post)
            self._news.notify_all()
            return self.answers.pop(0) if self.answers else 200

    def wait_for(self, condition: Callable[[dict[str, Any]], bool], seconds: float = 30) -> dict[str, Any]:
        """The first post like this; waits for it."""

        def found() -> dict[str, Any] | None:
            return next((post.json for post in self.posts if condition(post.json)), None)

        with self._news:
            assert self._news.wait_for(lambda: found() is not None, seconds), [post.json for post in self.posts]
        document = found()
        assert document is not None
        return document


@contextmanager
def webhook() -> Iterator[Webhook]:
    """The server on a free port of this machine."""
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status = hook.take(Post({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            if status // 100 == 3:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
