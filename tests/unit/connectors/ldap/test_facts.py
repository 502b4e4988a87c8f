from __future__ import annotations

import pytest

from connectors.ldap import facts
from connectors.ldap.facts import Facts, Product

ROOTS = {
    Product.OPENLDAP: {"objectclass": ("top", "OpenLDAProotDSE")},
    Product.DS389: {"vendorname": ("389 Project",), "vendorversion": ("389-Directory/2.3.1",)},
    Product.ACTIVE_DIRECTORY: {"supportedcapabilities": ("1.2.840.113556.1.4.800",)},
    Product.OTHER: {"vendorname": ("Somebody",)},
}


@pytest.mark.parametrize(("product", "root"), ROOTS.items())
def test_a_product_is_known_by_its_root(product: Product, root: dict[str, tuple[str, ...]]) -> None:
    known = facts.read(root)

    assert product is known.product
    assert known.server


@pytest.mark.parametrize(
    ("product", "attribute", "value", "text"),
    [
        (Product.OPENLDAP, "entryUUID", b"0f1e", "0f1e"),
        (Product.DS389, "nsUniqueId", b"9333db99-e8e511f1", "9333db99-e8e511f1"),
        (Product.ACTIVE_DIRECTORY, "objectGUID", bytes(range(16)), "03020100-0504-0706-0809-0a0b0c0d0e0f"),
    ],
)
def test_an_id_is_text_here_and_whatever_it_is_there(product: Product, attribute: str, value: bytes, text: str) -> None:
    known = Facts(product)

    assert attribute == known.id_attribute
    assert text == known.id_of(value)
    assert value == known.id_value(text)


def test_an_entry_is_addressed_by_its_id_where_the_directory_takes_that() -> None:
    assert "<GUID=x>" == Facts(Product.ACTIVE_DIRECTORY).address("x")
    assert Facts(Product.OPENLDAP).address("x") is None
