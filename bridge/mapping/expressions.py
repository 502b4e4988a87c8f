"""Expressions in CEL: the only file that knows the engine.

The engine's own messages may hold values of a resource, so none of them leaves this file while the bridge
runs: a failure is one of a few fixed sentences. At load, on a sample, `detail` says more.
"""

from __future__ import annotations

import logging
import re
from typing import Any

import cel

from bridge.mapping.functions import FUNCTIONS
from bridge.settings.faults import Wrong, nearest

LONGEST = 4096
MISSING_ITEM = "asks for an item that a list does not have"
MISSING_NAME = "asks for something that is not there"
MISFIT = "puts values together that do not fit (what is missing is null)"

# The engine logs what a function raised, values and all.
logging.getLogger("cel").setLevel(logging.CRITICAL + 1)

_SENTENCES = (
    (KeyError, MISSING_NAME),
    (IndexError, MISSING_ITEM),
    (TypeError, MISFIT),
    (ArithmeticError, "computes what has no result"),
    (RuntimeError, "gives a function what it cannot take"),
)

_BUILT_IN = frozenset(
    [
        *("size", "contains", "startsWith", "endsWith", "matches", "max", "min", "type", "dyn"),
        *("string", "int", "uint", "double", "bytes", "bool", "timestamp", "duration"),
        *("of", "none", "hasValue", "value", "or", "orValue"),
        *("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"),
        *("getHours", "getMinutes", "getSeconds", "getMilliseconds"),
    ]
)


class ExpressionInvalid(Wrong):
    """The text is no expression."""


class ExpressionFailed(Exception):
    """The expression failed on one resource. `detail` and `missing` may hold a value: they are for samples alone."""

    def __init__(self, problem: str, detail: str, missing: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.detail = detail
        self.missing = missing


def make_context(variable: str, view: Any, **more: int) -> cel.Context:
    """What the expressions of one projection see: made once for all of them."""
    return cel.Context(variables={variable: view, **more}, functions=FUNCTIONS)


class Expression:
    """A compiled expression."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise ExpressionInvalid(f"is longer than {LONGEST} characters")
        try:
            self._program = cel.compile(text)
        except ValueError as error:
            raise ExpressionInvalid(*_syntax(str(error))) from None
        self.text = text
        self.variables = frozenset(self._program.variables())
        for name in self._program.functions():
            _check_function(name)

    def evaluate(self, context: cel.Context) -> Any:
        """The result; `ExpressionFailed` where there is none."""
        try:
            result = self._program.execute(context)
        except Exception as error:
            missing = str(error.args[0]) if isinstance(error, KeyError) and error.args else None
            raise ExpressionFailed(_sentence(error), str(error), missing) from None
        if isinstance(result, cel.OptionalValue):
            return result.value() if result.has_value() else None
        return result


def _sentence(error: Exception) -> str:
    return next((text for kind, text in _SENTENCES if isinstance(error, kind)), "fails")


def _syntax(message: str) -> tuple[str, str]:
    """The engine's message without its drawing: `ERROR: <input>:1:17: Syntax error: …`."""
    matched = re.search(r"ERROR: <input>:(\d+):(\d+): (?:Syntax error: )?([^\n]*)", message)
    if matched is None:
        return "is not a CEL expression", "see https://cel.dev"
    problem = matched[3].partition(" expecting ")[0]
    return f"is not a CEL expression: at character {matched[2]}, {problem}", "see https://cel.dev"


def _check_function(name: str) -> None:
    known = _BUILT_IN | FUNCTIONS.keys()
    if not name.isidentifier() or name.startswith("_") or name in known:
        return  # operators are called _+_ and the like
    meant = nearest(name, known)
    raise ExpressionInvalid(
        f"calls {name}, which is no function known here",
        f"did you mean {meant}?" if meant else f"known beside CEL's own: {', '.join(sorted(FUNCTIONS))}",
    )
