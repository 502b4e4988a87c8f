from bridge.mapping import Rules
from bridge.plans.withheld import cleared, keeping, naming, switched_off
from bridge.settings import Switch
from connectors.sdk import Change, Entry, Verb

WANTED = Entry("users", {"uid": ("new",), "sn": ("New",)})
THERE = Entry("users", {"uid": ("old",), "sn": ("Old",), "title": ("Chief",)}, under="left")


def locate(entry: Entry) -> str:
    return f"{entry.under or 'users'}/{entry.attributes['uid'][0]}"


def test_a_replacement_by_nothing_clears():
    changes = [
        Change("title", Verb.REPLACE, ()),
        Change("sn", Verb.REPLACE, ("x",)),
        Change("mail", Verb.REMOVE, ("x",)),
    ]

    assert ("title",) == cleared(changes)


def test_only_the_switch_that_goes_off_disables():
    rules = Rules("users", "User", (), "", switch=Switch("status", "off", "on"))

    assert "status" == switched_off(rules, [Change("status", Verb.REPLACE, ("off",))])
    assert switched_off(rules, [Change("status", Verb.REPLACE, ("on",)), Change("sn", Verb.REPLACE, ("off",))]) is None
    assert switched_off(Rules("users", "User", (), ""), [Change("status", Verb.REPLACE, ("off",))]) is None


def test_what_names_the_entry_is_what_would_move_it():
    assert {"uid"} == naming(WANTED, THERE, locate, "left/old")


def test_an_entry_that_keeps_its_name_takes_everything_else():
    kept = keeping(WANTED, naming(WANTED, THERE, locate, "left/old"), THERE.attributes)

    assert {"uid": ("old",), "sn": ("New",)} == kept.attributes
    assert "users/old" == locate(kept)
