"""Try a rule on the two samples, and say in words of the config what is wrong with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bridge.mapping.expressions import MISFIT, MISSING_ITEM, ExpressionFailed
from bridge.mapping.rules import Source
from bridge.mapping.values import NoValue, to_values
from bridge.settings.faults import Wrong, nearest

Fetch = Callable[[Source], Any]

_UNDEFINED = re.compile(r"Undefined variable or function: '([^']*)'")


@dataclass(frozen=True, slots=True)
class Samples:
    """A resource with everything and one with the least, and the names that a rule may use."""

    full: dict[str, Any]
    bare: dict[str, Any]
    names: Iterable[str]


def try_out(fetch: Fetch, samples: Samples) -> Wrong | None:
    """What is wrong with a rule; None where it works, or where it fails only on values that we made up."""
    full, bare = _fails(fetch, samples.full), _fails(fetch, samples.bare)
    shapes = [failed for failed in (full, bare) if isinstance(failed, NoValue)]
    if shapes:
        return Wrong(str(shapes[0]), "name one part of it, as in user.name.familyName or emails.map(e, e.value)")
    if isinstance(full, ExpressionFailed) and bare is not None:
        return _never_works(full, samples.names)
    if isinstance(bare, ExpressionFailed):
        return _needs_values(bare)
    return None


def _fails(fetch: Fetch, body: dict[str, Any]) -> ExpressionFailed | NoValue | None:
    try:
        to_values(fetch(Source(body)))
    except (ExpressionFailed, NoValue) as failed:
        return failed
    return None


def _never_works(failed: ExpressionFailed, names: Iterable[str]) -> Wrong:
    """The samples hold nobody's values, so here the engine's own words may be told."""
    if undefined := _UNDEFINED.search(failed.detail):
        return Wrong(
            f"names {undefined[1]}, which is not there", "an attribute is written user.title, a text 'in quotes'"
        )
    if failed.missing is not None:
        meant = nearest(failed.missing, names)
        return Wrong(
            f"asks for {failed.missing}, which is no attribute here",
            f"did you mean {meant}?" if meant else "see the attributes at /scim/v2/Schemas",
        )
    return Wrong(f"can never work: it {failed.problem}", failed.detail.partition("\n")[0])


def _needs_values(failed: ExpressionFailed) -> Wrong:
    problem = f"fails where values are missing: it {failed.problem}"
    if failed.problem == MISSING_ITEM:
        return Wrong(problem, "a list may be empty: first(user.emails.map(e, e.value)) is null then")
    if failed.problem == MISFIT:
        return Wrong(problem, "say what stands in for a missing value: default(user.title, '')")
    return Wrong(problem, "say what stands in for a missing value: default(…, '')")
