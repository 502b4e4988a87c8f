"""The acts of the demo, in order. What they stand on is in `stage.py`; how the ends are compared, in `compare.py`."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp

from demo.compare import differences, show
from demo.idp import IdentityProvider
from demo.stage import Stage

PEOPLE = 25
PATIENCE = 60.0
"""Seconds that the targets have to become equal to what was sent."""


def say(text: str) -> None:
    print(text, flush=True)


async def morning(*, keep: bool) -> int:
    """Play it; the exit code."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="scim-bridge-demo.") as folder:
        async with AsyncExitStack() as stack:
            stage = await stack.enter_async_context(Stage(Path(folder), say))
            session = await stack.enter_async_context(
                aiohttp.ClientSession(headers={"Authorization": f"Bearer {stage.token}"})
            )
            idp = IdentityProvider(session, stage.url)
            await play(stage, idp)
            wrong = await differences(stage, idp)
            await show(stage, say)
            code = verdict(wrong, stage, idp, time.monotonic() - began)
            if keep:
                await stay(stage)
    return code


async def play(stage: Stage, idp: IdentityProvider) -> None:
    """The morning itself."""
    say(f"\n08:00  {PEOPLE} people and 3 teams are sent (SCIM over HTTP, as an identity provider does)")
    for number in range(1, PEOPLE + 1):
        await idp.hire(number)
    logins = list(idp.people)
    await idp.found("engineering", logins[:10])
    await idp.found("library", logins[10:18])
    await idp.found("empty-for-now", [])
    await arrives(stage, idp)

    say("\n09:00  edits: a promotion, a rename, one joins a team, one leaves, one is disabled, one is deleted")
    await idp.promote("user02", "Principal Engineer")
    await idp.marry("user03", "daria.lund", "Lund")
    await idp.join("empty-for-now", "user04")
    await idp.leave("engineering", "user05")
    await idp.disable("user06")
    await idp.dismiss("user07")
    await arrives(stage, idp)

    if stage.directory is not None:
        await outage(stage, idp)
        await drift(stage, idp)


async def outage(stage: Stage, idp: IdentityProvider) -> None:
    """The directory dies, the identity provider does not notice, and nothing is lost."""
    assert stage.directory is not None
    say("\n10:00  the directory is killed (kill -9 of slapd); the identity provider goes on sending")
    stage.directory.kill()
    before = idp.sent
    for number in range(PEOPLE + 1, PEOPLE + 6):
        await idp.hire(number)
    await idp.join("library", f"user{PEOPLE + 1}")
    await idp.marry("user08", "ines.brown-ito", "Brown-Ito")
    await idp.promote("user09", "Head of Library")
    await idp.leave("library", "user12")
    await idp.dismiss("user10")
    say(f"       {idp.sent - before} requests, each answered 2xx; app and file have them, the directory not yet:")
    await stage.eventually(lambda: differences(stage, idp, directory=False), "app and file", PATIENCE)
    say(indent(await stage.cli("status")))
    say("\n10:30  the directory is started again")
    stage.directory.start()
    await arrives(stage, idp)


async def drift(stage: Stage, idp: IdentityProvider) -> None:
    """Somebody edits an entry by hand; a reconciliation finds it and puts it back."""
    assert stage.directory is not None
    say("\n11:00  somebody changes an entry by hand in the directory: ldapmodify, title of user11 becomes 'Emperor'")
    await stage.edit_by_hand("user11", "title", "Emperor")
    say(indent(await stage.cli("reconcile", "corp")))
    await arrives(stage, idp)


async def arrives(stage: Stage, idp: IdentityProvider) -> None:
    """Wait until all targets equal what was sent."""
    began = time.monotonic()
    await stage.eventually(lambda: differences(stage, idp), "everything", PATIENCE)
    say(f"       arrived everywhere and compared equal, {time.monotonic() - began:.1f} s later")


def verdict(wrong: list[str], stage: Stage, idp: IdentityProvider, seconds: float) -> int:
    if wrong:
        say("\nNOT EQUAL:\n" + "\n".join(f"  {line}" for line in wrong))
        return 1
    what = "requests, an outage and an edit by hand" if stage.directory else "requests"
    say(
        f"\nEqual everywhere: {len(idp.people)} people, {len(idp.teams)} teams, "
        f"after {idp.sent} {what}. {seconds:.0f} s."
    )
    return 0


async def stay(stage: Stage) -> None:
    say(f"\nStill running (Ctrl-C ends it):\n  SCIM   {stage.url}\n  token  {stage.token}\n{stage.places()}")
    await asyncio.Event().wait()


def indent(text: str) -> str:
    return "\n".join(f"         {line}" for line in text.rstrip().splitlines())
