"""What is given out, each value once (`[pools.NAME]`): numbers of a range, or names that nobody else has.

[pools.uids]
range = "20000-59999"                     # or a list of ranges, used up in their order

[pools.logins]                            # n is 1, then 2, 3 … until a name is free
candidate = "= lower(user.name.familyName) + (n > 1 ? string(n) : '')"

[targets.corp.users.attributes]
uidNumber = { pool = "uids" }
uid = { pool = "logins" }
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from bridge.settings.faults import Wrong, nearest
from bridge.settings.frozen import Frozen

_RANGE = re.compile(r"\s*(\d{1,18})\s*-\s*(\d{1,18})\s*")
_WRITE = 'write its first and its last number, as in "20000-59999"'


def _listed(written: object) -> object:
    return written if isinstance(written, (list, tuple)) else (written,)


def _range(written: object) -> range:
    if isinstance(written, range):
        return written
    found = _RANGE.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise Wrong("is not a range of numbers", _WRITE)
    first, last = int(found[1]), int(found[2])
    if first > last:
        raise Wrong("ends before it begins", _WRITE)
    return range(first, last + 1)


def _expression(written: object) -> str:
    if not isinstance(written, str) or not written.strip().startswith("=") or not written.strip(" ="):
        raise Wrong("is not an expression", "begin it with = and use n in it: 1, then 2, 3 … until a name is free")
    return written.strip()


Span = Annotated[range, BeforeValidator(_range)]


class PoolSettings(Frozen):
    """One `[pools.NAME]`: of numbers where it has ranges, else of names."""

    name: str
    range: Annotated[tuple[Span, ...], BeforeValidator(_listed), Field(min_length=1)] | None = None
    candidate: Annotated[str, BeforeValidator(_expression)] | None = None

    @model_validator(mode="after")
    def _gives_one_thing(self) -> Self:
        if (self.range is None) == (self.candidate is None):
            raise Wrong("gives either numbers or names", 'write range = "20000-59999", or candidate = "= …"')
        return self

    @property
    def expression(self) -> str | None:
        """The CEL text of the candidates."""
        return None if self.candidate is None else self.candidate[1:].strip()


def pool_of(written: object, info: ValidationInfo) -> PoolSettings:
    """The pool that an attribute names; `context["pools"]` has those of the file, None where one has faults."""
    if isinstance(written, PoolSettings):
        return written
    pools: Mapping[str, PoolSettings | None] = (info.context or {}).get("pools", {})
    if not isinstance(written, str) or written not in pools:
        meant = nearest(written, pools) if isinstance(written, str) else None
        remedy = f"did you mean {meant}?" if meant else 'write the table [pools.NAME] with range = "20000-59999"'
        raise Wrong("names a pool that is not there", remedy)
    pool = pools[written]
    if pool is None:
        raise Wrong("names a pool that has faults of its own", f"mend [pools.{written}] first")
    return pool
