"""The last net under every text that leaves this machine's memory for a log or a bundle.

What a message should not have held is taken out by its form: identifiers, and what stands in an
address before its host or behind its question mark. It does not know names: those must not get here.
"""

from __future__ import annotations

import re

_UUID = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE
)
_USER = re.compile(r"(?P<scheme>\b[a-z][a-z0-9+.\-]*://)[^\s/?#'\"]*@", re.IGNORECASE)
_QUERY = re.compile(r"(?P<address>\b[a-z][a-z0-9+.\-]*://[^\s?'\"]*)\?[^\s'\"]*", re.IGNORECASE)
_SECRET = re.compile(
    r"""(?P<name>\b(?:(?:password|passwd|secret|token|key|pin)["']?\s*=
                     |(?:password|passwd|secret|token)["']?\s*:)\s*["']?)[^\s,;'"]+""",
    re.IGNORECASE | re.VERBOSE,
)
_INVITATION = re.compile(r"(?<=/set-up/)[A-Za-z0-9_\-]+")
"""The link by which the first owner signs up is printed where it may be kept."""

_LONG = re.compile(r"\b(?:[0-9a-f]{32,}|[A-Za-z0-9+]{40,}={0,2})")
"""Keys as hexadecimal digits (128 bits and more) or base64; digests of models look the same."""


def without_secrets(text: str) -> str:
    """Return *text* without what looks like a key or a password; never to be switched off."""
    text = _USER.sub(r"\g<scheme>***@", text)
    text = _QUERY.sub(r"\g<address>?***", text)
    text = _INVITATION.sub("***", text)
    text = _SECRET.sub(r"\g<name>***", text)
    return _LONG.sub("***", text)


def without_people(text: str) -> str:
    """Return *text* without what looks like somebody's id."""
    return _UUID.sub("<id>", text)
