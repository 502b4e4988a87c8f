"""scim-bridge: receives SCIM 2.0, keeps a durable journal, delivers to targets."""

__version__ = "0.1.0"
