"""The values of the mapping."""

from bridge.mapping.rules import Attribute, MappingFailed, Rules


def test_a_failure_reads_as_attribute_and_problem() -> None:
    assert "mail: fails" == str(MappingFailed("mail", "fails"))


def test_everybody_is_in_scope_where_nothing_is_said() -> None:
    rules = Rules("users", "User", (Attribute("uid", lambda _: ()),), "fingerprint")

    assert rules.in_scope({})
    assert ("uid",) == rules.names
