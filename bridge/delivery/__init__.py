"""Fulfil the wishes of links: claim, deliver one link, settle."""

from bridge.delivery.deliverer import Deliverer

__all__ = ["Deliverer"]
