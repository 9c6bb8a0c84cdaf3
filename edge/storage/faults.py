"""SQLite's error codes, translated to Ostiary's errors with what the reader can do about them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from edge.errors import (
    ConstraintError,
    DamagedError,
    DiskFullError,
    KeyFileError,
    StorageError,
)

PLAIN_HEADER = b"SQLite format 3\0"
"""How an unencrypted SQLite database begins (sqlite.org/fileformat.html, 1.3)."""

_OPEN_HEADER = bytes([0x10, 0x00, 0x02, 0x02, 0x20, 0x40, 0x20, 0x20])
"""Bytes 16 to 23 of an encrypted database, which the cipher leaves readable: pages of 4096 bytes,
write-ahead log, 32 bytes a page for nonce and tag, and SQLite's three fixed fractions."""

RESTORE = (
    "Until then the door stays locked. Stop all programs, systemctl stop 'ostiary-*': the first that "
    "starts puts the file aside, and brings back what it can from a backup. Or do it by `ostiary mend`."
)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise SQLite's errors about the database at *path* as :class:`StorageError`."""
    try:
        yield
    except apsw.ConstraintError as error:
        raise ConstraintError(str(error)) from error
    except apsw.NotADBError as error:
        raise _unopened(path) from error
    except apsw.CorruptError as error:
        raise DamagedError(f"{path}: the database is damaged", remedy=RESTORE) from error
    except apsw.Error as error:
        if _is_full(error):
            raise DiskFullError(
                f"{path}: the disk is full", remedy=f"Free space in {path.parent}."
            ) from error
        message, remedy = _explained(error, path)
        raise StorageError(f"{path}: {message}", remedy=remedy) from error


def _is_full(error: apsw.Error) -> bool:
    # The index of the log lies in memory that is mapped from a file: its failure to grow is no
    # SQLITE_FULL.
    grown = {apsw.SQLITE_IOERR_SHMSIZE, apsw.SQLITE_IOERR_SHMMAP}
    return isinstance(error, apsw.FullError) or getattr(error, "extendedresult", 0) in grown


def _explained(error: apsw.Error, path: Path) -> tuple[str, str]:
    """Return what *error* means, and its remedy."""
    access = f"Give this user the right to read and write {path} and its folder."
    meanings: tuple[tuple[type[apsw.Error], str, str], ...] = (
        (apsw.BusyError, "another process keeps it locked", "Try again when that has finished."),
        (apsw.LockedError, "another process keeps it locked", "Try again when that has finished."),
        (apsw.ReadOnlyError, "this user may not write the file or its folder", access),
        (apsw.PermissionsError, "this user may not use the file", access),
        (apsw.CantOpenError, "the file cannot be opened", access),
        (apsw.IOError, f"the disk failed ({error})", "Check the disk and its free space."),
    )
    for kind, message, remedy in meanings:
        if isinstance(error, kind):
            return message, remedy
    return str(error), ""


def _unopened(path: Path) -> StorageError:
    """Return the error for a file that does not decrypt to a database."""
    with path.open("rb") as file:
        header = file.read(24)
    if header.startswith(PLAIN_HEADER):
        return StorageError(
            f"{path} is a database without encryption",
            remedy="Move it away: Ostiary made no such file.",
        )
    if header[16:24] != _OPEN_HEADER:
        return DamagedError(f"{path} is not a database of Ostiary, or is damaged", remedy=RESTORE)
    return KeyFileError(
        f"the key does not open {path}",
        remedy="Restore the key file that belongs to it. If that is the one in use, the file is "
        "damaged: restore it from its last backup.",
    )
