"""Which databases are damaged: every page of each is read, and the log is held against what is read.

A wrong key looks like damage of the first page. So a key counts as right only if it opens something:
another database, or a backup of this device.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from edge.collection.database import open_any
from edge.errors import DamagedError, KeyFileError, StorageError
from edge.storage.database import Database
from edge.storage.key import Key
from edge.storage.log_file import commits_in, lost_behind
from edge.storage.names import AUDIT_FILE, DATABASE_FILES
from edge.storage.sqlite import PAGE_BYTES

log = logging.getLogger(__name__)

TORN = 1
"""Transactions behind the place where SQLite stops reading that a power cut leaves: the last one, of
which nobody was told yet."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A database by *name*, and in words *why* it cannot be used."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found: the *damaged* databases, and whether any other was *opened* by the key.

    *refused* is what a database that did not open raised, to be told if the key is the wrong one.
    """

    damaged: tuple[Damage, ...]
    opened: bool
    refused: KeyFileError | None


def examine(data: Path, key: Key, *, alone: bool) -> Examined:
    """Read all databases in *data*; *alone* tells that no other program uses them.

    What cannot be read for another reason, such as a right that is missing, is not damaged: whoever
    opens it tells.
    """
    damaged, opened, refused = [], False, None
    for name in DATABASE_FILES:
        try:
            why = _why(data / name, key, alone=alone)
        except KeyFileError as error:
            refused = error
            why = "its first page does not decrypt"
        except StorageError as error:
            log.debug("%s was not examined: %s", name, error)
            continue
        if why is None:
            continue
        if why:
            damaged.append(Damage(name, why))
        else:
            opened = True
    return Examined(tuple(damaged), opened, refused)


def _why(path: Path, key: Key, *, alone: bool) -> str | None:
    """Return what is wrong with the database *path*, "" if nothing is, None if there is none."""
    if not path.exists():
        return None
    # Before SQLite looks: who is alone sees the log as it was left.
    commits = commits_in(path.with_name(f"{path.name}-wal")) if alone else ()
    try:
        with open_any(path, key, read_only=True) as database:
            return _inside(database, commits)
    except DamagedError as error:
        return _words(error, path)


def _inside(database: Database, commits: tuple[int, ...] | None) -> str:
    if commits is None:
        return "the beginning of its log is damaged"
    if database.path.name == AUDIT_FILE:
        # Its indexes hold computed columns: comparing them takes minutes with a year of events.
        database.check_pages()
    else:
        database.check_integrity()
    lost = lost_behind(commits, database.frames_in_log())
    if lost > TORN:
        return f"its log is damaged: {lost} changes are not read"
    if lost:
        log.warning("%s: a change that was being written was cut off", database.path.name)
    return ""


def _words(error: DamagedError, path: Path) -> str:
    if path.stat().st_size < PAGE_BYTES:
        return f"cut off at {path.stat().st_size} bytes"
    return "a page is not what was written" if "damaged" in error.message else error.message
