"""Okta. It pushes groups again from its own list, members that left meanwhile among them."""

from bridge.scim.profiles.profile import Profile

OKTA = Profile("okta", withholds=frozenset({"bulk"}), forgives_absent=True)
