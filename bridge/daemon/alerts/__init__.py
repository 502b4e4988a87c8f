"""Alerts: what a person should know is told once when it begins and once when it is over."""

from bridge.daemon.alerts.alerter import Alerter

__all__ = ["Alerter"]
