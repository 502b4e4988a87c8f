"""What an operator asks about the tokens of clients: `token add|list|rotate|revoke`.

The CLI makes a token and hands in its digest: the daemon meets the token itself when a client sends it. What changes
something is recorded in the journal's chain, in the same transaction, with who asked, and holds from the next request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.clock import Clock
from bridge.daemon.control.protocol import CommandFailed, Question
from bridge.daemon.wiring import clients_of
from bridge.edge import Edge
from bridge.journal import Journal, JournalBusy, JournalFull, actions, tokens
from bridge.journal.actions import Action, operator
from bridge.journal.tokens import NameTaken, Token, TokenUnknown
from bridge.journal.tx import Tx
from bridge.settings import ClientSettings

Document = dict[str, Any]
FOREVER = 1 << 62


@dataclass
class Tokens:
    """`clients` are those of the config: a reload exchanges them. `edge` is None where none runs."""

    journal: Journal
    clock: Clock
    clients: Mapping[str, ClientSettings]
    edge: Edge | None = None

    def take_in(self) -> None:
        """Have the edge take the tokens that config and journal name now, and no others."""
        if self.edge is not None:
            kept = self.journal.read(tokens.kept)
            self.edge.clients = clients_of(self.clients, kept, self.edge.clients.uses)

    async def tidy(self) -> None:
        """Keep when tokens were last taken, and forget those of which nobody has any use."""
        uses = dict(self._uses)

        def work(tx: Tx) -> None:
            tokens.note(tx, uses)
            tokens.forget_ended(tx)

        await self.journal.submit(work)

    async def add(self, question: Question) -> Document:
        """Take a new token from a client."""
        client, options = question.subject or "", question.options
        if client not in self.clients:
            known = ", ".join(sorted(self.clients))
            raise CommandFailed(f"there is no client {client!r}; clients: {known} (one that is new: after a reload)")

        def work(tx: Tx) -> Document:
            name = options.get("name") or tokens.free_name(tx.db, client)
            expires = _after(tx, options.get("lifetime"))
            tokens.add(tx, client, name, _digest(question), expires)
            return _record(tx, question, name, {"client": client, "expires": expires})

        return await self._change(work)

    async def rotate(self, question: Question) -> Document:
        """Give a name to a new token, which lives as long as the one before; that is taken for a while."""
        name, options = question.subject or "", question.options

        def work(tx: Tx) -> Document:
            before = tokens.named(tx.db, name)[0]
            expires = _after(tx, options.get("lifetime") or before.lifetime)
            ends = min(tx.now + int(options["keep"]), before.expires or FOREVER)
            had = tokens.rotate(tx, name, _digest(question), ends, expires)
            told = {"client": before.client, "expires": expires, "kept_until": ends if ends > tx.now else None}
            return _record(tx, question, name, told) | {"in_config": self._in_config(had)}

        return await self._change(work)

    async def revoke(self, question: Question) -> Document:
        """End a token at once, by its name or by itself; or only what it has replaced (option `old`)."""

        def work(tx: Tx) -> Document:
            name, old = question.subject or "", bool(question.options.get("old"))
            if "digest" in question.options:
                token = tokens.of_digest(tx.db, _digest(question))
                name, old = token.name, old or token.replaced is not None
            client = tokens.named(tx.db, name)[0].client
            ended = tokens.revoke(tx, name, replaced=old)
            told = {"client": client, "ended": len(ended), "old": old}
            return _record(tx, question, name, told) | {"in_config": self._in_config(ended)}

        return await self._change(work)

    async def listed(self, _: Question) -> Document:
        """All tokens, those of the config by their place in it; never what they are."""
        config = [
            {"client": name, "place": _place(name), "used": self._uses.get(tokens.digest(secret))}
            for name, secret in self._secrets()
        ]
        return {"tokens": [self._described(token) for token in self.journal.read(tokens.kept)], "config": config}

    def _described(self, token: Token) -> Document:
        used = max(token.used or 0, self._uses.get(token.digest, 0)) or None
        shown = {name: getattr(token, name) for name in ("name", "client", "made", "expires", "replaced")}
        return {**shown, "used": used, "state": self._state(token)}

    def _state(self, token: Token) -> str:
        if token.expires is not None and token.expires <= self.clock.now():
            return "expired"
        if token.client not in self.clients:
            return "no_client"
        return "current" if token.replaced is None else "replaced"

    @property
    def _uses(self) -> Mapping[bytes, int]:
        return {} if self.edge is None else self.edge.clients.uses

    def _secrets(self) -> Iterable[tuple[str, str]]:
        return [(name, each.token.get_secret_value()) for name, each in sorted(self.clients.items())]

    def _in_config(self, ended: Iterable[Token]) -> list[str]:
        """Where the config names what was ended: there it goes on."""
        digests = {token.digest for token in ended}
        return [_place(name) for name, secret in self._secrets() if tokens.digest(secret) in digests]

    async def _change(self, work: Callable[[Tx], Document]) -> Document:
        def and_take_in(tx: Tx) -> Document:
            tx.after_commit(self.take_in)
            return work(tx)

        try:
            return await self.journal.submit(and_take_in)
        except TokenUnknown as error:
            raise CommandFailed(f"{error}{self._elsewhere()}") from None
        except (NameTaken, JournalBusy, JournalFull) as error:
            raise CommandFailed(str(error)) from None

    def _elsewhere(self) -> str:
        places = ", ".join(_place(name) for name, _ in self._secrets())
        return f"; in the config, to be exchanged there: {places}" if places else ""


def _place(client: str) -> str:
    return f"[clients.{client}] token"


def _digest(question: Question) -> bytes:
    return bytes.fromhex(question.options["digest"])


def _after(tx: Tx, lifetime: int | None) -> int | None:
    return None if lifetime is None else tx.now + int(lifetime)


def _record(tx: Tx, question: Question, name: str, detail: Mapping[str, Any]) -> Document:
    """Neither the token nor its digest stands in the chain."""
    told = {key: value for key, value in detail.items() if value is not None}
    actions.record(tx, Action(operator(question.uid), question.command, name, told))
    return {"name": name, **detail}
