"""Comparisons of text in SQL: of a column, and of values that are rows of a table beside.

Text is ordered by code points in `evaluate.py` as here, for so are the bytes of UTF-8. No stored text holds NUL, which
`length()` would stop at.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.journal.conditions import Condition, Cost, Probe, Scope, Select, Sql, constant
from bridge.scim.filter import Operator
from bridge.scim.resource_types import fold

Value = str | bool | int | float
"""What a filter compares with, null left aside."""
SIGNS = {
    Operator.EQ: "=",
    Operator.NE: "<>",
    Operator.GT: ">",
    Operator.GE: ">=",
    Operator.LT: "<",
    Operator.LE: "<=",
}


@dataclass(frozen=True, slots=True)
class Text:
    """A column of text, and the index of `resource` that holds it.

    `folded`: it holds the value folded. `one`: no two living resources have the same. `always`: it is never NULL.
    `complete`: it is NULL only where there is no value, not where that is empty text.
    """

    column: str
    index: str
    folded: bool = False
    one: bool = False
    always: bool = False
    complete: bool = True

    def compare(self, operator: Operator, literal: Value, _: Scope) -> Condition | None:
        if not isinstance(literal, str):
            return _of_other_type(operator)
        if not self.complete and (literal == "" or operator in (Operator.LT, Operator.LE)):
            return None
        want = fold(literal) if self.folded else literal
        if operator is Operator.NE:
            return Condition(Sql(f"r.{self.column} IS NOT ?", (want,)))
        test, cost = comparison(f"r.{self.column}", operator, want)
        cost = Cost.ONE if self.one and operator is Operator.EQ else cost
        found = test if cost is not Cost.WHOLE else Sql(f"r.{self.column} IS NOT NULL AND {test.text}", test.values)
        return Condition(test, probe=Probe(cost, (Select(found, self.index),)))

    def present(self) -> Condition:
        return Condition(Sql(f"r.{self.column} <> ''"))


@dataclass(frozen=True, slots=True)
class Values:
    """The values of a multi-valued attribute: `select` finds the resources that have one of which the test is true."""

    select: str
    key: str
    folded: bool = False

    def compare(self, operator: Operator, literal: Value, _: Scope) -> Condition | None:
        if not isinstance(literal, str):
            return _of_other_type(operator)
        if operator is not Operator.NE:
            return self.having(*self.test(operator, literal))
        none = self._select(Sql("TRUE"))
        other = self._select(Sql(f"{self.key} <> ?", (fold(literal) if self.folded else literal,)))
        return Condition(Sql(f"(r.seq NOT IN ({none.text}) OR r.seq IN ({other.text}))", none.values + other.values))

    def test(self, operator: Operator, literal: str) -> tuple[Sql, Cost]:
        """A comparison of one value, by any operator but `ne`."""
        return comparison(self.key, operator, fold(literal) if self.folded else literal)

    def having(self, test: Sql, cost: Cost) -> Condition:
        """Whether there is a value of which the test is true."""
        select = self._select(test)
        return Condition(Sql(f"r.seq IN ({select.text})", select.values), probe=Probe(cost, (Select(select),)))

    def present(self) -> Condition:
        return self.having(Sql(f"{self.key} <> ''"), Cost.WHOLE)

    def _select(self, test: Sql) -> Sql:
        return Sql(self.select.format(test.text), test.values)


def _of_other_type(operator: Operator) -> Condition | None:
    """What is said of text and a literal that is none."""
    return None if operator in (Operator.CO, Operator.SW, Operator.EW) else constant(operator is Operator.NE)


def comparison(key: str, operator: Operator, want: str) -> tuple[Sql, Cost]:
    """A comparison of the text, by any operator but `ne`; NULL or false where there is no text."""
    match operator:
        case Operator.EQ:
            return Sql(f"{key} = ?", (want,)), Cost.EQUAL
        case Operator.CO:
            return Sql(f"instr({key}, ?) > 0", (want,)), Cost.WHOLE
        case Operator.EW if want:
            return Sql(f"substr({key}, ?) = ?", (-len(want), want)), Cost.WHOLE
        case Operator.SW if want and (end := _end_of(want)):
            return Sql(f"{key} >= ? AND {key} < ?", (want, end)), Cost.RANGE
        case Operator.SW | Operator.EW:
            return Sql(f"{key} >= ?", (want,)), Cost.RANGE
        case _:
            return Sql(f"{key} {SIGNS[operator]} ?", (want,)), Cost.RANGE


def _end_of(prefix: str) -> str | None:
    """The first text behind all that begin with the prefix; None where there is none."""
    kept = prefix.rstrip("\U0010ffff")
    if not kept:
        return None
    after = ord(kept[-1]) + 1
    return kept[:-1] + chr(0xE000 if after == 0xD800 else after)
