"""How a fault is told, and the nearest known name."""

from pathlib import Path

from bridge.settings.faults import Fault, SettingsInvalid, nearest


def test_one_fault_reads_as_a_sentence_under_its_place() -> None:
    invalid = SettingsInvalid(Path("bridge.toml"), [Fault("edge.listen", '"x"', "is wrong", "mend it")])

    assert 'bridge.toml: 1 fault\nedge.listen = "x"\n    is wrong\n    → mend it' == str(invalid)


def test_a_fault_without_value_or_remedy_leaves_them_out() -> None:
    assert "edge\n    is wrong" == str(Fault("edge", None, "is wrong"))


def test_the_nearest_name_is_found_whatever_its_case() -> None:
    assert ["userName", "userName", None] == [nearest(n, ["id", "userName"]) for n in ("USERNAME", "usrname", "zzz")]
