"""PingOne and PingFederate."""

from bridge.scim.profiles.profile import Profile

PING = Profile("ping", withholds=frozenset({"bulk"}))
