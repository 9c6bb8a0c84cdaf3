"""The backups of this device that its own key opens, newest first, held against the record."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from edge.audit import Audit, AuditEntry
from edge.backup.contents import Contents
from edge.backup.pruning import found_in
from edge.backup.verifying import contents_of, verified
from edge.config import Settings
from edge.errors import OstiaryError
from edge.storage.key import Key
from edge.storage.names import BACKUP_FOLDER, INSTALLATION_FILE

log = logging.getLogger(__name__)

COPYING = timedelta(minutes=1)
"""People are copied before the record: what was recorded meanwhile may not be in the copied people.
Counted from when the backup began."""

_LOOKED_BACK = 1000
"""Events before the end of a backup's record that may be of that minute, at most."""


@dataclass(frozen=True, slots=True)
class Source:
    """A backup in the folder *path*, and what it says of itself."""

    path: Path
    contents: Contents


def opened_by(settings: Settings, key: Key) -> bool:
    """Tell whether *key* opens any backup of this device, sound or not."""
    for path in _found(settings):
        try:
            contents_of(path, key)
        except OstiaryError:
            continue
        return True
    return False


def sound(settings: Settings, key: Key) -> Iterator[Source]:
    """Give the backups of this device that *key* opens and that are whole, newest first."""
    for path in _found(settings):
        try:
            yield Source(path, verified(path, key))
        except OstiaryError as error:
            log.warning("%s is not used: %s", path.name, error)


def since(source: Source, audit: Audit) -> tuple[AuditEntry, ...] | None:
    """Return what *audit* tells of the time after *source* was made.

    None if the backup is of another history, or what followed it has been removed.

    :raises AuditError: if the record cannot be read.
    """
    contents, root = source.contents, audit.rows.root()
    if contents.entries < root[0] or contents.head != _hash_at(contents.entries, audit, root):
        return None
    began = contents.at - COPYING
    first = max(contents.entries - _LOOKED_BACK, root[0])
    return tuple(
        entry
        for entry in audit.entries(after=first)
        if entry.sequence > contents.entries or entry.event.at >= began
    )


def _hash_at(sequence: int, audit: Audit, root: tuple[int, str]) -> str | None:
    if sequence == root[0]:
        return root[1]
    entry = next(audit.entries(after=sequence - 1, limit=1), None)
    return None if entry is None else entry.hash


def _found(settings: Settings) -> tuple[Path, ...]:
    data = settings.storage.folder
    try:
        installation = (data / INSTALLATION_FILE).read_text(encoding="ascii").strip()
        return found_in(settings.backup.folder or data / BACKUP_FOLDER, installation)
    except (OSError, UnicodeDecodeError) as error:
        log.debug("no backup is looked for: %s", error)
        return ()
