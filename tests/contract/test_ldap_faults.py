"""What the LDAP connector says and does on a bad day, with a real OpenLDAP behind it. Every call is bounded."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connectors.ldap.connector import LdapConnector
from connectors.sdk import (
    Change,
    Delta,
    Key,
    OutcomeUnknown,
    Query,
    Ref,
    Refused,
    TargetDown,
    TargetMisconfigured,
    Verb,
)
from demo.slapd import BASE, PASSWORD, SERVICE, Slapd
from tests import certificates
from tests.contract.ldap import Connect, person
from tests.proxy import Mode, Proxy
from tests.slapd import Tree, admin_of, plant

pytestmark = pytest.mark.slapd
QUICK = {"connect_timeout": 2, "answer_timeout": 2}  # a busy machine answers within that, and a test waits no longer
BOUND = 20.0


@pytest.fixture
def tree(slapd_tree: Tree) -> Tree:
    """How the network and the library behave is the same before every directory."""
    return slapd_tree


OwnSlapd = Callable[..., Slapd]


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def tree_of(slapd: Slapd) -> Tree:
    admin = admin_of(slapd)
    try:
        return plant(slapd, admin)
    finally:
        admin.unbind()


EDIT = Delta(person("x"), (Change("cn", Verb.REPLACE, ("other",)),))


async def test_a_directory_that_hangs_does_not_hang_us(own_slapd: OwnSlapd, connect: Connect) -> None:
    slapd = own_slapd()
    ldap = connect(tree_of(slapd), **QUICK)
    await ldap.probe()
    ref = await ldap.create(person("x"))
    slapd.freeze()

    with within(BOUND), pytest.raises(TargetDown):
        await ldap.get(ref, ["uid"])
    with within(BOUND), pytest.raises(TargetDown):
        await ldap.probe()
    slapd.thaw()
    assert await ldap.get(ref, ["uid"])


async def test_a_write_into_a_hanging_directory_has_an_unknown_outcome(own_slapd: OwnSlapd, connect: Connect) -> None:
    slapd = own_slapd()
    ldap = connect(tree_of(slapd), **QUICK)
    await ldap.probe()
    ref = await ldap.create(person("x"))
    slapd.freeze()

    with within(BOUND), pytest.raises(OutcomeUnknown):
        await ldap.update(ref, EDIT)


async def test_close_is_quick_while_all_threads_hang(own_slapd: OwnSlapd, connect: Connect) -> None:
    slapd = own_slapd()
    ldap = connect(tree_of(slapd), connect_timeout=30, answer_timeout=30)
    await ldap.probe()
    ref = await ldap.create(person("x"))
    slapd.freeze()

    async def hang() -> None:
        with pytest.raises(TargetDown):
            await ldap.get(ref, ["uid"])

    async with asyncio.TaskGroup() as group:
        for _ in range(ldap.concurrency):
            group.create_task(hang())
        await asyncio.sleep(0)
        with within(1):
            await ldap.close()


async def test_a_lost_answer_is_an_unknown_outcome_and_the_entry_can_be_found(tree: Tree, connect: Connect) -> None:
    async with Proxy(tree.slapd.port) as proxy:
        ldap = connect(tree, url=proxy.url, **QUICK)
        await ldap.probe()
        proxy.mode = Mode.SWALLOW
        with within(BOUND), pytest.raises(OutcomeUnknown):
            await ldap.create(person("x"))
        proxy.mode = Mode.PASS
        (ref,) = await ldap.find(Key("users", "uid", "x"))

        assert ldap.locate(person("x")) == ldap.locate(await _read(ldap, ref))
        proxy.mode = Mode.SWALLOW
        with pytest.raises(OutcomeUnknown):
            await ldap.delete(ref)
        proxy.mode = Mode.PASS
        await ldap.delete(ref)
        await ldap.close()


async def _read(ldap: LdapConnector, ref: Ref) -> Any:
    return await ldap.get(ref, ["uid"])


async def test_an_answer_byte_by_byte_is_bounded_too(tree: Tree, connect: Connect, driver: str) -> None:
    """No single read runs into a timeout; after all threads of ldap3 were held up so, another process takes over."""
    async with Proxy(tree.slapd.port) as proxy:
        ldap = connect(tree, url=proxy.url, pool=2, **QUICK)
        await ldap.probe()
        ref = await ldap.create(person("x"))
        first = ldap.driver_pid
        proxy.mode = Mode.SLOW
        with within(BOUND):
            answers = await asyncio.gather(*(_read(ldap, ref) for _ in range(2)), return_exceptions=True)
        proxy.mode = Mode.PASS

        assert {TargetDown} == {type(answer) for answer in answers}
        assert await ldap.get(ref, ["uid"])
        assert driver == "libldap" or first != ldap.driver_pid
        await ldap.close()


async def test_a_connection_lost_within_a_write_is_an_unknown_outcome(tree: Tree, connect: Connect) -> None:
    async with Proxy(tree.slapd.port) as proxy:
        ldap = connect(tree, url=proxy.url)
        await ldap.probe()
        proxy.mode = Mode.SWALLOW
        create = asyncio.gather(ldap.create(person("x")), return_exceptions=True)
        await proxy.swallowed.wait()
        await proxy.hang_up()
        (answer,) = await create

        assert isinstance(answer, OutcomeUnknown)
        await ldap.close()


async def test_connections_that_were_closed_while_idle_are_no_error(tree: Tree, connect: Connect) -> None:
    async with Proxy(tree.slapd.port) as proxy:
        ldap = connect(tree, url=proxy.url)
        await ldap.probe()
        ref = await ldap.create(person("x"))
        for _ in range(3):
            await proxy.hang_up()
            await ldap.update(ref, EDIT)
        await ldap.close()


async def test_a_directory_that_was_restarted_is_no_error(own_slapd: OwnSlapd, connect: Connect) -> None:
    slapd = own_slapd()
    ldap = connect(tree_of(slapd))
    await ldap.probe()
    ref = await ldap.create(person("x"))
    slapd.stop()
    with within(BOUND), pytest.raises(TargetDown):
        await ldap.update(ref, EDIT)
    slapd.start()

    await ldap.update(ref, EDIT)


async def test_the_next_server_is_taken_where_the_first_is_down(tree: Tree, connect: Connect) -> None:
    ldap = connect(tree, url=["ldap://127.0.0.1:1", tree.slapd.url])

    assert "OpenLDAP" == (await ldap.probe()).server


async def test_all_connections_lead_to_one_server(tree: Tree, connect: Connect) -> None:
    """What is written at one server may not have come to another yet; the preferred one is gone back to by a probe."""
    async with Proxy(tree.slapd.port) as first, Proxy(tree.slapd.port) as second:
        ldap = connect(tree, url=[first.url, second.url])
        await ldap.probe()
        ref = await ldap.create(person("x"))
        assert 0 == second.connections
        first.mode = Mode.REFUSE
        await first.hang_up()
        await asyncio.gather(*(ldap.get(ref, ["uid"]) for _ in range(10)))
        first.mode, before = Mode.PASS, first.connections
        await asyncio.gather(*(ldap.get(ref, ["uid"]) for _ in range(10)))
        assert before == first.connections
        await ldap.probe()
        carried = second.carried
        await asyncio.gather(*(ldap.get(ref, ["uid"]) for _ in range(10)))

        assert carried == second.carried
        await ldap.close()


async def test_a_directory_that_takes_no_more_bytes_does_not_stand_in_our_way(
    own_slapd: OwnSlapd, connect: Connect
) -> None:
    """Requests larger than all buffers on the way: what else the loop has to do goes on meanwhile."""
    slapd = own_slapd()
    ldap = connect(tree_of(slapd), **QUICK)
    await ldap.probe()
    refs = [await ldap.create(person(f"u{number}")) for number in range(8)]
    photo = Delta(person("x"), (Change("jpegPhoto", Verb.REPLACE, (bytes(3_000_000),)),))
    slapd.freeze()
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.01)
            beats += 1

    heart = asyncio.ensure_future(beat())
    with within(BOUND):
        answers = await asyncio.gather(*(ldap.update(ref, photo) for ref in refs), return_exceptions=True)
    heart.cancel()
    slapd.thaw()

    assert {OutcomeUnknown, TargetDown} >= {type(answer) for answer in answers}
    assert beats > 20
    assert await ldap.get(refs[0], ["uid"])


async def test_a_large_value_goes_through_a_narrow_line(tree: Tree, connect: Connect) -> None:
    async with Proxy(tree.slapd.port) as proxy:
        ldap = connect(tree, url=proxy.url)
        await ldap.probe()
        photos = [bytes([number]) * 2_000_000 for number in range(4)]
        refs = await asyncio.gather(
            *(ldap.create(person(f"u{number}", jpegPhoto=photo)) for number, photo in enumerate(photos))
        )
        found = await asyncio.gather(*(ldap.get(ref, ["jpegPhoto"]) for ref in refs))

        assert [(photo,) for photo in photos] == [each.attributes["jpegPhoto"] for each in found if each]
        await ldap.close()


async def test_a_wrong_password_is_tried_once(own_slapd: OwnSlapd, connect: Connect) -> None:
    """Many calls at once must not lock our account out; a probe may try again."""
    slapd = own_slapd()
    tree = tree_of(slapd)
    ldap = connect(tree, password="wrong")
    keys = [ldap.find(Key("users", "uid", str(number))) for number in range(20)]
    answers = await asyncio.gather(*keys, return_exceptions=True)
    with pytest.raises(TargetMisconfigured, match="bind_password") as refused:
        await ldap.find(Key("users", "uid", "x"))

    assert {TargetMisconfigured} == {type(answer) for answer in answers}
    assert "wrong" not in str(refused.value)
    assert 1 == (slapd.folder / "slapd.log").read_text().count("RESULT tag=97 err=49")
    with pytest.raises(TargetMisconfigured):
        await ldap.probe()
    assert 2 == (slapd.folder / "slapd.log").read_text().count("RESULT tag=97 err=49")


async def test_the_certificate_is_checked(own_slapd: OwnSlapd, connect: Connect, tmp_path: Path) -> None:
    good = certificates.make(tmp_path / "tls", "127.0.0.1", "localhost")
    other = certificates.make(tmp_path / "other", "127.0.0.1")
    slapd = own_slapd(certificate=good)
    tree = tree_of(slapd)
    for keys in ({"url": slapd.secure_url}, {"start_tls": True}):
        trusted = connect(tree, ca_certificate=str(good / "ca.crt"), **keys)
        assert "OpenLDAP" == (await trusted.probe()).server
        strange = connect(tree, ca_certificate=str(other / "ca.crt"), **keys)
        with pytest.raises(TargetMisconfigured, match="certificate") as refused:
            await strange.probe()
        assert "ca_certificate" in str(refused.value)
    assert "BIND dn" not in (slapd.folder / "slapd.log").read_text().split("STARTTLS")[-1]


@pytest.mark.parametrize("fault", ["expired", "of another name"])
async def test_a_certificate_that_does_not_hold_is_refused(
    own_slapd: OwnSlapd, connect: Connect, tmp_path: Path, fault: str
) -> None:
    name = "elsewhere.example" if fault != "expired" else "127.0.0.1"
    folder = certificates.make(tmp_path / "tls", name, expired=fault == "expired")
    slapd = own_slapd(certificate=folder)
    ldap = connect(tree_of(slapd), url=slapd.secure_url, ca_certificate=str(folder / "ca.crt"))

    with pytest.raises(TargetMisconfigured, match="certificate"):
        await ldap.probe()


async def test_a_server_that_speaks_old_tls_alone_is_refused(
    own_slapd: OwnSlapd, connect: Connect, tmp_path: Path
) -> None:
    folder = certificates.make(tmp_path / "tls", "127.0.0.1")
    slapd = own_slapd(certificate=folder, ciphers="NORMAL:-VERS-ALL:+VERS-TLS1.0")
    ldap = connect(tree_of(slapd), url=slapd.secure_url, ca_certificate=str(folder / "ca.crt"))

    with pytest.raises(TargetMisconfigured, match="let it speak TLS"):
        await ldap.probe()
    assert "BIND dn" not in (slapd.folder / "slapd.log").read_text().split("ACCEPT")[-1]


async def test_start_tls_that_is_not_there_is_refused(tree: Tree, connect: Connect) -> None:
    ldap = connect(tree, start_tls=True)

    with pytest.raises(TargetMisconfigured, match="StartTLS"):
        await ldap.probe()


async def test_a_base_that_is_not_there_is_told_by_name(tree: Tree, connect: Connect) -> None:
    ldap = connect(tree, users={"base": f"ou=nowhere,{BASE}"})
    for call in (ldap.probe(), ldap.create(person("x")), ldap.find(Key("users", "uid", "x"))):
        with pytest.raises(TargetMisconfigured, match=f"ou=nowhere,{BASE}"):
            await call
    with pytest.raises(TargetMisconfigured, match="ou=nowhere"):
        await _count(ldap)


async def test_a_page_smaller_than_ours_is_found_out(own_slapd: OwnSlapd, connect: Connect) -> None:
    slapd = own_slapd(size_limit=50)
    tree = _crowd(slapd, 260)
    ldap = connect(tree)

    assert (260, True) == await _count(ldap)
    assert (260, True) == await _count(ldap)


async def test_a_read_that_the_directory_limits_is_never_complete(own_slapd: OwnSlapd, connect: Connect) -> None:
    slapd = own_slapd(size_limit=50)
    tree = _crowd(slapd, 60)
    admin = admin_of(slapd)
    account = f"uid=small,ou=services,{BASE}"
    admin.add(account, ["account", "simpleSecurityObject"], {"uid": "small", "userPassword": PASSWORD})
    admin.unbind()
    ldap = connect(tree, bind_dn=account)

    with pytest.raises(Refused) as refused:
        await _count(ldap)
    assert "prtotal" in str(refused.value.fix)
    (warning,) = (each for each in (await ldap.probe()).warnings if "cut off" in each)
    assert "a read of all users is cut off" in warning
    assert "prtotal" in warning


async def test_a_directory_lost_between_two_pages_is_an_error(own_slapd: OwnSlapd, connect: Connect) -> None:
    slapd = own_slapd()
    ldap = connect(_crowd(slapd, 420))
    pages = ldap.search(Query("users", ("uid",)))
    read = [await anext(pages)]
    slapd.kill()
    slapd.start()

    with pytest.raises(TargetDown):  # the second may have come already, the third not
        read += [page async for page in pages]
    assert not any(page.complete for page in read)


def _crowd(slapd: Slapd, count: int) -> Tree:
    admin = admin_of(slapd)
    tree = plant(slapd, admin)
    for number in range(count):
        tree.add(f"uid=u{number},{tree.people}", "inetOrgPerson", cn="x", sn="x")
    admin.unbind()
    return tree


async def _count(ldap: LdapConnector) -> tuple[int, bool]:
    pages = [page async for page in ldap.search(Query("users", ("uid",)))]
    return len({entry.ref for page in pages for entry in page.entries}), pages[-1].complete


async def test_a_killed_driver_is_started_again(tree: Tree, connect: Connect) -> None:
    ldap = connect(tree, driver="ldap3")
    await ldap.probe()
    ref = await ldap.create(person("x"))
    assert ldap.driver_pid is not None
    os.kill(ldap.driver_pid, signal.SIGKILL)
    (answer,) = await asyncio.gather(ldap.get(ref, ["uid"]), return_exceptions=True)

    assert answer is not None
    assert await ldap.get(ref, ["uid"])


async def test_the_password_is_on_no_command_line_and_in_no_environment(tree: Tree, connect: Connect) -> None:
    ldap = connect(tree, driver="ldap3", password="a-canary", bind_dn=SERVICE)
    with pytest.raises(TargetMisconfigured):
        await ldap.probe()
    process = Path(f"/proc/{ldap.driver_pid}")

    assert b"a-canary" not in (process / "cmdline").read_bytes() + (process / "environ").read_bytes()


def test_the_driver_dies_with_its_parent(tree: Tree) -> None:
    """A daemon ended by kill -9 leaves nothing behind."""
    script = (
        "import asyncio, os\n"
        "from connectors.ldap.driver import Server, StartAfresh\n"
        "from connectors.ldap.process import DriverProcess\n"
        "async def main():\n"
        f"    process = DriverProcess(Server(({tree.slapd.url!r},), {SERVICE!r}, {PASSWORD!r}))\n"
        "    await process.run(StartAfresh())\n"
        "    print(process.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        try:
            waiting = os.pidfd_open(child)
        except ProcessLookupError:
            return
        gone, _, _ = select.select([waiting], [], [], BOUND)
        os.close(waiting)

        assert gone
