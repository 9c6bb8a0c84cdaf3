"""Keys with which programs call the API: what each may do, where, and its secret."""

from __future__ import annotations

import base64
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.collection.text import is_presentable
from edge.errors import NotFoundError
from edge.storage.database import Database, Row
from edge.storage.times import from_text, from_text_or_none, to_text
from enroll.errors import AccessKeyError
from enroll.rekognition.permissions import matches, operations_of, patterns_of

LONGEST_LABEL = 80

MOST_PATTERNS = 100

NOTED_EVERY = timedelta(minutes=1)
"""How often a use is written down: a busy client must not make the disk busy."""

_ID_PREFIX = "AKOS"
_ID_BYTES = 10
"""Sixteen characters of base32 after four of prefix: twenty, as clients expect."""

_ALPHABET = string.ascii_letters + string.digits
_SECRET_LENGTH = 40
"""As long as Amazon's; 238 bits. Letters and digits alone, so that a double click selects it."""


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key without its secret.

    *operations* are names of operations; *collections* names, beginnings of names with a ``*``, or
    ``*``. *created_by* is an account's id or the name of a user of the system. Times are aware.
    """

    key_id: str
    label: str
    operations: frozenset[str]
    collections: tuple[str, ...]
    created_at: datetime
    created_by: str
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def allows(self, operation: str) -> bool:
        """Return whether the key may call *operation*."""
        return self.revoked_at is None and operation in self.operations

    def reaches(self, collection_id: str, *, door: str) -> bool:
        """Return whether the key may use the collection, where *door* is the door's own.

        The door's own is reached by its exact name alone, never by a pattern: whoever may write
        there decides who is let in. A key for "all collections" must not have become a key for the
        building because nobody thought of it.
        """
        if self.revoked_at is not None:
            return False
        if collection_id == door:
            return door in self.collections
        return any(matches(pattern, collection_id) for pattern in self.collections)


class AccessKeys:
    """The keys of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        *,
        label: str,
        operations: Iterable[str],
        collections: Iterable[str],
        created_by: str,
        now: datetime,
    ) -> tuple[AccessKey, str]:
        """Make a key and return it with its secret, which nobody is shown again.

        *operations* may name whole groups, see :func:`permissions.operations_of`.

        :raises AccessKeyError: if *label* is empty, too long or holds control characters, if an
            operation or a collection cannot be named so, or if the key could do nothing.
        """
        label = " ".join(label.split())
        if not is_presentable(label, longest=LONGEST_LABEL):
            raise AccessKeyError(f"A label has 1 to {LONGEST_LABEL} printable characters.")
        allowed = operations_of(operations)
        patterns = patterns_of(collections, operations=allowed)
        if len(patterns) > MOST_PATTERNS:
            raise AccessKeyError(
                f"A key names at most {MOST_PATTERNS} collections.",
                remedy="Use the beginning of their names with a * after it.",
            )
        key = AccessKey(_new_id(), label, allowed, patterns, now, created_by)
        secret = "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LENGTH))
        self._database.execute(
            "INSERT INTO access_keys"
            " (key_id, secret, label, operations, collections, created_at, created_by)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                key.key_id,
                secret,
                label,
                " ".join(sorted(allowed)),
                " ".join(patterns),
                to_text(now),
                created_by,
            ),
        )
        return key, secret

    def get(self, key_id: str) -> AccessKey | None:
        """Return a key, revoked or not, or None if there is none of that id."""
        row = self._database.row(f"{_SELECT} WHERE key_id = ?", (key_id,))
        return None if row is None else _key(row)

    def secret_of(self, key_id: str) -> str | None:
        """Return what signs for a key, or None if there is none of that id, or it was revoked."""
        row = self._database.row("SELECT secret FROM access_keys WHERE key_id = ?", (key_id,))
        return None if row is None else row[0]

    def list(self) -> tuple[AccessKey, ...]:
        """Return all keys: those in use first, then the revoked ones, the newest first."""
        order = "ORDER BY revoked_at IS NOT NULL, created_at DESC, key_id"
        return tuple(map(_key, self._database.rows(f"{_SELECT} {order}")))

    def revoke(self, key_id: str, now: datetime) -> AccessKey:
        """Let a key open nothing any more, from the next request on; harmless if it was revoked.

        Its secret is overwritten.

        :raises NotFoundError: if there is no key of that id.
        """
        with self._database.transaction():
            self._database.execute(
                "UPDATE access_keys SET revoked_at = ?, secret = NULL"
                " WHERE key_id = ? AND revoked_at IS NULL",
                (to_text(now), key_id),
            )
            key = self.get(key_id)
        if key is None:
            raise NotFoundError(f"There is no access key {key_id}.")
        return key

    def used(self, key_id: str, now: datetime) -> None:
        """Note that a key is in use, at most once in :data:`NOTED_EVERY`."""
        key = self.get(key_id)
        if key is None:
            return
        # Either way: a clock that was ahead and is set back must not silence the note.
        if key.last_used_at is None or abs(now - key.last_used_at) >= NOTED_EVERY:
            self._database.execute(
                "UPDATE access_keys SET last_used_at = ? WHERE key_id = ?", (to_text(now), key_id)
            )


_SELECT = (
    "SELECT key_id, label, operations, collections, created_at, created_by, last_used_at,"
    " revoked_at FROM access_keys"
)


def _key(row: Row) -> AccessKey:
    key_id, label, operations, collections, created_at, created_by, last_used_at, revoked_at = row
    return AccessKey(
        key_id=key_id,
        label=label,
        operations=frozenset(operations.split()),
        collections=tuple(collections.split()),
        created_at=from_text(created_at),
        created_by=created_by,
        last_used_at=from_text_or_none(last_used_at),
        revoked_at=from_text_or_none(revoked_at),
    )


def _new_id() -> str:
    return _ID_PREFIX + base64.b32encode(secrets.token_bytes(_ID_BYTES)).decode()
