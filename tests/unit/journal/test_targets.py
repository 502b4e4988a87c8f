from bridge.journal import plans, targets
from bridge.journal.findings import Finding, Plan, PlanState, Sort
from bridge.journal.targets import Remembered


def of(journal, name: str) -> Remembered:
    return journal.read(lambda db: targets.remembered(db, name))


async def test_of_a_new_target_nothing_is_known(journal):
    assert Remembered() == of(journal, "corp")


async def test_a_pause_and_its_reason_are_kept_until_it_is_resumed(journal):
    await journal.submit(lambda tx: targets.pause(tx, "corp", "maintenance"))
    paused = of(journal, "corp")

    resumed = [await journal.submit(lambda tx: targets.resume(tx, "corp")) for _ in range(2)]

    assert ("maintenance", False) == (paused.paused, paused.until_plan)
    assert [True, False] == resumed
    assert Remembered() == of(journal, "corp")


async def test_a_pause_leaves_the_breaker_alone(journal):
    def open_breaker(tx):
        targets.save(tx, "corp", breaker="open", cause="TargetDown", reason="refused", failures=3, retry_at=5)
        targets.pause(tx, "corp", "maintenance")

    await journal.submit(open_breaker)

    assert Remembered("open", "TargetDown", "refused", 3, 5, paused="maintenance") == of(journal, "corp")


async def test_an_approved_plan_resumes_only_a_target_that_waits_for_one(journal):
    finding = Finding(Sort.FOREIGN, "users", locator="x")

    def work(tx):
        for name in ("restored", "maintained"):
            targets.pause(tx, name, name, until_plan=name == "restored")
            plans.write(tx, Plan(None, name, 1, PlanState.HELD, 0, "x", findings=(finding,)))
        return [targets.resume_by_plan(tx, f"{name}-1") for name in ("restored", "maintained")]

    assert [True, False] == await journal.submit(work)
    assert (None, "maintained") == (of(journal, "restored").paused, of(journal, "maintained").paused)
