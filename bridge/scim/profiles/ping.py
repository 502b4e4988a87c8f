"""PingOne and PingFederate. Two primary values need no rule: the first stays primary, whoever sends them."""

from bridge.scim.profiles.profile import Profile

PING = Profile("ping", withholds=frozenset({"bulk"}), forgives_absent=True)
