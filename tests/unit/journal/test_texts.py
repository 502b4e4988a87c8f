"""Text in SQL: where a prefix ends, and what is compared as it is."""

from __future__ import annotations

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from bridge.journal.texts import comparison
from bridge.scim.filter import Operator

ENDS = "a\ud7ff\ue000\U0010ffff"
texts = st.text(st.sampled_from(ENDS) | st.characters(exclude_categories=["Cs"]), max_size=4)
BY_PYTHON = {
    Operator.EQ: lambda have, want: have == want,
    Operator.CO: lambda have, want: want in have,
    Operator.SW: lambda have, want: have.startswith(want),
    Operator.EW: lambda have, want: have.endswith(want),
    Operator.GT: lambda have, want: have > want,
    Operator.GE: lambda have, want: have >= want,
    Operator.LT: lambda have, want: have < want,
    Operator.LE: lambda have, want: have <= want,
}


@given(texts.filter(lambda text: "\0" not in text), texts, st.sampled_from(list(BY_PYTHON)))
def test_sqlite_compares_as_python_does(have: str, want: str, operator: Operator) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE one (k TEXT)")
    db.execute("INSERT INTO one VALUES (?)", (have,))
    test, _ = comparison("k", operator, want)
    found = db.execute(f"SELECT 1 FROM one WHERE {test.text}", test.values).fetchone() is not None
    db.close()

    assert BY_PYTHON[operator](have, want) is found
