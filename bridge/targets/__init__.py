"""The targets: the only callers of connectors, with deadlines and a breaker each."""

from bridge.targets.health import Health
from bridge.targets.target import Target

__all__ = ["Health", "Target"]
