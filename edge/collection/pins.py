"""PINs: never stored, compared in constant time, counted when wrong.

A PIN has four to eight digits, so whoever can compute a hash of it finds it within a second, however
slow the hash. Therefore it is a keyed one: HMAC-SHA-256 (RFC 2104) of a random salt and the digits,
under a secret by chance, which lies in the file sealed with the site's key. So a stolen file without
the key tells nothing twice over, and PINs outlive a change of the key; whoever has file and key has
every PIN, which no hash could prevent.

A person may have a second PIN for duress: it is as good as the first, and raises a silent alarm.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from edge.access.ruleset import PinPolicy
from edge.access.shown import PinChecked, PinResult
from edge.collection.person_rows import row_of
from edge.collection.pin_rules import LONGEST, refuse_near_duress, refuse_weak_pin
from edge.errors import NotFoundError
from edge.storage.database import Database
from edge.storage.key import Key
from edge.storage.sealing import seal, unseal
from edge.storage.times import from_text_or_none, to_text

SALT_BYTES = 16
"""As RFC 9106 recommends for passwords: no two people of any two sites share one."""

SECRET_BYTES = 32
"""As long as the hash (RFC 2104, 3)."""

PURPOSE = b"ostiary: PINs of people"
"""What keeps the key of PINs apart from every other key made of the site's (NIST SP 800-108)."""

_SEALING = b"ostiary: secret of PINs"

_NO_HASH = bytes(32)
"""Stands for the hash that is not there: no HMAC will be all zero."""


@dataclass(frozen=True, slots=True)
class PinState:
    """What may be known of a person's PIN: everything but its digits."""

    changed_at: datetime
    has_duress: bool
    wrong: int
    locked_until: datetime | None


class Pins:
    """The PINs of one database; *key* is the site's."""

    def __init__(self, database: Database, key: Key) -> None:
        self._database = database
        self._key = key

    @property
    def _secret(self) -> _Secret:
        """What PINs are hashed under; made on first use, inside a transaction.

        :raises KeyFileError: if it was sealed with another key.
        """
        found = self._database.row("SELECT sealed FROM pin_secret")
        if found is not None:
            return _Secret(unseal(self._key, _SEALING, bytes(found[0])))
        # PINs that were there before it was hashed under what came of the site's key.
        older = self._database.row("SELECT 1 FROM pins LIMIT 1")
        made = (
            hmac.digest(self._key.secret, PURPOSE, "sha256")
            if older
            else secrets.token_bytes(SECRET_BYTES)
        )
        self._keep(made, self._key)
        return _Secret(made)

    def change_key(self, new: Key) -> None:
        """Let *new* be the site's key from now on; every PIN stays as it is.

        :raises KeyFileError: if the key so far is not the one.
        """
        with self._database.transaction():
            secret = self._secret
            self._database.execute("DELETE FROM pin_secret")
            self._keep(secret.key, new)
        self._key = new

    def _keep(self, secret: bytes, key: Key) -> None:
        sealed = seal(key, _SEALING, secret)
        self._database.execute("INSERT INTO pin_secret (row, sealed) VALUES (1, ?)", (sealed,))

    def set(self, person_id: str, pin: str, *, duress: str | None = None, at: datetime) -> None:
        """Give a person a PIN, and one for duress if wanted, in place of what she had.

        What was counted of wrong ones is forgotten, and a lock with it.

        :raises NotFoundError: if there is no such person.
        :raises CollectionError: if a PIN is not 4 to 8 digits, or one that anybody would try, or
            the two are so near that a slip of the finger leads from one to the other.
        :raises StorageError: if it is done, but the former cannot be wiped from the log yet.
        """
        refuse_weak_pin(pin)
        if duress is not None:
            refuse_weak_pin(duress)
            refuse_near_duress(pin, duress)
        salt = secrets.token_bytes(SALT_BYTES)
        with self._database.transaction():
            row, collection_id = row_of(self._database, person_id)
            secret = self._secret
            self._database.execute(
                "INSERT INTO pins (collection, person, salt, hash, duress_hash, changed_at)"
                " SELECT row, ?, ?, ?, ?, ? FROM collections WHERE collection_id = ?"
                " ON CONFLICT (person) DO UPDATE SET salt = excluded.salt,"
                " hash = excluded.hash, duress_hash = excluded.duress_hash,"
                " changed_at = excluded.changed_at, wrong = 0, locked_until = NULL",
                (
                    row,
                    salt,
                    secret.hash(salt, pin),
                    None if duress is None else secret.hash(salt, duress),
                    to_text(at),
                    collection_id,
                ),
            )
            self._database.truncate_log()

    def erase(self, person_id: str) -> None:
        """Erase a person's PIN from every file.

        :raises NotFoundError: if there is no such person, or she has none.
        :raises StorageError: if it is done, but cannot be wiped from the log yet.
        """
        with self._database.transaction():
            row, _ = row_of(self._database, person_id)
            if not self._database.execute("DELETE FROM pins WHERE person = ?", (row,)):
                raise NotFoundError("this person has no PIN")
            self._database.truncate_log()

    def unlock(self, person_id: str) -> None:
        """Forget the wrong PINs that were typed for a person.

        :raises NotFoundError: if there is no such person, or she has no PIN.
        """
        with self._database.transaction():
            row, _ = row_of(self._database, person_id)
            if not self._count(row, 0, None):
                raise NotFoundError("this person has no PIN")

    def state(self, person_id: str) -> PinState | None:
        """Return what may be known of a person's PIN, or None if she has none.

        :raises NotFoundError: if there is no such person.
        """
        with self._database.snapshot():
            row, _ = row_of(self._database, person_id)
            found = self._database.row(
                "SELECT changed_at, duress_hash IS NOT NULL, wrong, locked_until"
                " FROM pins WHERE person = ?",
                (row,),
            )
        if found is None:
            return None
        changed_at, has_duress, wrong, locked_until = found
        return PinState(
            datetime.fromisoformat(changed_at),
            bool(has_duress),
            wrong,
            from_text_or_none(locked_until),
        )

    def check(self, person_id: str, pin: str, *, now: datetime, policy: PinPolicy) -> PinChecked:
        """Return what *pin* is worth for a person at *now* (aware), and count it if it is wrong.

        *policy* is that of the rules. The count is durable on return, and shared by all doors of
        this file. Of somebody without a PIN every one is wrong. A PIN for duress is told also while
        it is locked: the alarm is due all the same.

        :raises NotFoundError: if there is no such person.
        :raises StorageError: if the count cannot be kept; whoever asks must then deny.
        """
        with self._database.transaction():
            row, _ = row_of(self._database, person_id)
            found = self._database.row(
                "SELECT salt, hash, duress_hash, wrong, locked_until FROM pins WHERE person = ?",
                (row,),
            )
            salt, right, duress, wrong, locked = found or (bytes(16), _NO_HASH, None, 0, None)
            # All three comparisons are always made: their time tells nothing.
            typed = self._secret.hash(salt, pin[: LONGEST + 1])
            is_right = hmac.compare_digest(typed, right)
            is_duress = hmac.compare_digest(typed, duress or _NO_HASH)
            if found is None:
                return PinChecked(person_id, PinResult.WRONG)
            locked_until = from_text_or_none(locked)
            if is_locked(locked_until, now, policy):
                return PinChecked(person_id, PinResult.LOCKED, duress=is_duress)
            if is_right or is_duress:
                if wrong:
                    self._count(row, 0, None)
                return PinChecked(person_id, PinResult.RIGHT, duress=is_duress)
            self._count(row, wrong + 1, locked_after(wrong + 1, now, policy))
            return PinChecked(person_id, PinResult.WRONG)

    def _count(self, row: int, wrong: int, locked_until: datetime | None) -> int:
        return self._database.execute(
            "UPDATE pins SET wrong = ?, locked_until = ? WHERE person = ?",
            (wrong, None if locked_until is None else to_text(locked_until), row),
        )


def locked_after(wrong: int, now: datetime, policy: PinPolicy) -> datetime | None:
    """Return until when *wrong* PINs in a row, the last *now*, lock it by *policy*; None for not."""
    if wrong < policy.tries:
        return None
    pause, further = policy.pause, wrong - policy.tries
    while further and pause < policy.longest and policy.growth > 1:
        pause, further = pause * policy.growth, further - 1
    return now + timedelta(seconds=min(pause, policy.longest))


def is_locked(locked_until: datetime | None, now: datetime, policy: PinPolicy) -> bool:
    """Tell whether a PIN is locked *now*.

    No lock lasts longer than the policy's longest: a clock that was set back must not keep somebody
    out for as long as that. The wrong ones stay counted.
    """
    longest = timedelta(seconds=policy.longest)
    return locked_until is not None and timedelta() < locked_until - now <= longest


@dataclass(frozen=True, slots=True)
class _Secret:
    """The key of PINs; never printed."""

    key: bytes = field(repr=False)

    def hash(self, salt: bytes, pin: str) -> bytes:
        """Return the 32 bytes that stand for *pin*."""
        return hmac.digest(self.key, salt + pin.encode(), "sha256")
