"""Filters (RFC 7644 §3.4.2.2): text → tree. What a tree means is `evaluate.py`.

`or` binds weaker than `and`, `and` weaker than `not`; keywords and operators in any case. Beyond the grammar,
Entra ID's `emails[type eq "work"].value eq "x"` is taken too. Limits hold off what is meant to hurt: 4 KiB, 64 terms,
depth 32.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import orjson

from bridge.scim.errors import InvalidFilter

LONGEST = 4096
MOST_TERMS = 64
DEEPEST = 32

Literal = str | bool | int | float | None


class Operator(StrEnum):
    EQ = "eq"
    NE = "ne"
    CO = "co"
    SW = "sw"
    EW = "ew"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"


@dataclass(frozen=True, slots=True)
class Name:
    """An attribute as the filter names it: `urn` where it is qualified, `sub` where a sub-attribute is meant."""

    attribute: str
    sub: str | None = None
    urn: str | None = None

    def __str__(self) -> str:
        head = f"{self.urn}:{self.attribute}" if self.urn else self.attribute
        return f"{head}.{self.sub}" if self.sub else head


@dataclass(frozen=True, slots=True)
class Present:
    """`attr pr`"""

    name: Name

    def __str__(self) -> str:
        return f"{self.name} pr"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`attr op literal`"""

    name: Name
    operator: Operator
    literal: Literal

    def __str__(self) -> str:
        return f"{self.name} {self.operator} {orjson.dumps(self.literal).decode()}"


@dataclass(frozen=True, slots=True)
class Selection:
    """`attr[filter]`: some value of the attribute matches the whole filter."""

    name: Name
    inner: Tree

    def __str__(self) -> str:
        return f"{self.name}[{self.inner}]"


@dataclass(frozen=True, slots=True)
class Not:
    inner: Tree

    def __str__(self) -> str:
        return f"not ({self.inner})"


@dataclass(frozen=True, slots=True)
class And:
    terms: tuple[Tree, ...]

    def __str__(self) -> str:
        return " and ".join(f"({term})" if isinstance(term, And | Or) else str(term) for term in self.terms)


@dataclass(frozen=True, slots=True)
class Or:
    terms: tuple[Tree, ...]

    def __str__(self) -> str:
        return " or ".join(f"({term})" if isinstance(term, Or) else str(term) for term in self.terms)


Tree = Present | Comparison | Selection | Not | And | Or

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>"(?:[^"\\]|\\.)*") |
      (?P<sign>[()\[\]]) |
      (?P<tail>\.(?=[A-Za-z$])) |
      (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w:.-])) |
      (?P<word>[A-Za-z$][\w$:.\-]*)
    )""",
    re.VERBOSE,
)
_WORDS: dict[str, Literal] = {"true": True, "false": False, "null": None}


def parse(text: str) -> Tree:
    """The tree of the filter; `InvalidFilter` says where it goes wrong."""
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        raise InvalidFilter(f"the filter is longer than {LONGEST} bytes")
    parser = _Parser(_tokens(text))
    tree = parser.disjunction(0)
    if parser.kind:
        raise InvalidFilter(f"the filter goes on after its end, at {parser.text[:40]!r}")
    return tree


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise InvalidFilter(f"the filter cannot be read at {text[at : at + 40]!r}")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


class _Parser:
    """Recursive descent over the tokens; `kind` and `text` are the one in hand, empty at the end."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = iter(tokens)
        self._terms = 0
        self.kind = self.text = ""
        self._next()

    def _next(self) -> str:
        before = self.text
        self.kind, self.text = next(self._tokens, ("", ""))
        return before

    def _is(self, word: str) -> bool:
        return self.kind == "word" and self.text.lower() == word

    def _expect(self, sign: str) -> None:
        if self.kind != "sign" or self.text != sign:
            raise InvalidFilter(f"the filter needs {sign!r} {self._here()}")
        self._next()

    def _here(self) -> str:
        return f"before {self.text[:40]!r}" if self.kind else "at its end"

    def disjunction(self, depth: int) -> Tree:
        if depth > DEEPEST:
            raise InvalidFilter(f"the filter is nested deeper than {DEEPEST}")
        terms = [self.conjunction(depth)]
        while self._is("or"):
            self._next()
            terms.append(self.conjunction(depth))
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def conjunction(self, depth: int) -> Tree:
        terms = [self.term(depth)]
        while self._is("and"):
            self._next()
            terms.append(self.term(depth))
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def term(self, depth: int) -> Tree:
        if self.kind == "sign" and self.text == "(":
            return self.group(depth)
        if self._is("not"):
            self._next()
            return Not(self.group(depth))
        return self.expression(depth)

    def group(self, depth: int) -> Tree:
        self._expect("(")
        inner = self.disjunction(depth + 1)
        self._expect(")")
        return inner

    def expression(self, depth: int) -> Tree:
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise InvalidFilter(f"the filter has more than {MOST_TERMS} terms")
        if self.kind != "word":
            raise InvalidFilter(f"the filter needs an attribute {self._here()}")
        name = parse_name(self._next())
        if self.kind == "sign" and self.text == "[":
            return self.selection(name, depth)
        return self.comparison(name)

    def selection(self, name: Name, depth: int) -> Tree:
        self._expect("[")
        inner = self.disjunction(depth + 1)
        self._expect("]")
        if self.kind != "tail":
            return Selection(name, inner)
        self._next()
        if self.kind != "word":
            raise InvalidFilter(f"the filter needs a sub-attribute {self._here()}")
        return Selection(name, And((inner, self.comparison(parse_name(self._next())))))

    def comparison(self, name: Name) -> Tree:
        if self._is("pr"):
            self._next()
            return Present(name)
        try:
            operator = Operator(self.text.lower())
        except ValueError:
            raise InvalidFilter(f"the filter needs an operator after {name}, {self._here()}") from None
        self._next()
        return Comparison(name, operator, self.literal())

    def literal(self) -> Literal:
        kind, text = self.kind, self.text
        if kind in ("string", "number"):
            self._next()
            return _json(text)
        if kind == "word" and text.lower() in _WORDS:
            self._next()
            return _WORDS[text.lower()]
        raise InvalidFilter(f"the filter needs a value in JSON {self._here()}")


def _json(text: str) -> Literal:
    try:
        value: Literal = orjson.loads(text)
    except (ValueError, UnicodeEncodeError):
        raise InvalidFilter(f"{text[:40]!r} is not a value in JSON") from None
    return value


_ATTRIBUTE = re.compile(r"[A-Za-z$][\w$-]*", re.ASCII)


def parse_name(text: str) -> Name:
    """An attribute's name; of a URN, what follows its last colon is the attribute."""
    urn, _, rest = text.rpartition(":") if text.lower().startswith("urn:") else ("", "", text)
    if urn and "." in rest and rest[0].isdigit():
        raise InvalidFilter(f"{text[:80]!r} names no attribute")
    attribute, dot, sub = rest.partition(".")
    if not _ATTRIBUTE.fullmatch(attribute) or (dot and not _ATTRIBUTE.fullmatch(sub)):
        raise InvalidFilter(f"{text[:80]!r} is not the name of an attribute")
    return Name(attribute, sub or None, urn or None)
