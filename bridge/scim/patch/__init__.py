"""PATCH (RFC 7644 §3.5.2): message + current resource → the patched resource, and what happens to members.

message.py     the body → operations
apply.py       all operations, in order, to one resource: all or none
change.py      add, replace, remove at one attribute
selection.py   the same at `attribute[filter]` and `attribute[filter].sub`
membership.py  the same at a group's members, which are no part of the resource
"""

from bridge.scim.patch.apply import Looks, Patched, apply
from bridge.scim.patch.message import PATCH_OP, Op, Operation, read_operations

__all__ = ["PATCH_OP", "Looks", "Op", "Operation", "Patched", "apply", "read_operations"]
