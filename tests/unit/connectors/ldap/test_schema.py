from __future__ import annotations

from connectors.ldap.schema import BOOLEAN, AttributeType, Schema, parse

TYPES = (
    "( 2.5.4.41 NAME 'name' DESC 'RFC4519: name (common supertype)' EQUALITY caseIgnoreMatch "
    "SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{32768} )",
    "( 2.5.4.3 NAME ( 'cn' 'commonName' ) SUP name )",
    "( 2.5.4.4 NAME ( 'sn' 'surname' ) SUP name )",
    "( 1.1 NAME 'locked' SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE X-ORDERED 'VALUES' )",
    "( 1.3.6.1.1.16.4 NAME 'entryUUID' EQUALITY UUIDMatch SINGLE-VALUE NO-USER-MODIFICATION USAGE directoryOperation )",
    "( odd-oid NAME 'MAIL' DESC 'it''s \\27odd\\27 (and $ so on)' EQUALITY caseIgnoreIA5Match )",
    "( 9.9 )",
    "not a description at all",
    "",
)
CLASSES = (
    "( 2.5.6.0 NAME 'top' ABSTRACT MUST objectClass )",
    "( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( description ) )",
    "( 2.16 NAME 'inetOrgPerson' SUP person STRUCTURAL MAY ( MAIL $ locked ) )",
    "( 1.2 NAME ( 'looped' 'again' ) SUP looped AUXILIARY MAY commonName )",
)
SCHEMA = parse(TYPES, CLASSES)


def test_an_attribute_is_known_by_each_of_its_names_and_by_its_identifier() -> None:
    assert SCHEMA.attribute("CN") == SCHEMA.attribute("commonname") == SCHEMA.attribute("2.5.4.3")
    assert SCHEMA.attribute("cn;lang-fr") == SCHEMA.attribute("cn")
    assert SCHEMA.attribute("nosuch") is None
    assert "cn" == SCHEMA.key("commonName") == SCHEMA.key("CN;x-a")


def test_what_a_supertype_says_is_inherited() -> None:
    cn = SCHEMA.attribute("cn")

    assert cn is not None
    assert ("caseIgnoreMatch", "1.3.6.1.4.1.1466.115.121.1.15") == (cn.equality, cn.syntax)


def test_flags() -> None:
    assert SCHEMA.attribute("locked") == AttributeType(("locked",), syntax=BOOLEAN, single=True)
    uuid = SCHEMA.attribute("entryUUID")
    assert uuid is not None
    assert uuid.operational
    assert uuid.read_only


def test_what_a_class_demands_and_allows_comes_from_its_superiors_too() -> None:
    assert {"objectclass", "sn", "cn"} == set(SCHEMA.must(["inetOrgPerson"]))
    assert {"objectclass", "sn", "cn", "description", "mail", "locked"} == SCHEMA.allowed(["InetOrgPerson"])
    assert {"cn"} == SCHEMA.allowed(["again"])


def test_the_classes_that_have_an_attribute() -> None:
    assert ["inetOrgPerson"] == SCHEMA.classes_with("locked")
    assert ["looped", "person"] == SCHEMA.classes_with("CN")


def test_odd_descriptions_cost_nothing_but_themselves() -> None:
    mail = SCHEMA.attribute("mail")

    assert mail is not None
    assert "caseIgnoreIA5Match" == mail.equality
    assert ["nosuch"] == SCHEMA.unknown_classes(["person", "nosuch"])


def test_what_is_worked_out_once_is_remembered_for_its_names_and_schema_alone() -> None:
    asked = []

    def length(schema: Schema, name: str) -> int | None:
        asked.append(name)
        return len(schema.attributes) if name else None

    schema, other = parse(TYPES, ()), Schema()

    assert [len(SCHEMA.attributes), None, None] == [schema.once(length, name) for name in ("cn", "", "")]
    assert [0, len(SCHEMA.attributes)] == [other.once(length, "cn"), schema.once(length, "cn")]
    assert ["cn", "", "cn"] == asked


def test_a_content_rule_adds_its_classes_and_attributes() -> None:
    """As Active Directory writes it, its syntaxes in quotes and without matching rules."""
    schema = parse(
        ["( 1.1 NAME 'mail' SYNTAX '1.3.6.1.4.1.1466.115.121.1.15' SINGLE-VALUE )"],
        ["( 2.1 NAME 'user' MAY (title ) )", "( 2.2 NAME 'mailRecipient' AUXILIARY MUST (sid ) MAY (mail ) )"],
        ["( 2.1 NAME 'user' AUX ( mailRecipient ) MAY (info $ note ) )"],
    )
    mail = schema.attribute("mail")

    assert {"title", "mail", "info", "note", "sid"} == schema.allowed(["user"])
    assert {"sid"} == set(schema.must(["user"]))
    assert mail is not None
    assert "1.3.6.1.4.1.1466.115.121.1.15" == mail.syntax
    assert schema.compares_by_syntax
    assert not SCHEMA.compares_by_syntax
