"""Entity tags (RFC 9110 §8.8.3) and what `If-Match` and `If-None-Match` say of a resource's version. Pure.

Ours are weak: the same resource may be shown in more ways than one. They are compared weakly in both headers, for
RFC 7644 §3.14 sends weak tags in `If-Match`. A tag without its quotes is taken, for clients send it; what is no tag
matches nothing, so that a write under a condition that nobody understands is not made.
"""

from __future__ import annotations

import re

FAILED = "the resource is not of the version that If-Match or If-None-Match asks for: read it again"
"""What is told to the client."""

_TAGS = re.compile(r'\s*(?:(\*)|(?:[Ww]/)?"([^"]*)"|([^\s",*/]+))\s*(?:,|$)')


def names(header: str, version: int) -> bool:
    """Whether the list of tags in the header names this version; `*` names any."""
    wanted, at = str(version), 0
    while at < len(header):
        match = _TAGS.match(header, at)
        if match is None:
            return False
        any_, quoted, bare = match.groups()
        if any_ or wanted in (quoted, bare):
            return True
        at = match.end()
    return False


def holds(if_match: str | None, if_none_match: str | None, version: int) -> bool:
    """Whether a resource of this version meets the conditions that came with the request."""
    if if_match is not None and not names(if_match, version):
        return False
    return if_none_match is None or not names(if_none_match, version)
