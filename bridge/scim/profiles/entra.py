"""Microsoft Entra ID."""

from bridge.scim.profiles.profile import Profile

ENTRA = Profile("entra", withholds=frozenset({"bulk"}))
