"""JumpCloud."""

from bridge.scim.profiles.profile import Profile

JUMPCLOUD = Profile("jumpcloud", withholds=frozenset({"bulk"}))
