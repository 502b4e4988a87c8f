"""Values as cells and lines, and back."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.csv.cells import Dialect, Unwritable, text_of
from connectors.csv.settings import Formulas
from connectors.sdk import Ref, Reference

TEXT = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1)


def read_back(dialect: Dialect, line: str) -> list[str]:
    (cells,) = dialect.rows(io.StringIO(line, newline=""))
    return cells


@given(st.lists(TEXT, min_size=1), st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]))
def test_a_line_reads_back_as_it_was(cells: list[str], delimiter: str, line_end: str) -> None:
    dialect = Dialect(delimiter=delimiter, line_end=line_end)

    assert cells == read_back(dialect, dialect.line(cells))


@given(st.lists(TEXT), st.sampled_from(["|", ";", "^", "]", "-"]), st.sampled_from([Formulas.ESCAPE, Formulas.RAW]))
def test_several_values_read_back_as_they_were(values: list[str], separator: str, formulas: Formulas) -> None:
    dialect = Dialect(separator=separator, formulas=formulas)

    assert tuple(values) == dialect.values(dialect.cell(values, several=True), several=True)


@given(TEXT | st.from_regex(r"'{0,3}[=+@-][a-z'=]{0,3}", fullmatch=True))
def test_one_value_reads_back_as_it_was(value: str) -> None:
    dialect = Dialect()

    assert (value,) == dialect.values(dialect.cell([value], several=False), several=False)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("plain", "plain"),
        ("a,b", '"a,b"'),
        ('say "hi"', '"say ""hi"""'),
        ("two\nlines", '"two\nlines"'),
        ("two\r\nlines", '"two\r\nlines"'),
        ("carriage\rreturn", '"carriage\rreturn"'),
        (" space before", '" space before"'),
        ("space after ", '"space after "'),
        ("", ""),
    ],
)
def test_a_cell_is_quoted_where_it_must_be(cell: str, written: str) -> None:
    assert f"{written},x\n" == Dialect().line([cell, "x"])


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_formula_is_escaped_unless_told_otherwise(formula: str) -> None:
    assert f"'{formula}" == Dialect().cell([formula], several=False)
    assert formula == Dialect(formulas=Formulas.RAW).cell([formula], several=False)


def test_a_formula_can_be_refused() -> None:
    with pytest.raises(Unwritable, match="begins like a formula"):
        Dialect(formulas=Formulas.REFUSE).cell(["=1+1"], several=False)


def test_a_text_with_an_apostrophe_is_nobodys_formula() -> None:
    assert "'tis" == Dialect().cell(["'tis"], several=False)
    assert ("'=x",) == Dialect(formulas=Formulas.REFUSE).values("'=x", several=False)


def test_several_values_in_a_column_of_one_are_refused_with_the_remedy() -> None:
    with pytest.raises(Unwritable, match="has several values") as refused:
        Dialect().cell(["a", "b"], several=False)

    assert "name the column in `lists`" == refused.value.remedy


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (False, "false"), (5, "5"), (1.5, "1.5"), ("x", "x"), (Ref("users", "id", "users/bj"), "bj")],
)
def test_a_value_is_text(value: str | bool | int | float | Ref, text: str) -> None:
    assert text == text_of(value)


@pytest.mark.parametrize("value", [b"\x00", Reference("User", "1"), "nul\0", "half \ud800"])
def test_what_a_cell_cannot_hold_is_refused_without_its_value(value: bytes | Reference | str) -> None:
    with pytest.raises(Unwritable) as refused:
        text_of(value)

    assert "half \ud800" not in str(refused.value)
