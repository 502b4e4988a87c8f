"""Microsoft Entra ID.

It replaces what it believes to be there, and removes members whose removal it has not seen succeed. A 400 to either
puts the whole job into quarantine.
"""

from bridge.scim.profiles.profile import Profile

ENTRA = Profile("entra", withholds=frozenset({"bulk"}), makes_replaced=True, forgives_absent=True)
