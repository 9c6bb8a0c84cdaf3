"""The web pages' own database, apart from the people's: the door needs no accounts."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from edge.storage.database import Database
from edge.storage.key import Key
from edge.storage.sqlite import open_database

SECRET_BYTES = 32
"""256 bits: beyond guessing, for the key that signs cookies and for every token."""


def open_web(path: Path, key: Key) -> Database:
    """Open the accounts' database at *path*, made or brought to this version.

    :raises StorageError: as :func:`edge.storage.sqlite.open_database`.
    """
    return open_database(path, key, migrations="enroll")


def signing_key(database: Database) -> bytes:
    """Return the key that signs cookies; made at random on first use, the same ever after."""
    with database.transaction():
        database.execute(
            "INSERT OR IGNORE INTO secrets (name, value) VALUES ('cookies', ?)",
            (secrets.token_bytes(SECRET_BYTES),),
        )
        row = database.row("SELECT value FROM secrets WHERE name = 'cookies'")
    assert row is not None  # noqa: S101 - inserted above, in the same transaction
    return bytes(row[0])


def new_token() -> str:
    """Return a random token for a session or an invitation."""
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_of(token: str) -> str:
    """Return what is stored of a token. It is random, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
