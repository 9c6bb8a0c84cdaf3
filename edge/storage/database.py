"""One connection to a database: statements, transactions, and what a door may ask of the file."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

import apsw

from edge.errors import DamagedError, StorageError
from edge.storage.faults import RESTORE, translated

Row: TypeAlias = tuple[Any, ...]
Parameters: TypeAlias = Sequence[Any] | dict[str, Any]

_UNDO_ALL = ("ROLLBACK",)
_UNDO_INNER = ("ROLLBACK TO inner", "RELEASE inner")


class Database:
    """One connection; threads may share it, and wait for each other's transactions."""

    def __init__(self, connection: apsw.Connection, path: Path) -> None:
        self._connection = connection
        self._turn = threading.RLock()
        self._depth = 0
        self._truncate_then = False
        self.path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back; may be called twice."""
        with self._turn, translated(self.path):
            self._connection.close()

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Run *sql* and return how many rows it changed.

        :raises ConstraintError: if a row breaks a rule of the schema.
        :raises StorageError: if the database cannot be read or written.
        """
        with self._turn, translated(self.path):
            before = self._connection.total_changes()
            self._connection.execute(sql, parameters).fetchall()
            return self._connection.total_changes() - before

    def execute_many(self, sql: str, parameters: Iterable[Parameters]) -> None:
        """Run *sql* once for each of *parameters*; raises as :meth:`execute` does."""
        with self._turn, translated(self.path):
            self._connection.executemany(sql, parameters).fetchall()

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows that *sql* gives; raises as :meth:`execute` does."""
        with self._turn, translated(self.path):
            return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """Return the first row that *sql* gives, or None; raises as :meth:`execute` does."""
        found = self.rows(sql, parameters)
        return found[0] if found else None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything inside together, or, after any exception, nothing of it.

        Inside another transaction this is a savepoint: an exception that is caught between the
        two undoes the inner part alone.

        :raises StorageError: if the commit fails; nothing was written then.
        """
        yield from self._between("BEGIN IMMEDIATE")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Show everything read inside as it is at one moment, whatever others commit meanwhile."""
        yield from self._between("BEGIN")

    def _between(self, begin: str) -> Iterator[None]:
        with self._turn:
            inner = self._depth > 0
            self.execute("SAVEPOINT inner" if inner else begin)
            self._depth += 1
            try:
                yield
                self.execute("RELEASE inner" if inner else "COMMIT")
                if not inner and self._truncate_then:
                    self._truncate_log()
            except BaseException:
                # After a full or failing disk, SQLite has rolled back by itself.
                if self._connection.in_transaction:
                    for statement in _UNDO_INNER if inner else _UNDO_ALL:
                        self.execute(statement)
                raise
            finally:
                self._depth -= 1
                self._truncate_then = self._truncate_then and inner

    def data_version(self) -> int:
        """Return a number that changes whenever another connection has committed."""
        with self._turn, translated(self.path):
            return int(self._connection.pragma("data_version"))

    def truncate_log(self) -> None:
        """Move the log's pages into the file and cut the log to nothing.

        Until then, deleted bytes are still in the log. Inside a transaction it is done right after
        the commit.

        :raises StorageError: if another process reads an old state for too long.
        """
        with self._turn:
            if self._depth > 0:
                self._truncate_then = True
            else:
                self._truncate_log()

    def _truncate_log(self) -> None:
        with self._turn, translated(self.path):
            busy, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
        if busy:
            raise StorageError(
                f"{self.path}: deleted bytes are still in the log, which another process is reading",
                remedy="They go with the next deletion, or when all programs have stopped.",
            )

    def copy_to(self, path: Path) -> None:
        """Write a copy, as everything is at this moment, to the new file *path*.

        It is encrypted with the same key, and holds no deleted bytes.

        :raises StorageError: if *path* exists or cannot be written.
        """
        self.execute("VACUUM INTO ?", (str(path),))

    def check_integrity(self) -> None:
        """Read every page and check every rule of the schema.

        :raises DamagedError: with what was found first, if anything is wrong.
        :raises StorageError: if the database cannot be read.
        """
        findings = [text for (text,) in self.rows("PRAGMA integrity_check(1)") if text != "ok"]
        findings += [
            f"{table}: a row refers to a row of {parent} that does not exist"
            for table, _, parent, _ in self.rows("PRAGMA foreign_key_check")
        ]
        if findings:
            raise DamagedError(f"{self.path} is damaged: {findings[0]}", remedy=RESTORE)

    def check_pages(self) -> None:
        """Read every page; what indexes say is not compared with the rows, which takes far longer.

        Each page is authenticated, so a byte that changed anywhere shows.

        :raises DamagedError: with what was found first, if anything is wrong.
        :raises StorageError: if the database cannot be read.
        """
        findings = [text for (text,) in self.rows("PRAGMA quick_check(1)") if text != "ok"]
        if findings:
            raise DamagedError(f"{self.path} is damaged: {findings[0]}", remedy=RESTORE)

    def frames_in_log(self) -> int:
        """Return how many pages of the log SQLite takes for committed; nothing is moved.

        :raises StorageError: if the database cannot be read.
        """
        found = self.row("PRAGMA wal_checkpoint(NOOP)")
        return max(0, found[1]) if found else 0
