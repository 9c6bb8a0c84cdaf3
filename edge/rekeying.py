"""A new key for the site: every database is encrypted anew, all of them or none.

Copies are made under the new key beside the databases, read as a whole, and told in their own record.
Then they count in one step, with the key file. PINs stay, and the recovery key, which is not made of the
site's. Backups from before stay under the old key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edge.audit import Audit, AuditEvent, EventKind
from edge.collection.database import open_any, open_collection
from edge.collection.pins import Pins
from edge.config import Settings
from edge.errors import KeyFileError, StorageError
from edge.storage.key import Key, key_from_elsewhere, read_key
from edge.storage.names import (
    AUDIT_FILE,
    BESIDE_A_DATABASE,
    COLLECTION_FILE,
    DATABASE_FILES,
)
from edge.storage.replacing import (
    Change,
    draft_of,
    replace_all,
    share,
    staging,
    write_secret,
)
from edge.storage.sqlite import change_key
from edge.storage.using import hold_alone


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """Which databases have the new key, and the file that holds it."""

    databases: tuple[str, ...]
    key_file: Path


def rekey(settings: Settings, *, now: datetime, actor: str) -> Rekeyed:
    """Make a new key for the site, and encrypt every database with it; the old one opens none.

    *actor* says in the audit who does it.

    :raises InUseError: if a program uses the databases.
    :raises KeyFileError: if the key is missing, or comes from where no program can change it.
    :raises OstiaryError: if a database is damaged or cannot be written; the old key counts then.
    """
    data, key_file = settings.storage.folder, settings.storage.key_file
    if origin := key_from_elsewhere():
        raise KeyFileError(
            f"this device has its key from {origin}, which no program can change",
            remedy=f"Write the key into {key_file}, mode 0600, take the other away, run this again, "
            "and then hand over the new key file so.",
        )
    targets = (*(data / name for name in DATABASE_FILES), key_file)
    try:
        with hold_alone(data), staging(data, targets):
            old, new = read_key(key_file), Key.random()
            there = tuple(name for name in DATABASE_FILES if (data / name).exists())
            for name in there:
                _copy(data / name, old, new)
            _tell(settings, new, now=now, actor=actor)
            replace_all(data, (*_changes(data, there), _new_key_file(key_file, new)))
    except OSError as error:
        raise StorageError(
            f"{error.filename or data} cannot be written: {error.strerror}",
            remedy="Free space, and run this as the user who owns the folder. The old key is "
            "still the one.",
        ) from error
    return Rekeyed(there, key_file)


def _copy(path: Path, old: Key, new: Key) -> None:
    """Write a copy of a database under the new key as its draft, and read it as a whole."""
    draft = draft_of(path)
    if path.name == COLLECTION_FILE:
        open_collection(path, old).close()  # brought to this version, which keeps a secret of PINs
    with open_any(path, old) as database:
        database.copy_to(draft)
    change_key(draft, old, new)
    if path.name == COLLECTION_FILE:
        with open_collection(draft, new) as database:
            Pins(database, old).change_key(new)
    with open_any(draft, new) as database:
        database.check_integrity()
    share(draft, path.parent)


def _tell(settings: Settings, new: Key, *, now: datetime, actor: str) -> None:
    """Record it in the copy of the record, which is verified before that."""
    path = settings.storage.folder / AUDIT_FILE
    if draft_of(path).exists():
        with Audit(draft_of(path), new) as audit:
            audit.verify()
            event = AuditEvent(
                EventKind.SITE_KEY_CHANGED, now, door=settings.door.name, detail=f"by {actor}"
            )
            audit.append(event)


def _changes(data: Path, there: tuple[str, ...]) -> tuple[Change, ...]:
    beside = (data / f"{name}{suffix}" for name in there for suffix in BESIDE_A_DATABASE)
    gone = (Change(path, goes=True) for path in beside if path.exists())
    return (*gone, *(Change(data / name) for name in there))


def _new_key_file(key_file: Path, new: Key) -> Change:
    return write_secret(key_file, f"{new.digits}\n")
