"""What the tests of the connector write and read."""

from connectors.scim import ScimConnector
from connectors.sdk import Change, Delta, Entry, Query, Ref, Verb

SHOP = "urn:example:shop:2.0:User"
BJ = Ref("users", "7", "users/userName=bj")
CREW = Ref("groups", "g", "groups/displayName=Crew")
JUST_SCHEMAS = {"Resources": [{"id": "urn:ietf:params:scim:schemas:core:2.0:User", "attributes": [{"name": "title"}]}]}


def person(name: str, **values: str) -> Entry:
    return Entry("users", {"userName": (name,), **{attribute: (value,) for attribute, value in values.items()}})


def titled(title: str | None) -> Delta:
    return Delta(person("bj"), (Change("title", Verb.REPLACE, () if title is None else (title,)),))


async def searched(connector: ScimConnector, kind: str = "users", members: bool = False) -> tuple[list[Entry], bool]:
    attributes = ("userName", "title") if kind == "users" else ("displayName",)
    pages = [page async for page in connector.search(Query(kind, attributes, members))]
    return [entry for page in pages for entry in page.entries], pages[-1].complete
