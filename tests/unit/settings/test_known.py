"""Which keys a model knows at a place."""

from __future__ import annotations

from pydantic import AliasChoices, AliasPath, BaseModel, ConfigDict, Field

from bridge.settings.known import ignored, names, without


class Leaf(BaseModel):
    a: int = 1
    b: int = Field(default=1, validation_alias="bee")
    c: int = Field(default=1, validation_alias=AliasChoices("sea", AliasPath("see", 0)))
    d: int = Field(default=1, validation_alias=AliasPath("dee", 0))


LEAF = {"a", "bee", "sea", "see", "dee"}


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")


class Root(BaseModel):
    leaf: Leaf | None = None
    leaves: dict[str, Leaf] = {}
    listed: list[Leaf] = []
    open: Open | None = None
    either: Leaf | Open | None = None
    free: dict[str, str] = {}


def test_names_are_known_through_options_tables_and_lists() -> None:
    places = [(), ("leaf",), ("leaves",), ("leaves", "x"), ("listed", 0), ("nope", "x"), ("free",)]

    assert [
        {"leaf", "leaves", "listed", "open", "either", "free"},
        LEAF,
        set(),
        LEAF,
        LEAF,
        set(),
        set(),
    ] == [names(Root, place) for place in places]


def test_ignored_keys_are_found_and_what_is_free_is_not() -> None:
    raw = {
        "x": 1,
        "leaf": {"a": 1, "x": 1, "b": 1},
        "leaves": {"k": {"bee": 1, "y": 2}},
        "listed": [{"a": 1}, {"z": 1}],
        "open": {"x": 1},
        "either": {"x": 1},
        "free": {"x": "y"},
    }

    assert [("x",), ("leaf", "x"), ("leaf", "b"), ("leaves", "k", "y"), ("listed", 1, "z")] == list(ignored(raw, Root))


class Kinds(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Leaf] = Field(init=False)
    url: str = ""


def test_what_a_table_by_any_name_knows_is_known_too() -> None:
    assert {"url"} == names(Kinds, ())
    assert LEAF == names(Kinds, ("devices",))
    assert [("devices", "x")] == list(ignored({"url": "", "devices": {"a": 1, "x": 2}}, Kinds))


def test_of_tables_by_any_name_only_kinds_are_handed_on() -> None:
    raw = {"url": "", "devices": {}, "ulr": ""}

    assert {"url": "", "devices": {}} == without(raw, Kinds, ["devices"])
    assert raw == without(raw, Leaf, ["devices"])
