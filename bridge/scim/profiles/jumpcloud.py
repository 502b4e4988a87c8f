"""JumpCloud. It names the members that go in the value of a remove; that needs no rule."""

from bridge.scim.profiles.profile import Profile

JUMPCLOUD = Profile("jumpcloud", withholds=frozenset({"bulk"}), forgives_absent=True)
