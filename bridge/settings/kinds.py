"""The settings of one kind of entry at a target (`[targets.NAME.users]`): scope, policies, attributes.

What the connector alone knows (base, rdn, endpoints) is not here but in its own model.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, field_serializer

from bridge.settings.faults import Wrong
from bridge.settings.frozen import Frozen
from bridge.settings.ladder import Does, Ladder, Step, parse_ladder, places_of
from bridge.settings.pools import PoolSettings, pool_of


class Mode(StrEnum):
    """How an attribute's values meet those at the target."""

    REPLACE = "replace"  # the target's values are ours
    MERGE = "merge"  # ours are some among others
    SEED = "seed"  # written when the entry is made, never again


class OnLeave(StrEnum):
    DISABLE = "disable"
    DELETE = "delete"
    KEEP = "keep"


class OnMissing(StrEnum):
    HOLD = "hold"
    RECREATE = "recreate"


class Adopt(StrEnum):
    NEVER = "never"
    ASK = "ask"  # a person approves each
    MATCH = "match"


class Ownership(StrEnum):
    """Whose a group's members are."""

    OWN = "own"  # ours are those that SCIM names; what others add stays
    ALL = "all"  # all of them: what others add is drift


class Nested(StrEnum):
    """What becomes of groups in a group."""

    KEEP = "keep"  # they are its members
    FLATTEN = "flatten"  # the users in them are


Steps = Annotated[Ladder, BeforeValidator(parse_ladder)]


class AttributeRule(Frozen):
    """Where a target's attribute comes from: `source` is a SCIM path, or "= " and an expression; or a pool gives it."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    source: str = Field("", validation_alias="from")
    pool: Annotated[PoolSettings, BeforeValidator(pool_of)] | None = None
    mode: Mode = Mode.REPLACE
    clear: bool = True

    @property
    def expression(self) -> str | None:
        """The CEL text, where the source is one."""
        if self.pool is not None:
            return self.pool.expression
        return self.source[1:].strip() if self.source.startswith("=") else None

    @field_serializer("pool")
    def _by_name(self, pool: PoolSettings | None) -> str | None:
        """Numbers may be added to a pool: what was given out of it stays."""
        return None if pool is None else pool.name


def _rule(written: Any) -> Any:
    """A rule as TOML has it: the source alone, or a table whose `from` is the source."""
    if isinstance(written, AttributeRule):
        return written
    if isinstance(written, str):
        return {"from": _source(written)}
    if not isinstance(written, dict):
        raise Wrong(
            "is neither a SCIM path nor an expression", 'put it in quotes; a fixed value is an expression: "= true"'
        )
    if "pool" in written and not {"from", "source"} & written.keys():
        return written
    if "from" not in written or {"source", "pool"} & written.keys():
        raise Wrong("does not say where the value comes from", 'write { from = "userName", mode = "seed" }')
    return {**written, "from": _source(written["from"])}


def _source(written: object) -> str:
    if not isinstance(written, str):
        raise Wrong("is neither a SCIM path nor an expression", 'put it in quotes, as in "= true"')
    if not written.strip().lstrip("="):
        raise Wrong("is empty", 'write a SCIM path such as "userName", or leave the attribute out')
    return written.strip()


def _names(written: Any) -> Any:
    return (written,) if isinstance(written, str) else written


class KindSettings(Frozen):
    """One kind (`users`, `groups`) at one target, without the connector's own keys."""

    scope: str | None = None
    on_disable: Steps = (Step(Does.LOCK),)
    on_delete: Steps = (Step(Does.DELETE),)
    on_leave: OnLeave = OnLeave.DISABLE
    on_missing: OnMissing = OnMissing.HOLD
    adopt: Adopt = Adopt.NEVER
    ownership: Ownership | None = None
    nested: Nested | None = None
    match: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    place: Annotated[str, BeforeValidator(_source)] | None = None
    returning: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    attributes: dict[str, Annotated[AttributeRule, BeforeValidator(_rule)]] = Field(default_factory=dict)

    @property
    def places(self) -> tuple[str, ...]:
        """The places that entries of leavers are moved to."""
        return places_of((*self.on_disable, *self.on_delete))
