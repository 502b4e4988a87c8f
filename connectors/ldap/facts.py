"""What a directory says of itself in its root entry, and what follows from the product that it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

OPENLDAP_NAME_BYTES = 245
"""OpenLDAP's mdb keeps a name twice in one key of 511 bytes, and answers a longer one with `other` and no word."""

ASKED = (
    "supportedControl",
    "supportedExtension",
    "supportedCapabilities",
    "namingContexts",
    "schemaNamingContext",
    "subschemaSubentry",
    "vendorName",
    "vendorVersion",
    "objectClass",
)
"""The attributes of the root that are looked at."""
_ACTIVE_DIRECTORY = "1.2.840.113556.1.4.800"


class Product(StrEnum):
    """Whose rules hold where the standards leave it open. Samba's domain controller goes by Active Directory's."""

    OPENLDAP = "OpenLDAP"
    DS389 = "389 Directory Server"
    ACTIVE_DIRECTORY = "Active Directory"
    OTHER = "LDAP"


OF_ACTIVE_DIRECTORY = frozenset(
    (
        *("accountexpires", "admincount", "badpasswordtime", "badpwdcount", "codepage", "countrycode"),
        *("distinguishedname", "dscorepropagationdata", "grouptype", "instancetype", "iscriticalsystemobject"),
        *("lastlogoff", "lastlogon", "lastlogontimestamp", "lockouttime", "logoncount", "name", "ntsecuritydescriptor"),
        *("objectcategory", "objectsid", "primarygroupid", "pwdlastset", "samaccounttype", "useraccountcontrol"),
        *("usnchanged", "usncreated", "whenchanged", "whencreated"),
    )
)
"""What Active Directory keeps in an entry beside what was written to it."""

_IDS = {Product.DS389: "nsUniqueId", Product.ACTIVE_DIRECTORY: "objectGUID"}


@dataclass(frozen=True, slots=True)
class Facts:
    """`server` is what a person is told; `schema_base`: where Active Directory keeps its attributes' lengths."""

    product: Product = Product.OTHER
    server: str = "LDAP"
    controls: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()
    subschema: str = ""
    schema_base: str = ""

    @property
    def id_attribute(self) -> str:
        """The id that an entry keeps for life."""
        return _IDS.get(self.product, "entryUUID")

    @property
    def longest_name(self) -> int | None:
        """In bytes, of the first step of a DN; None where no limit is known."""
        return OPENLDAP_NAME_BYTES if self.product is Product.OPENLDAP else None

    @property
    def own(self) -> frozenset[str]:
        """Attributes that are the directory's own, in lower case: they are read, and never written again."""
        return OF_ACTIVE_DIRECTORY if self.product is Product.ACTIVE_DIRECTORY else frozenset()

    def id_of(self, value: bytes) -> str:
        """The id as text: a GUID is bytes in the directory."""
        return str(UUID(bytes_le=value)) if self.product is Product.ACTIVE_DIRECTORY else value.decode()

    def address(self, id_: str) -> str | None:
        """What stands for the entry's DN in a request, wherever it is; None where there is no such thing."""
        return f"<GUID={id_}>" if self.product is Product.ACTIVE_DIRECTORY else None

    def id_value(self, id_: str) -> bytes:
        """The id as the directory holds it."""
        return UUID(id_).bytes_le if self.product is Product.ACTIVE_DIRECTORY else id_.encode()


def read(root: Mapping[str, tuple[str, ...]]) -> Facts:
    """From the root's attributes, their names in lower case."""
    vendor = " ".join(root.get("vendorname", ()) + root.get("vendorversion", ()))
    product = _product(root, vendor)
    return Facts(
        product=product,
        server=vendor or product.value,
        controls=frozenset(root.get("supportedcontrol", ())),
        extensions=frozenset(root.get("supportedextension", ())),
        suffixes=root.get("namingcontexts", ()),
        subschema=next(iter(root.get("subschemasubentry", ())), ""),
        schema_base=next(iter(root.get("schemanamingcontext", ())), ""),
    )


def _product(root: Mapping[str, tuple[str, ...]], vendor: str) -> Product:
    if _ACTIVE_DIRECTORY in root.get("supportedcapabilities", ()):
        return Product.ACTIVE_DIRECTORY
    if "389" in vendor:
        return Product.DS389
    if "OpenLDAProotDSE" in root.get("objectclass", ()):
        return Product.OPENLDAP
    return Product.OTHER
