from hypothesis import given
from hypothesis import strategies as st

from bridge.journal.findings import Finding, Plan, PlanState, Repair, Sort, finding_of, row_of

names = st.text(min_size=1, max_size=8)
numbers = st.integers(0, 10**6)
findings = st.builds(
    Finding,
    st.sampled_from(Sort),
    st.sampled_from(["users", "groups"]),
    st.none() | names,
    st.none() | names,
    st.none() | numbers,
    st.lists(st.tuples(names, st.sampled_from(["add", "replace", "clear"]))).map(tuple),
    st.integers(1, 10**6),
    numbers,
    numbers,
    st.booleans(),
    st.sampled_from(Repair),
    st.integers(1, 10**6),
)


@given(findings)
def test_a_finding_comes_back_from_its_row(finding):
    assert finding == finding_of(row_of(finding))


def test_counts_include_what_is_not_listed():
    foreign = [Finding(Sort.FOREIGN, "users", locator="a"), Finding(Sort.FOREIGN, "users", count=999)]
    plan = Plan(None, "corp", None, PlanState.REPORTED, 0, "", findings=tuple(foreign))

    assert {"missing": 0, "different": 0, "foreign": 1000, "disputed": 0, "gone": 0} == plan.counts()
    assert 0 == plan.changes


def test_an_approval_by_itself_releases_less_than_a_person_and_what_it_released_is_done():
    assert {Repair.REVERT, Repair.RECREATE, Repair.AT_ONCE} == {r for r in Repair if r.released(by_person=False)}
    assert {Repair.REVERT, Repair.RECREATE, Repair.HOLD, Repair.RESTORE} == {
        r for r in Repair if r.released(by_person=True)
    }
