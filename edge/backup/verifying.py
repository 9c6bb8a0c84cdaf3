"""Reading a backup as a whole: with its key, every page, every link of the record."""

from __future__ import annotations

from pathlib import Path

from edge.audit import Audit
from edge.backup.contents import CONTENTS_FILE, Contents
from edge.collection.database import open_any
from edge.errors import StorageError
from edge.storage.key import Key
from edge.storage.names import AUDIT_FILE


def verified(folder: Path, key: Key) -> Contents:
    """Read all of the backup in *folder*, and return what it says of itself.

    :raises KeyFileError: if *key* does not open it, or what it says was changed.
    :raises StorageError: if a file is missing, another one, or damaged.
    :raises AuditError: if the record in it does not hold.
    """
    contents = contents_of(folder, key)
    try:
        contents.refuse_other_files(folder)
    except OSError as error:
        raise StorageError(f"the backup {folder} cannot be read: {error.strerror}") from error
    for name in contents.files:
        with open_any(folder / name, key, read_only=True) as copy:
            copy.check_integrity()
    return contents


def contents_of(folder: Path, key: Key) -> Contents:
    """Return what the backup in *folder* says of itself; its databases are not looked at.

    :raises KeyFileError: if *key* does not open it, or it was changed.
    :raises StorageError: if there is no backup.
    """
    try:
        sealed = (folder / CONTENTS_FILE).read_bytes()
    except OSError as error:
        raise StorageError(
            f"there is no backup in {folder}: {error.strerror}",
            remedy="Name the folder that `ostiary backup` made: backup-…",
        ) from error
    return Contents.unsealed(sealed, key)


def verify_record(folder: Path, key: Key) -> tuple[int, str]:
    """Follow the whole record of events in *folder*; return how many there were, and the last hash.

    :raises AuditError: if it does not hold.
    """
    with Audit(folder / AUDIT_FILE, key, read_only=True) as audit:
        found = audit.verify()
    return found.entries, found.head
