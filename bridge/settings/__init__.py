"""The config file as frozen values; every fault of it at once, each with its place."""

from bridge.settings.alerts import AlertSettings
from bridge.settings.amounts import Limit
from bridge.settings.faults import Fault, SettingsInvalid
from bridge.settings.kinds import Adopt, AttributeRule, KindSettings, Mode, OnLeave, OnMissing
from bridge.settings.ladder import Does, Ladder, Step, Switch
from bridge.settings.load import load
from bridge.settings.models import (
    ClientSettings,
    EdgeSettings,
    GuardSettings,
    JournalSettings,
    OpsSettings,
    Settings,
    TargetSettings,
)
from bridge.settings.network import Address
from bridge.settings.plugins import PluginBroken, discover
from bridge.settings.resource_types import ResourceTypeSettings
from bridge.settings.seal import generate_key, parse_key

__all__ = [
    "Address",
    "Adopt",
    "AlertSettings",
    "AttributeRule",
    "ClientSettings",
    "Does",
    "EdgeSettings",
    "Fault",
    "GuardSettings",
    "JournalSettings",
    "KindSettings",
    "Ladder",
    "Limit",
    "Mode",
    "OnLeave",
    "OnMissing",
    "OpsSettings",
    "PluginBroken",
    "ResourceTypeSettings",
    "Settings",
    "SettingsInvalid",
    "Step",
    "Switch",
    "TargetSettings",
    "discover",
    "generate_key",
    "load",
    "parse_key",
]
