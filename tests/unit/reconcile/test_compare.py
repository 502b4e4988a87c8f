from dataclasses import replace

from bridge.journal.findings import Finding, Sort
from bridge.journal.scratch import Linked
from bridge.mapping.entry_json import encode
from bridge.mapping.rules import Attribute, Rules
from bridge.reconcile.compare import Actual, compare
from bridge.settings.kinds import Mode, Ownership
from connectors.sdk import Entry
from connectors.sdk.memory import MemoryConnector

NORMALISE = MemoryConnector().normalise
PLACE = "users/bj"


def rules(*attributes: Attribute) -> Rules:
    return Rules("users", "User", attributes, "these rules")


def attribute(name: str, mode: Mode = Mode.REPLACE, *, clear: bool = True) -> Attribute:
    return Attribute(name, lambda source: (), mode, clear)


RULES = rules(attribute("uid"), attribute("mail"), attribute("title"))
APPLIED = {"uid": ("bj",), "mail": ("bj@example.com",)}
LINK = Linked("r1", "users", "1", PLACE, PLACE, 7, encode(Entry("users", APPLIED)), "these rules")


def found(have: dict[str, tuple[str, ...]], rules: Rules = RULES, link: Linked = LINK) -> Finding | None:
    return compare(link, Actual(Entry("users", have), PLACE), rules, NORMALISE, ())


def test_an_entry_as_it_was_applied_is_not_found():
    assert found(APPLIED) is None


def test_values_are_equal_as_the_target_compares_them():
    assert found(APPLIED | {"mail": ("BJ@Example.com",)}) is None


def test_a_changed_attribute_is_named_and_its_values_are_not():
    finding = found(APPLIED | {"mail": ("secret@example.com",), "title": ("Boss",)})

    assert Finding(Sort.DIFFERENT, "users", "r1", PLACE, 7, (("mail", "replace"), ("title", "clear"))) == finding
    assert "example.com" not in finding.detail()


def test_attributes_that_are_not_mapped_are_nobodys_business():
    assert found(APPLIED | {"description": ("by hand",)}) is None


def test_seeded_attributes_are_left_to_the_target():
    assert found(APPLIED | {"title": ("Boss",)}, rules(attribute("title", Mode.SEED))) is None


def test_of_merged_attributes_only_our_own_values_are_missed():
    merged = rules(attribute("mail", Mode.MERGE))

    assert found({"mail": ("bj@example.com", "other@example.com")}, merged) is None
    assert (("mail", "add"),) == found({"mail": ("other@example.com",)}, merged).changes


def test_an_attribute_that_is_never_cleared_is_not_found_when_it_has_values():
    assert found(APPLIED | {"title": ("Boss",)}, rules(attribute("title", clear=False))) is None


def test_what_other_rules_left_without_a_value_says_nothing():
    link = LINK._replace(rules="older rules")

    assert found(APPLIED | {"title": ("Boss",)}, link=link) is None
    assert (("mail", "clear"),) != found(APPLIED | {"mail": ("x",)}, link=link).changes


def test_an_entry_at_another_place_was_moved():
    finding = compare(LINK, Actual(Entry("users", APPLIED), "users/elsewhere"), RULES, NORMALISE, ())

    assert finding.moved


def test_members_are_compared_with_those_that_were_applied():
    entry = Entry("users", APPLIED, members=("A", "b", "stranger"))

    ours_alone = replace(RULES, ownership=Ownership.ALL)
    finding = compare(LINK, Actual(entry, PLACE), ours_alone, NORMALISE, iter(["a", "b", "c", "d"]))

    assert (1, 2, 3) == (finding.members_added, finding.members_removed, finding.members)


def test_members_that_others_added_are_no_drift_unless_all_are_ours():
    entry = Entry("users", APPLIED, members=("a", "stranger"))

    assert compare(LINK, Actual(entry, PLACE), RULES, NORMALISE, ["a"]) is None


def test_members_that_were_not_read_are_not_missed():
    assert compare(LINK, Actual(Entry("users", APPLIED), PLACE), RULES, NORMALISE, ["a"]) is None
