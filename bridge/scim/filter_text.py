"""Filters (RFC 7644 §3.4.2.2): text → tree.

`or` binds weaker than `and`, `and` weaker than `not`; keywords and operators in any case. Where the grammar has a space
there must be one, more do no harm, and it knows no other white space. Beyond the grammar, Entra ID's
`emails[type eq "work"].value eq "x"` is taken, and `True` for `true`. Limits hold off what is meant to hurt: 4 KiB,
64 terms, depth 32. An error says what is wrong and at which character; it repeats names, never a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import orjson

from bridge.scim.errors import InvalidFilter
from bridge.scim.filter import And, Comparison, Literal, Name, Not, Operator, Or, Present, Selection, Tree

LONGEST = 4096
MOST_TERMS = 64
DEEPEST = 32

_TOKEN = re.compile(
    r"""
      (?P<spaces>\ +) |
      (?P<string>"(?:[^"\\]|\\.)*") |
      (?P<open>") |
      (?P<sign>[()\[\]]) |
      (?P<tail>\.(?=[A-Za-z$])) |
      (?P<number>-?\d[\w.+\-]*) |
      (?P<word>[A-Za-z$][\w$:.\-/~%+]*)
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_USUAL = re.compile(r'([A-Za-z$][\w$:.\-/~%+]*) +(eq|co|sw) +("(?:[^"\\]|\\.)*")', re.ASCII | re.DOTALL)
"""What nearly all clients ask: one comparison with a text; it is read at once."""
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_WORDS: dict[str, Literal] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class _Token:
    """A word of the filter: what it is, at which character it begins, whether spaces stand before it."""

    kind: str
    text: str
    at: int
    spaced: bool


def parse(text: str) -> Tree:
    """The tree of the filter; `InvalidFilter` says where it goes wrong."""
    if len(text) > LONGEST or len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        raise InvalidFilter(f"the filter is longer than {LONGEST} bytes")
    if usual := _USUAL.fullmatch(text):
        name, word, literal = usual.groups()
        return Comparison(parse_name(name), Operator(word), _json(_Token("string", literal, usual.start(3) + 1, True)))
    parser = _Parser(_tokens(text))
    tree = parser.disjunction(0)
    if parser.now.kind != "end":
        raise InvalidFilter(f"the filter goes on after its end{parser.here()}: terms are joined by and, or")
    return tree


def _tokens(text: str) -> Iterator[_Token]:
    at, spaced = 0, False
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise InvalidFilter(f"the filter cannot be read at character {at + 1}")
        kind = match.lastgroup or ""
        if kind == "open":
            raise InvalidFilter(f"the text that begins at character {at + 1} has no closing quote")
        if kind != "spaces":
            yield _Token(kind, match[0], at + 1, spaced)
        at, spaced = match.end(), kind == "spaces"
    yield _Token("end", "", at + 1, spaced)


class _Parser:
    """Recursive descent over the tokens; `now` is the one in hand, `after` the one behind it."""

    def __init__(self, tokens: Iterator[_Token]) -> None:
        self._tokens = tokens
        self._terms = 0
        self.now = self.after = next(tokens)
        self._next()

    def _next(self) -> _Token:
        before, self.now = self.now, self.after
        if self.after.kind != "end":
            self.after = next(self._tokens)
        return before

    def here(self) -> str:
        return " at its end" if self.now.kind == "end" else f" at character {self.now.at}"

    def _is_sign(self, sign: str) -> bool:
        return self.now.kind == "sign" and self.now.text == sign

    def _expect(self, sign: str) -> None:
        if not self._is_sign(sign):
            raise InvalidFilter(f"the filter needs {sign!r}{self.here()}")
        self._next()

    def _need_space(self, what: str) -> None:
        if not self.now.spaced:
            raise InvalidFilter(f"the filter needs a space {what}{self.here()}")

    def _takes(self, word: str) -> bool:
        """Whether `and` or `or` joins another term here; it is taken then."""
        if self.now.kind != "word" or self.now.text.lower() != word:
            return False
        self._need_space(f"before {word}")
        self._next()
        self._need_space(f"after {word}")
        return True

    def disjunction(self, depth: int, *, inside: bool = False) -> Tree:
        """FILTER of the grammar; `inside` brackets it is valFilter, in which no others may open."""
        if depth > DEEPEST:
            raise InvalidFilter(f"the filter is nested deeper than {DEEPEST}")
        terms = [self._conjunction(depth, inside)]
        while self._takes("or"):
            terms.append(self._conjunction(depth, inside))
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def _conjunction(self, depth: int, inside: bool) -> Tree:
        terms = [self._term(depth, inside)]
        while self._takes("and"):
            terms.append(self._term(depth, inside))
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def _term(self, depth: int, inside: bool) -> Tree:
        if self._is_sign("("):
            return self._group(depth, inside)
        if self.now.text.lower() == "not" and self.after.kind == "sign" and self.after.text == "(":
            self._next()
            return Not(self._group(depth, inside))
        return self._expression(depth, inside)

    def _group(self, depth: int, inside: bool) -> Tree:
        self._expect("(")
        inner = self.disjunction(depth + 1, inside=inside)
        self._expect(")")
        return inner

    def _expression(self, depth: int, inside: bool) -> Tree:
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise InvalidFilter(f"the filter has more than {MOST_TERMS} terms")
        name = self._name("an attribute")
        if not self._is_sign("["):
            return self._comparison(name)
        if inside or self.now.spaced:
            raise InvalidFilter(f"no bracket may open{self.here()}: it follows an attribute, and none within another")
        return self._selection(name, depth)

    def _selection(self, name: Name, depth: int) -> Tree:
        self._expect("[")
        inner = self.disjunction(depth + 1, inside=True)
        self._expect("]")
        if self.now.kind != "tail" or self.now.spaced:
            return Selection(name, inner)
        self._next()
        return Selection(name, And((inner, self._comparison(self._name("a sub-attribute")))))

    def _name(self, what: str) -> Name:
        if self.now.kind != "word":
            raise InvalidFilter(f"the filter needs {what}{self.here()}")
        return parse_name(self._next().text)

    def _comparison(self, name: Name) -> Tree:
        word = self.now.text.lower()
        if self.now.kind != "word" or (word != "pr" and word not in _OPERATORS):
            raise InvalidFilter(f"the filter needs an operator ({', '.join(_OPERATORS)}, pr) after {name}{self.here()}")
        self._need_space("before the operator")
        self._next()
        if word == "pr":
            return Present(name)
        self._need_space("before the value")
        return Comparison(name, Operator(word), self._literal())

    def _literal(self) -> Literal:
        token, word = self.now, self.now.text.lower()
        if token.kind in ("string", "number"):
            value = _json(token)
        elif token.kind == "word" and word in _WORDS:
            value = _WORDS[word]
        else:
            raise InvalidFilter(
                f"the filter needs a value{self.here()}: text in double quotes, a number, true, false or null"
            )
        self._next()
        return value


_OPERATORS = tuple(map(str, Operator))


def _json(token: _Token) -> Literal:
    if token.kind == "number" and not _NUMBER.fullmatch(token.text):
        raise InvalidFilter(f"what stands at character {token.at} is no number in JSON")
    try:
        value: Literal = orjson.loads(token.text)
    except (ValueError, UnicodeEncodeError):
        raise InvalidFilter(f"what stands at character {token.at} is no text in JSON") from None
    return value


_ATTRIBUTE = re.compile(r"[A-Za-z$][\w-]*", re.ASCII)


@lru_cache(512)
def parse_name(text: str) -> Name:
    """An attribute's name; of a URN, what follows its last colon is the attribute."""
    urn, colon, rest = text.rpartition(":")
    attribute, dot, sub = rest.partition(".")
    parts = [attribute, *(sub.split(".", 1) if colon else [sub])] if dot else [attribute]
    if bool(urn) != bool(colon) or not all(_ATTRIBUTE.fullmatch(part) for part in parts):
        raise InvalidFilter(f"{text[:80]!r} is not the name of an attribute")
    return Name(attribute, sub or None, urn or None)
