"""A sender of which nothing is known but that it speaks SCIM 2.0."""

from bridge.scim.profiles.profile import Profile

GENERIC = Profile("generic")
