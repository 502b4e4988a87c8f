"""Runs against the memory connector and a real journal; what a run releases is read from the links."""

import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog

from bridge.clock import SetClock
from bridge.journal import plans, runs
from bridge.journal.findings import Finding, PlanState, Repair, Sort
from bridge.journal.journal import Journal, open_journal
from bridge.journal.runs import Read, RunState
from bridge.mapping.entry_json import encode
from bridge.mapping.rules import Attribute, Rules
from bridge.plans.guards import Guard
from bridge.reconcile import reading
from bridge.reconcile.reconciler import Reconciler
from bridge.settings.kinds import OnMissing, Ownership
from bridge.settings.models import TargetSettings
from bridge.targets import Health, Target
from connectors.sdk import Entry, Page, Query, TargetDown
from connectors.sdk.memory import MemoryConnector

NAMES = {"users": ("User", "uid", "mail", "title"), "groups": ("Group", "cn")}
LINK = """INSERT INTO link (target, resource, kind, state, wish, done, due, entry_id, locator, claim, applied, rules)
VALUES ('corp', :resource, :kind, 'in_sync', 1, 1, 0, :id, :locator, :locator, :applied, 'rules')"""
RESOURCE = """INSERT INTO resource (id, tenant, type, version, body, created, modified)
VALUES (:resource, 'default', :kind, 1, :body, 0, 0)"""
MEMBER = "INSERT INTO target_membership (target, group_id, member, applied, dirty) VALUES ('corp', ?, ?, ?, 0)"


class Interrupted(MemoryConnector):
    """Calls `between` once, after the first page: what happens while a run reads."""

    between: Callable[[], Any] | None = None

    async def search(self, query: Query) -> AsyncIterator[Page]:
        async for page in super().search(query):
            yield page
            if self.between is not None:
                between, self.between = self.between, None
                await between()


def attribute(name: str) -> Attribute:
    """The bodies of these tests have the target's attributes."""
    return Attribute(name, lambda source: tuple(source.body.get(name, ())))


@dataclass
class World:
    """One target, its journal, and what a test does to them."""

    journal: Journal
    connector: Interrupted = field(default_factory=Interrupted)
    clock: SetClock = field(default_factory=SetClock)
    reconciler: Reconciler | None = None

    def configure(self, drift: str = "revert", on_missing: OnMissing = OnMissing.HOLD, **guards: Any) -> None:
        rules = {
            kind: Rules(
                kind, type_, tuple(map(attribute, names)), "rules", on_missing=on_missing, ownership=Ownership.ALL
            )
            for kind, (type_, *names) in NAMES.items()
        }
        settings = TargetSettings(name="corp", connector="memory", drift=drift, guards=guards)
        target = Target("corp", settings, self.connector, rules)
        health = Health(self.journal, target, self.clock, chance=lambda: 0.5)
        self.reconciler = Reconciler(self.journal, target, health, self.clock)

    async def user(self, name: str) -> str:
        """Make an entry at the target and its link; returns the entry's id."""
        entry = Entry("users", {"uid": (name,), "mail": (f"{name}@example.com",)})
        return await self._link(name, entry)

    async def group(self, name: str, *members: str) -> str:
        group = await self._link(name, Entry("groups", {"cn": (name,)}))
        self.connector.entries[group].members = {f"users/{member}" for member in members}
        for member in members:
            await self.execute(MEMBER, (name, member, f"users/{member}"))
        return group

    async def _link(self, resource: str, entry: Entry) -> str:
        ref = await self.connector.create(entry)
        row = {"resource": resource, "kind": entry.kind, "id": ref.id, "locator": ref.locator}
        await self.resource(entry, resource)
        await self.execute(LINK, row | {"applied": encode(entry)})
        return ref.id

    async def resource(self, entry: Entry, resource: str) -> None:
        body = orjson.dumps(dict(entry.attributes)).decode()
        await self.execute(RESOURCE, {"resource": resource, "kind": entry.kind, "body": body})

    async def execute(self, statement: str, parameters: Any = ()) -> None:
        await self.journal.submit(lambda tx: tx.db.execute(statement, parameters) and None)

    def edit(self, entry_id: str, **attributes: str) -> None:
        """Change an entry by hand."""
        self.connector.entries[entry_id].attributes |= {name: (value,) for name, value in attributes.items()}

    def released(self) -> list[str]:
        """The resources whose links are to be verified in the bulk lane."""
        query = "SELECT resource FROM link WHERE state = 'dirty' AND verify = 1 AND lane = 2 ORDER BY resource"
        return self.journal.read(lambda db: [row[0] for row in db.execute(query)])

    def written(self) -> list[str]:
        """The writing calls that the target has seen since `configure`."""
        reading = ("open", "probe", "get", "search", "find", "close", "create")
        return [verb for verb, _ in self.connector.calls if verb not in reading]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = SetClock()
    journal = open_journal(tmp_path / "journal.db", bytes(32), clock)
    world = World(journal, clock=clock)
    world.configure()
    yield world
    await journal.close()


def found(sort: Sort, findings: tuple[Finding, ...]) -> list[str | None]:
    return sorted(str(f.resource or f.locator) for f in findings if f.sort is sort)


async def test_nothing_is_found_where_nothing_changed(world):
    await world.user("ann")
    await world.group("all", "ann")

    report = await world.reconciler.run()

    assert RunState.FINISHED is report.state
    assert () == report.plan.findings
    assert 0 == report.exit_code
    assert {"users": Read(1, 1), "groups": Read(1, 1)} == report.read
    assert [] == world.journal.read(plans.listing)


async def test_an_edit_by_hand_is_found_and_released_to_delivery(world):
    ann = await world.user("ann")
    await world.user("bob")
    world.edit(ann, mail="hand@example.com", title="Boss")

    report = await world.reconciler.run()

    (finding,) = report.plan.findings
    assert (("mail", "replace"), ("title", "clear")) == finding.changes
    assert PlanState.APPROVED is report.plan.state
    assert ["ann"] == world.released()
    assert [] == world.written()
    assert 2 == report.exit_code


async def test_with_drift_report_an_edit_is_reported_and_left(world):
    ann = await world.user("ann")
    world.configure(drift="report")
    world.edit(ann, mail="hand@example.com")

    report = await world.reconciler.run()

    assert PlanState.REPORTED is report.plan.state
    assert [] == world.released()
    assert ["corp-1"] == [p.id for p in world.journal.read(plans.listing)]


async def test_a_dry_run_says_the_same_and_records_nothing(world):
    ann = await world.user("ann")
    world.edit(ann, mail="hand@example.com")

    report = await world.reconciler.run(dry=True)

    assert ["ann"] == found(Sort.DIFFERENT, report.plan.findings)
    assert (None, None, 2) == (report.run, report.plan.id, report.exit_code)
    assert [] == world.released()
    assert [] == world.journal.read(plans.listing)
    assert world.journal.read(lambda db: runs.latest(db, "corp")) is None


async def test_an_incomplete_read_concludes_nothing_from_absence(world):
    world.configure(on_missing=OnMissing.RECREATE)
    ann = await world.user("ann")
    del world.connector.entries[ann]
    world.connector.complete = False

    report = await world.reconciler.run()

    assert RunState.NOT_CREDIBLE is report.state
    assert (
        "the read of users ended early after 0 entries; the read of groups ended early after 0 entries" == report.reason
    )
    assert () == report.plan.findings
    assert [] == world.released()
    assert 1 == report.exit_code


async def test_an_empty_read_concludes_nothing_from_absence(world):
    world.configure(on_missing=OnMissing.RECREATE)
    for n in range(3):
        await world.user(f"u{n}")
    world.connector.entries.clear()

    report = await world.reconciler.run()

    assert RunState.NOT_CREDIBLE is report.state
    assert "the read of users was empty, and 3 of its entries are ours" == report.reason
    assert [] == world.released()
    assert "not_credible" == world.journal.read(lambda db: runs.latest(db, "corp")).state


async def test_a_shrunken_read_concludes_nothing_and_is_not_the_next_measure(world):
    world.configure(on_missing=OnMissing.RECREATE)
    users = [await world.user(f"u{n:02}") for n in range(20)]
    await world.reconciler.run()
    for user in users[:3]:
        del world.connector.entries[user]

    first, second = await world.reconciler.run(), await world.reconciler.run()

    assert [RunState.NOT_CREDIBLE] * 2 == [first.state, second.state]
    assert "found 17 entries where at least 18 were expected (3 of ours were not among them)" in second.reason
    assert [] == world.released()


async def test_a_difference_in_a_doubtful_read_is_only_reported(world):
    users = [await world.user(f"u{n}") for n in range(4)]
    world.edit(users[0], mail="hand@example.com")
    for user in users[1:]:
        del world.connector.entries[user]

    report = await world.reconciler.run()

    assert ["u0"] == found(Sort.DIFFERENT, report.plan.findings)
    assert PlanState.REPORTED is report.plan.state
    assert [] == world.released()


@pytest.mark.parametrize(
    ("on_missing", "state", "repair", "released"),
    [
        (OnMissing.HOLD, PlanState.HELD, Repair.HOLD, []),
        (OnMissing.RECREATE, PlanState.APPROVED, Repair.RECREATE, ["u00"]),
    ],
)
async def test_a_missing_entry_follows_on_missing(world, on_missing, state, repair, released):
    world.configure(on_missing=on_missing)
    users = [await world.user(f"u{n:02}") for n in range(20)]
    del world.connector.entries[users[0]]

    report = await world.reconciler.run()

    assert [("u00", repair)] == [(f.resource, f.repair) for f in report.plan.findings]
    assert state is report.plan.state
    assert released == world.released()


async def test_an_absence_is_confirmed_by_a_direct_look(world):
    """A page that skips an entry (offset paging while others write) removes nobody."""
    users = [await world.user(f"u{n:02}") for n in range(20)]
    hidden = world.connector.entries.pop(users[0])

    async def appear() -> None:
        world.connector.entries[users[0]] = hidden

    world.connector.between = appear
    report = await world.reconciler.run()

    assert RunState.FINISHED is report.state
    assert () == report.plan.findings
    assert 1 == sum(verb == "get" for verb, _ in world.connector.calls)


async def test_a_foreign_entry_is_listed_and_never_written(world):
    await world.user("ann")
    await world.connector.create(Entry("users", {"uid": ("admin",)}))

    report = await world.reconciler.run()

    assert ["users/admin"] == found(Sort.FOREIGN, report.plan.findings)
    assert (PlanState.REPORTED, 0) == (report.plan.state, report.exit_code)
    assert [] == world.released()


async def test_foreign_entries_beyond_the_bound_are_counted(world, monkeypatch):
    monkeypatch.setattr("bridge.reconcile.reading.LISTED", 2)
    for n in range(5):
        await world.connector.create(Entry("users", {"uid": (f"x{n}",)}))

    report = await world.reconciler.run()

    assert 3 == len(report.plan.findings)
    assert 5 == report.plan.counts()["foreign"]


async def test_a_place_that_a_foreign_entry_holds_is_disputed(world):
    await world.connector.create(Entry("users", {"uid": ("ann",)}))
    await world.resource(Entry("users", {"uid": ("Ann",)}), "r1")
    await world.execute(LINK, {"resource": "r1", "kind": "users", "id": None, "locator": None, "applied": None})
    await world.execute("UPDATE link SET state = 'parked', error_class = 'Refused', error_code = 'disputed'")

    report = await world.reconciler.run()

    assert ["r1"] == found(Sort.DISPUTED, report.plan.findings)
    assert [] == found(Sort.FOREIGN, report.plan.findings)
    assert [] == world.released()


async def test_what_is_no_longer_wanted_is_neither_different_nor_missing(world):
    """Its user was deleted and `on_delete = "keep"` left the entry: it is nobody's business any more."""
    users = [await world.user(f"u{n:02}") for n in range(20)]
    world.edit(users[0], mail="hand@example.com")
    del world.connector.entries[users[1]]
    await world.execute("UPDATE resource SET deleted = 1 WHERE id IN ('u00', 'u01')")

    report = await world.reconciler.run()

    assert RunState.FINISHED is report.state
    assert () == report.plan.findings
    assert ["u01"] == world.released()  # delivery looks, and lets go of its name


async def test_what_delivery_holds_as_gone_is_told_again_and_may_be_approved(world):
    users = [await world.user(f"u{n:02}") for n in range(20)]
    del world.connector.entries[users[0]]
    await world.execute("UPDATE link SET state = 'parked', error_class = 'Gone' WHERE resource = 'u00'")

    report = await world.reconciler.run()
    approval = await world.journal.submit(lambda tx: plans.approve(tx, report.plan.id))

    assert [(Sort.GONE, Repair.HOLD)] == [(f.sort, f.repair) for f in report.plan.findings]
    assert 1 == approval.released
    assert ["u00"] == world.released()


async def test_an_entry_that_was_replaced_by_a_foreign_one_is_disputed_not_made_again(world):
    world.configure(on_missing=OnMissing.RECREATE)
    ann = await world.user("ann")
    del world.connector.entries[ann]
    await world.connector.create(Entry("users", {"uid": ("ann",)}))

    report = await world.reconciler.run()

    assert [Sort.DISPUTED] == [finding.sort for finding in report.plan.findings]
    assert [] == world.released()


async def test_what_is_edited_over_scim_while_a_run_reads_is_not_judged(world):
    ann = await world.user("ann")
    world.edit(ann, mail="new@example.com")

    async def change() -> None:
        await world.execute("UPDATE link SET wish = 2, state = 'dirty' WHERE resource = 'ann'")

    world.connector.between = change
    report = await world.reconciler.run()

    assert () == report.plan.findings
    assert [] == world.released()


async def test_a_member_added_by_hand_is_found(world):
    await world.user("ann")
    staff = await world.group("staff", "ann")
    world.connector.entries[staff].members.add("users/mallory")

    report = await world.reconciler.run()

    (finding,) = report.plan.findings
    assert ("staff", 1, 0, 2) == (
        finding.resource,
        finding.members_added,
        finding.members_removed,
        finding.members,
    )
    assert ["staff"] == world.released()


async def test_a_member_removed_by_hand_is_found(world):
    staff = await world.group("staff", "ann", "bob")
    world.connector.entries[staff].members.remove("users/bob")

    report = await world.reconciler.run()

    (finding,) = report.plan.findings
    assert (0, 1) == (finding.members_added, finding.members_removed)


async def test_many_differences_are_held_whole(world):
    for n in range(51):
        world.edit(await world.user(f"u{n}"), mail="all@example.com")

    report = await world.reconciler.run()

    assert PlanState.HELD is report.plan.state
    assert "above the limits: 51 entries would be written back; 50 are allowed (reverts)" == report.plan.reason
    assert [] == world.released()


async def test_approving_a_held_plan_releases_exactly_its_findings(world):
    users = [await world.user(f"u{n:02}") for n in range(60)]
    for user in users[:52]:
        world.edit(user, mail="all@example.com")
    report = await world.reconciler.run()
    world.edit(users[55], mail="later@example.com")
    await world.execute("UPDATE link SET wish = 2, done = 2 WHERE resource = 'u00'")

    approval = await world.journal.submit(lambda tx: plans.approve(tx, report.plan.id))

    assert (51, 1) == (approval.released, approval.changed_since)
    assert [f"u{n:02}" for n in range(1, 52)] == world.released()


async def test_what_was_rejected_is_not_intended_again(world):
    world.configure(clears=0)
    ann = await world.user("ann")
    world.edit(ann, title="Boss")
    first = await world.reconciler.run()
    await world.journal.submit(lambda tx: plans.reject(tx, first.plan.id))

    second = await world.reconciler.run()

    assert PlanState.HELD is first.plan.state
    assert [Repair.DECLINED] == [finding.repair for finding in second.plan.findings]
    assert (PlanState.REPORTED, 0) == (second.plan.state, second.exit_code)


async def test_a_newer_run_closes_the_open_plan(world):
    world.configure(drift="report")
    ann = await world.user("ann")
    world.edit(ann, title="Boss")
    await world.reconciler.run()
    del world.connector.entries[ann].attributes["title"]

    await world.reconciler.run()

    assert {"corp-1": PlanState.SUPERSEDED} == {p.id: p.state for p in world.journal.read(plans.listing)}


async def test_a_target_that_is_down_fails_the_run_and_nothing_else(world):
    ann = await world.user("ann")
    world.edit(ann, title="Boss")
    world.connector.fail = [None, TargetDown("the directory does not answer")]

    report = await world.reconciler.run()

    assert (RunState.FAILED, "the directory does not answer") == (report.state, report.reason)
    again = await world.reconciler.run()
    assert "the target may not be called now: the directory does not answer" == again.reason
    assert "failed" == world.journal.read(lambda db: runs.latest(db, "corp")).state
    assert [] == world.released()


async def test_a_direct_look_that_fails_fails_the_run(world):
    users = [await world.user(f"u{n:02}") for n in range(20)]
    del world.connector.entries[users[0]]
    world.connector.fail = [None, None, None, TargetDown("the directory does not answer")]

    report = await world.reconciler.run()

    assert RunState.FAILED is report.state


async def test_a_run_is_told_in_two_lines_with_its_counts(world):
    ann = await world.user("ann")
    world.edit(ann, title="Boss")

    with structlog.testing.capture_logs() as logs:
        await world.reconciler.run()

    logs = [entry for entry in logs if entry["event"].startswith("reconcile.")]
    assert {"event": "reconcile.started", "log_level": "info", "target": "corp", "run": 1, "dry": False} == logs[0]
    assert {
        "event": "reconcile.finished",
        "log_level": "info",
        "target": "corp",
        "run": 1,
        "plan": "corp-1",
        "state": "approved",
        "entries": {"users": 1, "groups": 0},
        "changes": 1,
        "missing": 0,
        "different": 1,
        "foreign": 0,
        "disputed": 0,
        "gone": 0,
        "seconds": 0.0,
    } == logs[1]


async def test_every_guard_is_told_also_of_a_run_that_passes(world):
    ann = await world.user("ann")
    world.edit(ann, title="Boss")

    with structlog.testing.capture_logs() as logs:
        await world.reconciler.run()

    (line,) = [entry for entry in logs if entry["event"].startswith("guard.")]
    assert ("guard.passed", "reconcile", 1) == (line["event"], line["operation"], line["run"])
    assert set(Guard) == {each["guard"] for each in line["guards"]}
    assert {"guard": "reverts", "observed": 1, "limit": 50} in line["guards"]


async def test_a_doubtful_read_is_told_as_a_warning(world):
    await world.user("ann")
    world.connector.entries.clear()

    with structlog.testing.capture_logs() as logs:
        await world.reconciler.run()

    assert ("reconcile.not_credible", "warning") == (logs[-1]["event"], logs[-1]["log_level"])
    assert "the read of users was empty, and 1 of its entries are ours" == logs[-1]["reason"]


async def test_a_bug_in_a_connector_ends_the_run_and_not_the_daemon(world, monkeypatch):
    await world.user("ann")
    (entry,) = world.connector.entries.values()
    entry.attributes["uid"] = ("somebody",)

    def explode(*_: object) -> frozenset[Any]:
        raise ValueError("not a value")

    monkeypatch.setattr(world.connector, "normalise", explode)
    with structlog.testing.capture_logs() as logs:
        report = await world.reconciler.run()

    assert RunState.FAILED is report.state
    assert "ValueError in the bridge or the connector; the log has the details" == report.reason
    assert "reconcile.crashed" in [entry["event"] for entry in logs]


async def test_the_next_page_is_read_while_one_is_judged(world, monkeypatch):
    """Reading is waiting for the target, judging is work: one after the other they cost the sum."""
    await world.user("ann")
    asked, waited = threading.Event(), []
    take = reading._take

    async def between() -> None:
        asked.set()

    def taking(*args: Any, **keys: Any) -> None:
        waited.append(asked.wait(10))
        take(*args, **keys)

    world.connector.between = between
    monkeypatch.setattr(reading, "_take", taking)
    report = await world.reconciler.run()

    assert RunState.FINISHED is report.state
    assert waited
    assert all(waited)
