"""Okta."""

from bridge.scim.profiles.profile import Profile

OKTA = Profile("okta", withholds=frozenset({"bulk"}))
