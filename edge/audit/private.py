"""What is personal in an event, encrypted under a key that can be forgotten ("crypto-shredding").

The body that is chained holds the public part in the clear, and ``private``: who it is about and
the detail, as ChaCha20-Poly1305 (RFC 8439) with a nonce by chance, bound to the public part. No
reference in it stays the same from event to event, so without her key nobody can tell which events
were one person's, in this file or in a copy that left the house.

The similarity stays in the clear: it tells how sure a door was, and nobody can be found by it.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from dataclasses import replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from edge.audit.events import AuditEvent, EventKind, from_body, to_body
from edge.errors import AuditBrokenError

KEY_BYTES = 32
NONCE_BYTES = 12
"""Of ChaCha20-Poly1305 (RFC 8439, 2.8). By chance, two nonces of a key would meet after 2^48 events."""

_BLOCK = 64
"""Bytes that what is encrypted is filled up to, so that its length does not tell what it says."""

FREE_TEXT = frozenset({EventKind.REMOTE_UNLOCK, EventKind.CREDENTIAL_SHOWN})
"""Kinds whose detail people or readers fill in, so that it may be about somebody who is not named:
it is encrypted under a key of its own, which can be forgotten alone."""

_ACTOR = re.compile(
    r"(?:^|, )(by (?:account|user|key) \S+(?: at the command line)?)$"
    r"|^((?:account|user|key) \S+?): "
)
"""Who did it: at the end of a detail, or before what was said. An account answers for what it did,
also to somebody who is erased: it stays in the clear."""


def is_private(event: AuditEvent) -> bool:
    """Tell whether something in *event* is personal."""
    return event.person_id is not None or (event.kind in FREE_TEXT and bool(event.detail))


def to_private_body(event: AuditEvent, key: bytes) -> str:
    """Return *event* as its canonical line, what is personal encrypted under *key*, 32 bytes.

    :raises AuditError: as :func:`edge.audit.events.to_body` does.
    """
    public = to_body(_public(event))
    told = {"detail": event.detail, "person_id": event.person_id}
    plain = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    plain += b" " * (-len(plain) % _BLOCK)
    nonce = secrets.token_bytes(NONCE_BYTES)
    private = nonce + ChaCha20Poly1305(key).encrypt(nonce, plain, public.encode())
    return _joined(public, base64.b64encode(private).decode())


def read_body(body: str, key: bytes | None) -> tuple[AuditEvent, bool]:
    """Return the event of *body*, and whether what was personal in it can no longer be read.

    :raises AuditBrokenError: if *key* is not the one that it was encrypted under.
    :raises ValueError: if it is no event; also TypeError, KeyError and AttributeError.
    """
    values = json.loads(body)
    private = values.pop("private", None)
    if private is None:
        return from_body(body), False
    public = json.dumps(values, sort_keys=True, separators=(",", ":"))
    event = from_body(public)
    if key is None:
        return event, True
    stored = base64.b64decode(private, validate=True)
    try:
        plain = ChaCha20Poly1305(key).decrypt(
            stored[:NONCE_BYTES], stored[NONCE_BYTES:], public.encode()
        )
    except InvalidTag as error:
        raise AuditBrokenError(
            "the audit is broken: an event was filed under another person",
            remedy="Run `ostiary audit verify`.",
        ) from error
    return replace(event, **json.loads(plain)), False


def _public(event: AuditEvent) -> AuditEvent:
    """Return *event* without what is personal."""
    actor = _ACTOR.search(event.detail)
    return replace(event, person_id=None, detail=(actor[1] or actor[2]) if actor else "")


def _joined(public: str, private: str) -> str:
    return json.dumps(
        json.loads(public) | {"private": private}, sort_keys=True, separators=(",", ":")
    )
