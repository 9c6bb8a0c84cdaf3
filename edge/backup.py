"""A copy of the databases, encrypted as they are, verified after it is written.

Each file is copied as it is at one moment, while door and pages go on. The key is not in the copy:
who finds one finds nothing. Kept apart, both together restore everything.

A copy also keeps who is erased later, in the audit by the keys to her events: old copies must be removed
for an erasure to be complete. The device's signing key is not in it, so no copy can sign.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from edge.audit import Audit
from edge.collection.database import open_collection
from edge.core import Core
from edge.errors import OstiaryError, StorageError
from edge.storage.database import Database
from edge.storage.sqlite import open_database

FOLDER = "backups"

PREFIX = "backup-"


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was verified: where it lies, its size in bytes, and when it was made."""

    path: Path
    size: int
    at: datetime


def back_up(core: Core, others: Sequence[tuple[Database, str]], *, now: datetime) -> Backup:
    """Copy the databases of *core* and the *others* into a new folder, and verify the copy.

    Each of the others comes with the package of its migrations.

    :raises OstiaryError: if it cannot be written, or does not verify; nothing is left then.
    """
    folder = core.settings.storage.folder / FOLDER
    name = f"{PREFIX}{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    draft = folder / f".{name}.{secrets.token_hex(4)}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        draft.mkdir(mode=0o700)
        try:
            for database in (core.database, *(other for other, _ in others)):
                database.copy_to(draft / database.path.name)
            core.audit.copy_to(draft / core.audit_path.name)
            _verify(core, draft, others)
            _sync(draft)
            draft.rename(folder / name)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        _sync(folder)
    except OSError as error:
        raise StorageError(
            f"the backup {folder / name} cannot be written: {error.strerror}",
            remedy="Free space, or let this user write the folder.",
        ) from error
    return _found(folder / name, now)


def backups_of(core: Core) -> tuple[Backup, ...]:
    """Return the copies there are, newest first."""
    found = (core.settings.storage.folder / FOLDER).glob(f"{PREFIX}*")
    return tuple(
        _found(path, datetime.fromtimestamp(path.stat().st_mtime, UTC))
        for path in sorted(found, reverse=True)
    )


def _verify(core: Core, folder: Path, others: Sequence[tuple[Database, str]]) -> None:
    """Open every copy with the key, and read all of it.

    :raises OstiaryError: if anything in it is not as it should be.
    """
    try:
        with open_collection(folder / core.collection_path.name, core.key, read_only=True) as copy:
            copy.check_integrity()
        for other, migrations in others:
            name = other.path.name
            with open_database(
                folder / name, core.key, migrations=migrations, read_only=True
            ) as copy:
                copy.check_integrity()
        with Audit(folder / core.audit_path.name, core.key, read_only=True) as audit:
            audit.verify()
    except OstiaryError as error:
        raise StorageError(
            f"the backup does not verify and was removed: {error.message}", remedy=error.remedy
        ) from error


def _found(path: Path, at: datetime) -> Backup:
    return Backup(path, sum(file.stat().st_size for file in path.iterdir()), at)


def _sync(folder: Path) -> None:
    """Make the files in *folder*, and their names, survive a power cut."""
    for path in (*(each for each in folder.iterdir() if each.is_file()), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
