"""Profiles: what real senders do that the RFCs do not say, one file per sender."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.scim.profiles.entra import ENTRA
from bridge.scim.profiles.fusionauth import FUSIONAUTH
from bridge.scim.profiles.generic import GENERIC
from bridge.scim.profiles.jumpcloud import JUMPCLOUD
from bridge.scim.profiles.okta import OKTA
from bridge.scim.profiles.onelogin import ONELOGIN
from bridge.scim.profiles.ping import PING
from bridge.scim.profiles.profile import Profile
from bridge.scim.profiles.wso2 import WSO2

PROFILES: Mapping[str, Profile] = {
    each.name: each for each in (GENERIC, ENTRA, OKTA, ONELOGIN, JUMPCLOUD, PING, WSO2, FUSIONAUTH)
}

__all__ = ["GENERIC", "PROFILES", "Profile"]
