"""OneLogin."""

from bridge.scim.profiles.profile import Profile

ONELOGIN = Profile("onelogin", withholds=frozenset({"bulk"}), forgives_absent=True)
