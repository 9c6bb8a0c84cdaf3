"""Signs what is posted, after Standard Webhooks 1.0 (standardwebhooks.com): libraries verify it.

The signature is HMAC-SHA-256 over ``<webhook-id>.<webhook-timestamp>.<body>``, in base64 behind
``v1,``. The receiver refuses what was signed more than five minutes ago, so a recorded request is of
no use later; and what it has seen the id of, so it may be told twice.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from edge.announcing.private_files import read_private
from edge.errors import ConfigError

PREFIX = "whsec_"
KEY_BYTES = 32
SHORTEST, LONGEST = 24, 64
"""Bytes of a key that Standard Webhooks allows."""

MOST_KEYS = 4


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key, and the name it has in requests: the beginning of its hash, which tells nothing of it."""

    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        return hashlib.sha256(b"ostiary key id\0" + self.secret).hexdigest()[:16]


def read_keys(path: Path) -> tuple[SigningKey, ...]:
    """Return the keys in the file *path*, one a line; every request is signed by all of them.

    Two lines are for changing a key: the new one is added, the receiver changes over, the old one is
    taken away.

    :raises ConfigError: if the file cannot be used, or a line is no key.
    """
    lines = [line.strip() for line in read_private(path, what="the key of a webhook").splitlines()]
    keys = tuple(_key(line, path) for line in lines if line)
    if not 1 <= len(keys) <= MOST_KEYS:
        raise ConfigError(
            f"{path} holds {len(keys)} keys.", remedy=f"One is enough, {MOST_KEYS} are allowed."
        )
    return keys


def _key(line: str, path: Path) -> SigningKey:
    try:
        secret = base64.b64decode(line.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not line.startswith(PREFIX) or not SHORTEST <= len(secret) <= LONGEST:
        # Without the cause, which would show what is in the file.
        raise ConfigError(
            f"{path} holds a line that is no key.",
            remedy=f"A key is {PREFIX} and base64; make one: ostiary announce key FILE",
        ) from None
    return SigningKey(secret)


def make_key(path: Path) -> SigningKey:
    """Write a new key into the new file *path*, which only its owner can read, and return it.

    :raises ConfigError: if there is such a file, or it cannot be written.
    """
    secret = secrets.token_bytes(KEY_BYTES)
    line = f"{PREFIX}{base64.b64encode(secret).decode()}\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(line)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be made: {error.strerror}.",
            remedy="Name a file that is not there yet, in a folder that this user may write.",
        ) from error
    return SigningKey(secret)


def headers(
    keys: tuple[SigningKey, ...], body: bytes, *, message_id: str, now: datetime
) -> dict[str, str]:
    """Return the headers that sign *body*, sent at *now* (aware) as the message *message_id*."""
    timestamp = str(int(now.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = (hmac.new(key.secret, signed, hashlib.sha256).digest() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(
            f"v1,{base64.b64encode(signature).decode()}" for signature in signatures
        ),
        "ostiary-key-id": " ".join(key.key_id for key in keys),
    }
