"""What a filter means (RFC 7644 §3.4.2.2): tree + resource type → a function from a resource to yes or no.

Text is compared by the attribute's `caseExact`, folded as unique names are (RFC 7644 §5); ids exactly; dates by the
instant they mean; a multi-valued attribute matches by any of its values, a complex one by its `value`. An attribute
that the resource type does not have has no value (§3.4.2.1): nothing equals it, and `ne` is true of it. What is never
returned (`password`) may not be asked for, and nothing is told about it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from bridge.scim.errors import InvalidFilter, InvalidPath
from bridge.scim.filter import And, Comparison, Literal, Name, Not, Operator, Or, Present, Selection, Tree
from bridge.scim.path import resolve
from bridge.scim.resource_types import ResourceType, fold
from bridge.scim.schemas import Attribute, Returned, Type
from bridge.scim.values import instant

Matches = Callable[[Mapping[str, Any]], bool]
Read = Callable[[Mapping[str, Any]], Iterable[Any]]

_ORDER = {
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
}
_TEXT: dict[Operator, Callable[[str, str], bool]] = {
    Operator.CO: lambda have, want: want in have,
    Operator.SW: str.startswith,
    Operator.EW: str.endswith,
}


def matches(tree: Tree, resource: Mapping[str, Any], resource_type: ResourceType) -> bool:
    """Whether the resource matches; compile once instead where many are asked."""
    return compile_filter(tree, resource_type)(resource)


def compile_filter(tree: Tree, resource_type: ResourceType) -> Matches:
    """The filter as a function of resources of this type."""
    return _compile(tree, lambda name: _top(name, resource_type))


def compile_selection(tree: Tree, attribute: Attribute) -> Callable[[Any], bool]:
    """The filter within `attribute[…]` as a function of one value; a simple value is asked as `value`."""
    inner = _compile(tree, lambda name: _within(name, attribute))
    return lambda value: inner(value if isinstance(value, dict) else {"value": value})


Find = Callable[[Name], tuple[Attribute | None, Read]]


def _compile(tree: Tree, find: Find) -> Matches:
    match tree:
        case And(terms):
            compiled = [_compile(term, find) for term in terms]
            return lambda resource: all(term(resource) for term in compiled)
        case Or(terms):
            compiled = [_compile(term, find) for term in terms]
            return lambda resource: any(term(resource) for term in compiled)
        case Not(inner):
            negated = _compile(inner, find)
            return lambda resource: not negated(resource)
        case Present(name):
            _, read = find(name)
            return lambda resource: any(_is_present(value) for value in read(resource))
        case Selection(name, inner):
            return _select(name, inner, find)
        case Comparison():
            return _compare(tree, find)


def _select(name: Name, inner: Tree, find: Find) -> Matches:
    attribute, read = find(name)
    if attribute is None:
        return lambda _: False
    selects = compile_selection(inner, attribute)
    return lambda resource: any(selects(value) for value in read(resource))


def _compare(tree: Comparison, find: Find) -> Matches:
    attribute, read = find(tree.name)
    if attribute is not None and attribute.is_complex:
        attribute, read = _value_of(attribute, read)
    if tree.literal is None:
        return _compare_null(tree, read)
    if attribute is None:
        return lambda _: tree.operator is Operator.NE
    test = _test(attribute, tree.operator, tree.literal)
    if tree.operator is Operator.NE:
        return lambda resource: not (values := list(read(resource))) or any(not test(value) for value in values)
    return lambda resource: any(test(value) for value in read(resource))


def _compare_null(tree: Comparison, read: Read) -> Matches:
    if tree.operator is Operator.EQ:
        return lambda resource: not any(_is_present(value) for value in read(resource))
    if tree.operator is Operator.NE:
        return lambda resource: any(_is_present(value) for value in read(resource))
    raise InvalidFilter(f"null can be compared by eq and ne only, not by {tree.operator}")


def _test(attribute: Attribute, operation: Operator, literal: Literal) -> Callable[[Any], bool]:
    """Whether one value stands in the relation to the literal; for `ne`, whether it is equal."""
    if attribute.type in (Type.BOOLEAN, Type.BINARY) and operation in _ORDER:
        raise InvalidFilter(f"{attribute.name} is {attribute.type} and has no order: {operation} cannot be asked")
    want, comparable = _prepare(attribute, operation, literal)
    if operation in _TEXT:
        compare: Callable[[Any, Any], bool] = _TEXT[operation]
        kind: tuple[type, ...] = (str,)
    else:
        compare = _ORDER.get(operation, operator.eq)
        kind = (int, float) if isinstance(want, int | float) and not isinstance(want, bool) else (type(want),)

    def test(value: Any) -> bool:
        have = comparable(value)
        if isinstance(have, bool) and bool not in kind:
            return False
        return isinstance(have, kind) and compare(have, want)

    return test


def _prepare(attribute: Attribute, operation: Operator, literal: Literal) -> tuple[Any, Callable[[Any], Any]]:
    """The literal as it is compared, and how values are made comparable with it."""
    if attribute.type is Type.BOOLEAN:
        if isinstance(literal, str) and literal.lower() in ("true", "false"):
            literal = literal.lower() == "true"  # Entra ID writes "True"
        return literal, lambda value: value
    if operation in _TEXT and not isinstance(literal, str):
        raise InvalidFilter(f"{operation} needs text to compare {attribute.name} with")
    if attribute.type is Type.DATETIME and operation not in _TEXT:
        when = instant(literal) if isinstance(literal, str) else None
        if when is None:
            raise InvalidFilter(f"{attribute.name} is a dateTime, and the value is not (RFC 7643 §2.3.5)")
        return when, lambda value: instant(value) if isinstance(value, str) else None
    if isinstance(literal, str) and not attribute.case_exact and attribute.type is not Type.BINARY:
        return fold(literal), lambda value: fold(value) if isinstance(value, str) else value
    return literal, lambda value: value


def _is_present(value: Any) -> bool:
    return value is not None and value not in ("", [], {})


def _top(name: Name, resource_type: ResourceType) -> tuple[Attribute | None, Read]:
    """An attribute of the resource, or of an extension where it is qualified; an extension as a whole."""
    try:
        path = resolve(str(name), resource_type)
    except InvalidPath:
        _refuse_secrets_of(name, resource_type)
        return None, _nothing
    holder = path.extension.id if path.extension else None
    if path.attribute is None:
        return None, _reader(str(holder), None)
    _refuse_secret(path.attribute)
    read = _reader(path.attribute.name, holder)
    return _sub(path.attribute, path.sub, read) if path.sub else (path.attribute, read)


def _within(name: Name, attribute: Attribute) -> tuple[Attribute | None, Read]:
    if name.urn or name.sub:
        return None, _nothing
    if not attribute.is_complex:
        is_value = name.attribute.lower() == "value"
        return (attribute, _reader("value", None)) if is_value else (None, _nothing)
    sub = attribute.sub(name.attribute)
    if sub is None:
        return None, _nothing
    _refuse_secret(sub)
    return _as_compared(sub, attribute), _reader(sub.name, None)


def _sub(attribute: Attribute, sub: Attribute, read: Read) -> tuple[Attribute, Read]:
    _refuse_secret(sub)
    inner = _reader(sub.name, None)
    return _as_compared(sub, attribute), lambda resource: [
        each for value in read(resource) if isinstance(value, dict) for each in inner(value)
    ]


def _as_compared(sub: Attribute, attribute: Attribute) -> Attribute:
    """The `value` beside a `$ref` is the id of a resource, and ids are compared exactly (RFC 7643 §3.1)."""
    is_id = sub.name == "value" and "$ref" in attribute.subs
    return replace(sub, case_exact=True) if is_id and not sub.case_exact else sub


def _value_of(attribute: Attribute, read: Read) -> tuple[Attribute, Read]:
    """A complex attribute that is compared means its `value` (RFC 7643 §2.4)."""
    value = attribute.sub("value")
    if value is None:
        raise InvalidFilter(f"{attribute.name} is complex: compare one of its sub-attributes")
    return _sub(attribute, value, read)


def _refuse_secret(attribute: Attribute) -> None:
    if attribute.returned is Returned.NEVER:
        raise InvalidFilter(f"{attribute.name} cannot be asked for")


def _refuse_secrets_of(name: Name, resource_type: ResourceType) -> None:
    """A sub-attribute that a secret does not have is refused like the secret."""
    attribute = resource_type.find(name.attribute)
    if attribute is not None:
        _refuse_secret(attribute)


def _nothing(_: object) -> Iterable[Any]:
    return ()


def _reader(key: str, holder: str | None) -> Read:
    def read(resource: Mapping[str, Any]) -> Iterable[Any]:
        if holder is not None:
            resource = resource.get(holder) or {}
        value = resource.get(key)
        if value is None:
            return ()
        return value if isinstance(value, list) else (value,)

    return read
