"""The profiles: found by the name that the config gives them."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

from bridge.scim.discovery import Features
from bridge.scim.profiles import PROFILES
from bridge.settings import ClientSettings


def test_the_config_knows_the_same_profiles() -> None:
    assert set(get_args(ClientSettings.model_fields["profile"].annotation)) == set(PROFILES)


def test_what_a_profile_withholds_is_a_feature() -> None:
    assert set() == {name for each in PROFILES.values() for name in each.withholds} - {f.name for f in fields(Features)}
