import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.scim.errors import InvalidFilter
from bridge.scim.filter import And, Comparison, Name, Not, Operator, Or, Present, Selection, Tree
from bridge.scim.filter_text import parse, parse_name
from tests.unit.scim.filters import trees

A, B, C = (Present(Name(letter)) for letter in "abc")


def eq(name: str, literal: object) -> Comparison:
    return Comparison(Name(name), Operator.EQ, literal)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('userName eq "bjensen"', eq("userName", "bjensen")),
        ("title pr", Present(Name("title"))),
        ("name.familyName pr", Present(Name("name", "familyName"))),
        ("a pr or b pr and c pr", Or((A, And((B, C))))),
        ("a pr and b pr or c pr", Or((And((A, B)), C))),
        ("(a pr or b pr) and c pr", And((Or((A, B)), C))),
        ("not (a pr) and b pr", And((Not(A), B))),
        ("not (a pr and b pr)", Not(And((A, B)))),
        ("not(a pr)", Not(A)),
        ("((a pr))", A),
        ("not (not (a pr))", Not(Not(A))),
        ("a pr and b pr and c pr", And((A, B, C))),
        ("a pr and (b pr and c pr)", And((A, And((B, C))))),
        ("emails[a pr]", Selection(Name("emails"), A)),
        ("emails[a pr and not (b pr)]", Selection(Name("emails"), And((A, Not(B))))),
        ("emails[(a pr or b pr)] and c pr", And((Selection(Name("emails"), Or((A, B))), C))),
    ],
)
def test_terms_bind_as_the_grammar_says(text: str, tree: Tree) -> None:
    assert tree == parse(text)


@pytest.mark.parametrize("operator", Operator)
def test_operators_and_keywords_are_read_in_any_case(operator: Operator) -> None:
    term = Comparison(Name("a"), operator, 1)

    assert Or((And((term, A)), Not(B))) == parse(f"a {operator.upper()} 1 AND a Pr oR NOT (b PR)")


@pytest.mark.parametrize(
    ("written", "literal"),
    [
        ('"plain"', "plain"),
        ('""', ""),
        (r'"a \"quoted\" word"', 'a "quoted" word'),
        (r'"back\\slash, \/ and \n"', "back\\slash, / and \n"),
        (r'"\u00e9 \ud83d\ude00"', "é 😀"),
        ('"é ) ] and or"', "é ) ] and or"),
        ("true", True),
        ("False", False),
        ("NULL", None),
        ("0", 0),
        ("-1", -1),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("-2.5E-1", -0.25),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_values_are_read_as_json(written: str, literal: object) -> None:
    tree = parse(f"a eq {written}")

    assert eq("a", literal) == tree
    assert type(literal) is type(tree.literal)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("userName", Name("userName")),
        ("$ref", Name("$ref")),
        ("a-b_1", Name("a-b_1")),
        ("name.givenName", Name("name", "givenName")),
        ("urn:x:1.0:User:userName", Name("userName", None, "urn:x:1.0:User")),
        ("urn:x:1.0:User:name.givenName", Name("name", "givenName", "urn:x:1.0:User")),
        ("urn:x:1.0:User.department", Name("User", "department", "urn:x:1.0")),
        ("urn:x:1.0:User.manager.value", Name("User", "manager.value", "urn:x:1.0")),
        ("https://example.com/a~b:x", Name("x", None, "https://example.com/a~b")),
    ],
)
def test_names_are_read_with_their_urn_and_their_sub_attribute(text: str, name: Name) -> None:
    assert name == parse_name(text)
    assert text == str(name)
    assert Present(name) == parse(f"{text} pr")


def test_a_word_of_the_language_may_name_an_attribute() -> None:
    assert And((Present(Name("not")), eq("and", 1))) == parse("not pr and and eq 1")


def test_entra_may_ask_for_a_part_of_a_selected_value() -> None:
    selection = Selection(Name("emails"), And((eq("type", "work"), eq("value", "x"))))

    assert selection == parse('emails[type eq "work"].value eq "x"')
    assert selection == parse('emails[type eq "work" and value eq "x"]')


def test_more_spaces_than_needed_do_no_harm() -> None:
    assert Or((And((A, B)), Selection(Name("c"), A))) == parse("  ( a  pr   and b pr )  or c[ a pr ] ")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "needs an attribute at its end"),
        ("   ", "needs an attribute at its end"),
        ("userName", "needs an operator .* after userName at its end"),
        ("userName eq", "needs a space before the value at its end"),
        ("userName eq ", "needs a value at its end"),
        ("userName eq bjensen", "needs a value at character 13: text in double quotes"),
        ("userName eq 'bjensen'", "cannot be read at character 13"),
        ('userName eq"bjensen"', "needs a space before the value at character 12"),
        ('userName is "bjensen"', "needs an operator .* after userName at character 10"),
        ('userName eq "bjensen', "begins at character 13 has no closing quote"),
        ('userName eq "a" "b"', "goes on after its end at character 17"),
        ('userName eq "\\x"', "at character 13 is no text in JSON"),
        ('userName eq "\\ud800"', "at character 13 is no text in JSON"),
        ('userName eq "a\nb"', "at character 13 is no text in JSON"),
        ("age eq 01", "at character 8 is no number in JSON"),
        ("age eq 1.", "at character 8 is no number in JSON"),
        ("age eq 1x", "at character 8 is no number in JSON"),
        ("age eq +1", "cannot be read at character 8"),
        ("age eq NaN", "needs a value at character 8"),
        ("userName\teq 1", "cannot be read at character 9"),
        ("a pr and", "needs a space after and at its end"),
        ("a pr and ", "needs an attribute at its end"),
        ("and a pr", "needs an operator .* after and at character 5"),
        ("a pr b pr", "goes on after its end at character 6"),
        ("(a pr)and (b pr)", "needs a space before and at character 7"),
        ("(a pr) and(b pr)", "needs a space after and at character 11"),
        ("(a pr", r"needs '\)' at its end"),
        ("a pr)", "goes on after its end at character 5"),
        ("()", "needs an attribute at character 2"),
        ("not a pr", "needs an operator .* after not at character 5"),
        ("not (a pr", r"needs '\)' at its end"),
        ("emails[a pr", r"needs '\]' at its end"),
        ("emails[]", "needs an attribute at character 8"),
        ("emails [a pr]", "no bracket may open at character 8"),
        ("emails[phones[a pr]]", "no bracket may open at character 14"),
        ("emails[a pr].", "cannot be read at character 13"),
        ("emails[a pr] .value pr", "goes on after its end at character 14"),
        ("emails[a pr].value", "needs an operator .* after value at its end"),
        ("a.b.c pr", "'a.b.c' is not the name"),
        ("a. pr", "'a.' is not the name"),
        ("urn:x: pr", "'urn:x:' is not the name"),
        ("urn:x:2.0 pr", "'urn:x:2.0' is not the name"),
        ("é pr", "cannot be read at character 1"),
        ("1a eq 2", "needs an attribute at character 1"),
        ('"a" eq 2', "needs an attribute at character 1"),
    ],
)
def test_a_malformed_filter_is_refused_and_told_where(text: str, complaint: str) -> None:
    with pytest.raises(InvalidFilter, match=complaint):
        parse(text)


@pytest.mark.parametrize("text", ['userName eq "s3cret" x', "userName eq s3cret", 'a eq "s3cret', 'a eq "s3cret\\q"'])
def test_an_error_repeats_no_value(text: str) -> None:
    with pytest.raises(InvalidFilter) as refused:
        parse(text)

    assert "s3cret" not in refused.value.detail


def test_the_limits_are_the_longest_the_most_and_the_deepest_that_is_taken() -> None:
    longest = 'a eq "' + "x" * (4096 - 7) + '"'
    most = " or ".join(["a pr"] * 64)
    deepest = "(" * 32 + "a pr" + ")" * 32

    for text in (longest, most, deepest, "not (" * 32 + "a pr" + ")" * 32):
        parse(text)
    for text in (longest + " ", longest.replace("x", "é"), most + " or a pr", f"({deepest})", f"not ({deepest})"):
        with pytest.raises(InvalidFilter):
            parse(text)


@pytest.mark.parametrize("text", ["(" * 2**20, '"' * 2**20, "a pr and " * 2**17, "\\" * 2**20])
def test_a_filter_that_is_far_too_long_costs_nothing(text: str) -> None:
    began = time.process_time()

    with pytest.raises(InvalidFilter, match="longer than 4096 bytes"):
        parse(text)

    assert time.process_time() - began < 0.01


@given(trees())
def test_a_tree_that_is_written_out_is_read_back(tree: Tree) -> None:
    assert tree == parse(str(tree))


@given(
    st.sampled_from(["userName", "urn:x:1.0:User:name.givenName", "not", "a..b", "é", ":a"]),
    st.sampled_from(["eq", "co", "sw", "ne", "EQ", "e"]),
    st.sampled_from(['""', '"a b"', '"\\""', '"\\u00e9\\x"', '"\\ud800"', '"a', "5", '"a" "b"', '"a\nb"']),
    st.sampled_from([" ", "   ", "\t", ""]),
)
def test_one_comparison_alone_is_read_as_it_is_within_others(name: str, word: str, literal: str, space: str) -> None:
    text = f"{name}{space}{word}{space}{literal}"

    assert outcome(f"({text})") == outcome(text)


def outcome(text: str) -> Tree | None:
    try:
        return parse(text)
    except InvalidFilter:
        return None


@given(st.text(alphabet='aé.:"\\[]()01- \teqprandotu', max_size=60))
def test_any_text_is_a_filter_or_is_refused(text: str) -> None:
    try:
        tree = parse(text)
    except InvalidFilter:
        return

    assert tree == parse(str(tree))
