from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.operation.search import compile_filter, parse_filter
from pyasn1.codec.ber import encoder

from connectors.ldap.filters import All, Any, Equal, Filter, Not, Present, ber, is_attribute, text

NAMES = st.sampled_from(["cn", "uid", "cn;lang-fr", "2.5.4.3"])
LEAVES = st.builds(Equal, NAMES, st.binary(max_size=20)) | st.builds(Present, NAMES)
FILTERS: st.SearchStrategy[Filter] = st.recursive(
    LEAVES,
    lambda part: (
        st.builds(Not, part)
        | st.lists(part, min_size=1, max_size=3).map(tuple).map(All)
        | st.lists(part, min_size=1, max_size=3).map(tuple).map(Any)
    ),
    max_leaves=8,
)


@given(FILTERS)
def test_the_encoding_is_that_of_another_library(part: Filter) -> None:
    """Whatever stands in a value: one equality of exactly this value, in the text (RFC 4515) as in the encoding."""
    tree = parse_filter(text(part), None, False, True, None, False).elements[0]

    assert encoder.encode(compile_filter(tree)) == ber(part)


@pytest.mark.parametrize("name", ["a b", "cn)(x", "", "1", "cn=", "-a", "cn;", "a\0"])
def test_what_is_no_attribute_never_gets_into_a_filter(name: str) -> None:
    assert not is_attribute(name)
    with pytest.raises(ValueError, match="not the name of an attribute"):
        ber(Present(name))
