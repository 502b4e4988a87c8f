"""Entries read: one of them, those that a key matches, or all of a kind page by page.

A long read has a connection of its own. It is complete when the directory said success and its cookie is empty,
and held nothing back for another server; anything else is an error, or a last page that is not `complete`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from itertools import count
from typing import overload

from connectors.ldap import changes, dn, errors, ranges
from connectors.ldap.directory import Directory, id_in
from connectors.ldap.driver import EndRead, Found, ReadPage, Result, Scope, Search
from connectors.ldap.facts import Facts
from connectors.ldap.filters import EVERYTHING, Equal
from connectors.ldap.kind import Kind
from connectors.ldap.marks import key_of, mark
from connectors.ldap.matching import decode
from connectors.ldap.schema import is_secret
from connectors.sdk import EVERYTHING as WHOLE
from connectors.sdk import Entry, Key, Page, Query, Ref, Refused, TargetMisconfigured, Value

PAGES = (500, 200, 100, 50, 20, 10)
"""Sizes that are asked for, the first that the directory takes: limits are round numbers."""
MANY = 20
TRIED = 1000
"""Entries that a probe reads to see whether it may: directories that limit a read allow fewer by default."""

_reads = count(1)


@dataclass
class Reading:
    """Reads the entries of one kind; remembers the page size that the directory allows."""

    directory: Directory
    kind: Kind
    page_size: int = PAGES[0]

    async def get(self, ref: Ref, attributes: Sequence[str], members: bool) -> Entry | None:
        found = await self.directory.look(self.kind, ref, self._names(attributes, members))
        if found is None:
            return None
        return await self._with_members(found, attributes) if members else self._entry(found, attributes)

    async def find(self, key: Key) -> list[Ref]:
        """Anywhere below the base, of whatever class: an account of another class holds a name too."""
        id_attribute = (await self.directory.facts()).id_attribute
        where = Equal(key.attribute, changes.encoded(self.directory.schema, key.attribute, [key.value])[0])
        search = Search(str(self.kind.base), Scope.SUBTREE, where, (id_attribute,), MANY)
        result = await self.directory.ask(search, errors.SIZE_LIMIT, errors.NO_SUCH_OBJECT)
        if result.code == errors.NO_SUCH_OBJECT:
            raise self._no_base(result)
        return [self.directory.ref(self.kind, found) for found in result.found]

    async def search(self, query: Query) -> AsyncGenerator[Page, None]:
        read, whole = next(_reads), True
        id_attribute = (await self.directory.facts()).id_attribute
        names = tuple(dict.fromkeys((*self._names(query.attributes, query.members), id_attribute)))
        search = Search(str(self.kind.base), Scope.SUBTREE, self.kind.where(), names)
        try:
            result = await self._first_page(read, search)
            while True:
                whole = whole and not result.referrals
                last = not result.cookie
                yield await self._page_of(result.found, query, complete=last and whole)
                if last:
                    return
                result = await self._page(read, search, result.cookie)
        finally:
            self.directory.driver.tell(EndRead(read))

    async def _page_of(self, found: Sequence[Found], query: Query, *, complete: bool) -> Page:
        """With marks, an entry is made when somebody wants to look at it: nearly all are as they were."""
        if query.members:
            return Page([await self._with_members(each, query.attributes) for each in found], complete)
        if query.salt is None:
            return Page([self._entry(each, query.attributes) for each in found], complete)
        entries = _Entries(found, lambda each: self._entry(each, query.attributes))
        return Page(entries, complete, self._marks(found, query.salt))

    def _marks(self, found: Sequence[Found], salt: str) -> dict[str, str]:
        key = key_of(f"{salt} {self.directory.schema.fingerprint}")
        return {self.directory.id_of(self.kind, each): mark(key, each) for each in found}

    async def limited(self) -> str | None:
        """Why our account does not see the whole, as a warning; as far as the first entries tell."""
        pages, seen = self.search(Query(self.kind.name, ())), 0
        async with aclosing(pages):
            try:
                async for page in pages:
                    seen += len(page.entries)
                    if seen >= TRIED:
                        break
            except Refused as refused:
                return f"a read of all {self.kind.name} is cut off: {refused.message}; {refused.fix}"
        return None

    async def _first_page(self, read: int, search: Search) -> Result:
        """Ask for smaller pages until the directory takes one; its limit is remembered."""
        limits = (errors.ADMIN_LIMIT, errors.SIZE_LIMIT, errors.NO_SUCH_OBJECT)
        while True:
            result = await self.directory.ask(ReadPage(read, search, self.page_size), *limits)
            if result.code == errors.SUCCESS:
                return result
            if result.code == errors.NO_SUCH_OBJECT:
                raise self._no_base(result)
            smaller = [size for size in PAGES if size < self.page_size]
            if not smaller:
                raise errors.error_of(result)
            self.page_size = smaller[0]

    async def _page(self, read: int, search: Search, cookie: bytes) -> Result:
        return await self.directory.ask(ReadPage(read, search, self.page_size, cookie))

    def _no_base(self, result: Result) -> TargetMisconfigured:
        return errors.misconfigured(result, f"the base {self.kind.base} is not there; make it, or correct base")

    def _names(self, attributes: Sequence[str], members: bool) -> tuple[str, ...]:
        asked = (*attributes, *(self.kind.members if members else ()))
        return tuple(dict.fromkeys(asked)) or ("1.1",)

    async def _with_members(self, found: Found, attributes: Sequence[str]) -> Entry:
        for name in self.kind.members:
            found = await ranges.whole(self.directory, found, name)
        whole, part = self.kind.real_members(_by_lower_name(found)) if self.kind.members else ((), ())
        return replace(self._entry(found, attributes), members=whole, half_members=part)

    def _entry(self, found: Found, attributes: Sequence[str]) -> Entry:
        """As the names were asked for: a directory answers with the names of its schema."""
        schema, held = self.directory.schema, _by_lower_name(found)
        names = self._written_again(found) if WHOLE in attributes else attributes
        known: dict[str, tuple[Value, ...]] = {
            name: tuple(decode(schema, name, value) for value in values)
            for name in names
            if (values := self._held(held, name))
        }
        return Entry(self.kind.name, known, self.directory.ref(self.kind, found))

    def _written_again(self, found: Found) -> list[str]:
        """The attributes that a create could write again: not the id, not the members, no secrets."""
        known = self.directory.known or Facts()
        not_ours = {known.id_attribute.lower(), "memberof", *map(str.lower, self.kind.members), *known.own}
        return [name for name in found.attributes if name.lower() not in not_ours and not is_secret(name)]

    def _held(self, held: dict[str, Sequence[bytes]], name: str) -> Sequence[bytes]:
        if name.lower() in held:
            return held[name.lower()]
        key = self.directory.schema.key(name)
        return () if ";" in name else next((v for n, v in held.items() if self.directory.schema.key(n) == key), ())


class _Entries(Sequence[Entry]):
    """Made as they are asked for."""

    def __init__(self, found: Sequence[Found], make: Callable[[Found], Entry]) -> None:
        self._found = found
        self._make = make

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, which: int) -> Entry: ...
    @overload
    def __getitem__(self, which: slice) -> Sequence[Entry]: ...
    def __getitem__(self, which: int | slice) -> Entry | Sequence[Entry]:
        if isinstance(which, slice):
            return _Entries(self._found[which], self._make)
        return self._make(self._found[which])


def _by_lower_name(found: Found) -> dict[str, Sequence[bytes]]:
    return {name.lower(): values for name, values in found.attributes.items()}


async def base_id(directory: Directory, base: dn.Dn) -> str | None:
    """The stable id of a base; None where it is not there, or not to be seen."""
    known = await directory.facts()
    search = Search(str(base), Scope.BASE, EVERYTHING, (known.id_attribute, "objectClass"))
    result = await directory.ask(search, errors.NO_SUCH_OBJECT)
    for found in result.found:
        return id_in(known, found) or ""
    return None
