"""Rows by key: stable columns, equal bytes for equal rows, and nothing concluded from half a file."""

import pytest

from connectors.csv.cells import Dialect
from connectors.csv.table import Table, Unreadable, parse

DIALECT = Dialect()


def table(text: str, key: str | None = "login") -> Table:
    return parse(text, DIALECT, key)


def test_rows_are_in_the_order_of_their_keys() -> None:
    rows = Table(DIALECT, "login", ["login", "name"])
    rows.put("zoe", {"login": "zoe", "name": "Z"})
    rows.put("adam", {"login": "adam"})

    assert "login,name\nadam,\nzoe,Z\n" == rows.text()


def test_what_is_read_is_written_in_one_form() -> None:
    rows = table('\ufefflogin,name\r\n"zoe","Z"\r\n\r\nadam,"A, B"\r\n')

    assert 'login,name\nadam,"A, B"\nzoe,Z\n' == rows.text()
    assert not rows.changed


def test_the_first_column_is_the_key_where_none_is_named() -> None:
    assert "id" == table("id,login\n1,bj\n", None).key


def test_a_column_that_nobody_maps_is_kept() -> None:
    rows = table("login,shoe size\nbj,38\n")
    rows.put("bj", {**rows.row("bj"), "name": "B"})

    assert "login,shoe size,name\nbj,38,B\n" == rows.text()


def test_named_columns_come_first_and_the_others_stay_behind() -> None:
    rows = table("extra,login\nx,bj\n")
    rows.arrange(["login", "name"])

    assert "login,name,extra\nbj,,x\n" == rows.text()


def test_writing_what_is_there_changes_nothing() -> None:
    rows = table("login,name\nbj,B\n")
    rows.put("bj", {"login": "bj", "name": "B"})
    rows.remove("nobody")

    assert not rows.changed


def test_removing_the_last_row_leaves_the_header() -> None:
    rows = table("login\nbj\n")
    rows.remove("bj")

    assert rows.changed
    assert "login\n" == rows.text()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "does not end with a whole line"),
        ("login,name\nbj,B\nzoe", "does not end with a whole line"),
        ("login,name\nbj\n", "has 1 cells in row 2, and 2 columns"),
        ("login,name\nbj,B,C\n", "has 3 cells in row 2, and 2 columns"),
        ("user;name\nbj;B\n", "has no column login"),
        ("login,login\nbj,B\n", "has a column twice"),
        ("login,\nbj,B\n", "one without a name"),
        ("login,name\nbj,B\nbj,C\n", "has its key twice in row 3"),
        ("login,name\n,B\n", "has no key in row 2"),
        ('login,name\nbj,"B\n', "is not CSV"),
        ('login,name\n"b"j,B\n', "is not CSV"),
        ("\n", "has no column login"),
    ],
)
def test_a_file_that_is_not_a_whole_table_is_not_read(text: str, problem: str) -> None:
    with pytest.raises(Unreadable, match=problem):
        table(text)
