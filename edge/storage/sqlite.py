"""Encrypted SQLite with the settings that a door needs; the only place that opens a database file.

- Every page, of the log too, is encrypted with ChaCha20 and authenticated with Poly1305.
- Write-ahead log with ``synchronous=FULL``: what was acknowledged survives a power cut, and the
  door reads while the office writes.
- ``secure_delete``: deleted bytes are overwritten. In the log they live on until it is truncated:
  :meth:`Database.truncate_log`.
- A new file appears whole, under its name, in one step. So an empty file is never a database that
  was being made but one that was cut off, and is refused.
- Rights are those of the connection: what is opened read-only cannot write, whatever is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import apsw

from edge.errors import DamagedError, StorageError
from edge.storage.database import Database
from edge.storage.faults import RESTORE, translated
from edge.storage.files import appearing_whole
from edge.storage.key import Key
from edge.storage.migrate import Migration, migrate, read_migrations, refuse_newer, version

__all__ = ["Database", "change_key", "open_as_it_is", "open_database", "open_memory"]

BUSY_MILLISECONDS = 5000
"""How long a statement waits for another process: far longer than any transaction of Ostiary."""

PAGE_BYTES = 4096
"""SQLite's page; no database is smaller."""

CACHE_KIBIBYTES = 16_000
"""Decrypted pages kept, at most: enough for the names of 100,000 people, which a search reads."""

FILE_MODE = 0o660
"""Mode of a new database before the umask: a unit with UMask=0007 shares it with its group."""

_WRITE = apsw.SQLITE_OPEN_READWRITE
_READ = apsw.SQLITE_OPEN_READONLY


def open_database(
    path: Path,
    key: Key,
    *,
    migrations: str,
    read_only: bool = False,
    extensions: Sequence[str] = (),
    patience_milliseconds: int = BUSY_MILLISECONDS,
) -> Database:
    """Open the database at *path*; make it, or bring it to this version, unless *read_only*.

    *migrations* is the package whose folder of that name holds the numbered SQL files;
    *extensions* are paths of loadable extensions, loaded before the migrations run;
    *patience_milliseconds* is how long a statement waits for another process.

    :raises KeyFileError: if *key* does not open it.
    :raises NewerDatabaseError: if a newer Ostiary wrote it.
    :raises StorageError: if it is missing (read-only), damaged, or cannot be read or written.
    """
    steps = read_migrations(migrations)
    with translated(path):
        if _size(path) is None:
            if read_only:
                raise StorageError(
                    f"there is no database at {path}", remedy="Enroll somebody, which makes it."
                )
            _create(path, key, steps, extensions)
        _refuse_cut_off(path)
        connection = _connect(path, key, _READ if read_only else _WRITE, extensions)
        try:
            if read_only:
                _refuse_older(connection, steps, path)
            else:
                migrate(connection, steps, path=str(path))
            connection.set_busy_timeout(patience_milliseconds)
        except BaseException:
            connection.close()
            raise
    return Database(connection, path)


def open_as_it_is(
    path: Path, key: Key, *, read_only: bool = False, extensions: Sequence[str] = ()
) -> Database:
    """Open the database at *path* in whatever version it has; it is neither made nor migrated.

    :raises KeyFileError: if *key* does not open it.
    :raises StorageError: if it is missing, damaged, or cannot be read or written.
    """
    with translated(path):
        if _size(path) is None:
            raise StorageError(f"there is no database at {path}")
        _refuse_cut_off(path)
        return Database(_connect(path, key, _READ if read_only else _WRITE, extensions), path)


def change_key(path: Path, key: Key, new: Key) -> None:
    """Encrypt the file *path* anew; it is a copy that nobody uses, and worthless if this is cut off.

    :raises StorageError: if *key* does not open it, or it cannot be written.
    """
    with translated(path), closing(apsw.Connection(str(path), flags=_WRITE)) as connection:
        _decrypt(connection, key)
        connection.pragma("temp_store", "MEMORY")
        # No journal on the disk, where pages would stand under the old key.
        connection.pragma("journal_mode", "MEMORY")
        connection.pragma("rekey", f"raw:{new.digits}")


def open_memory(*, extensions: Sequence[str] = ()) -> Database:
    """Return an empty database in memory, in the clear, gone when it is closed.

    :raises StorageError: if one of *extensions*, paths of loadable extensions, cannot be loaded.
    """
    name = Path(":memory:")
    with translated(name):
        connection = apsw.Connection(str(name))
        _load(connection, extensions)
    return Database(connection, name)


def _create(path: Path, key: Key, steps: Sequence[Migration], extensions: Sequence[str]) -> None:
    """Make a database at *path*, unless another process was first."""
    try:
        with appearing_whole(path, mode=FILE_MODE) as draft:
            connection = _connect(draft, key, _WRITE, extensions)
            try:
                migrate(connection, steps, path=str(path))
            finally:
                connection.close()
    except OSError as error:
        raise StorageError(
            f"{path} cannot be created: {error.strerror}",
            remedy=f"Let this user write the folder {path.parent}, or choose another by "
            "storage.folder.",
        ) from error


def _size(path: Path) -> int | None:
    """Return how many bytes *path* has, or None if there is no such file."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(
            f"{path} cannot be reached: {error.strerror}",
            remedy="Give this user the right to read and write the file and its folder.",
        ) from error


def _refuse_cut_off(path: Path) -> None:
    # SQLite would take it for a new database and throw away the log, perhaps the last copy.
    size = _size(path) or 0
    if size < PAGE_BYTES:
        raise DamagedError(f"{path} was cut off: it has {size} bytes", remedy=RESTORE)


def _refuse_older(connection: apsw.Connection, steps: Sequence[Migration], path: Path) -> None:
    refuse_newer(connection, steps, path=str(path))
    if version(connection) < len(steps):
        raise StorageError(
            f"{path} has version {version(connection)}, which this Ostiary has yet to bring to "
            f"{len(steps)}",
            remedy="Run any command that writes, such as `ostiary doctor`, once.",
        )


def _connect(path: Path, key: Key, flags: int, extensions: Sequence[str]) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=flags)
    try:
        connection.set_busy_timeout(BUSY_MILLISECONDS)
        _decrypt(connection, key)
        connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        _load(connection, extensions)
        connection.pragma("temp_store", "MEMORY")  # sorting must not spill bytes in the clear
        connection.pragma("cache_size", -CACHE_KIBIBYTES)
        connection.pragma("foreign_keys", True)
        connection.pragma("secure_delete", True)
        connection.pragma("synchronous", "FULL")
        if flags & _READ:
            connection.pragma("query_only", True)
        elif connection.readonly("main"):
            # SQLite goes on without a word until the first write, which may be an unlocking's.
            raise apsw.ReadOnlyError
        else:
            connection.pragma("journal_mode", "WAL")
        connection.pragma("user_version")  # the first read: a wrong key shows here
    except BaseException:
        connection.close()
        raise
    return connection


def _load(connection: apsw.Connection, extensions: Sequence[str]) -> None:
    """Load *extensions*, and nothing that SQL may ask for later."""
    for extension in extensions:
        connection.enable_load_extension(True)
        connection.load_extension(extension)
        connection.enable_load_extension(False)


def _decrypt(connection: apsw.Connection, key: Key) -> None:
    """Give *connection* the key, as raw bytes: ``raw:`` skips the derivation from a passphrase.

    :raises StorageError: if this build of SQLite would ignore it and store in the clear.
    """
    if connection.pragma("cipher", "chacha20") != "chacha20":
        raise StorageError(
            "this SQLite cannot encrypt",
            remedy="Install apsw-sqlite3mc, and remove apsw, which hides it.",
        )
    connection.pragma("key", f"raw:{key.digits}")
