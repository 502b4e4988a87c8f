"""FusionAuth."""

from bridge.scim.profiles.profile import Profile

FUSIONAUTH = Profile("fusionauth", forgives_absent=True)
