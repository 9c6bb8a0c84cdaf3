"""The audit on disk: an encrypted file of its own that several processes append to.

Its own file, so that nothing done to the people can touch it, and so that it can be kept under
other rights and for another time than they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from edge.audit.chain import AuditEntry, Link, Verified, hash_of, verify_chain
from edge.audit.events import AuditEvent, to_body
from edge.audit.faults import as_audit_error
from edge.audit.search import EventSearch, entry_of
from edge.errors import AuditBrokenError
from edge.storage.key import Key
from edge.storage.sqlite import open_database

PAGE = 1000
"""Entries read at a time, so that verifying ten years takes no memory."""

_BEFORE_ALL = -(2**63)
"""Less than every number a forged entry could have."""


class Audit:
    """The audit in one file; threads and processes may share it.

    :raises StorageError: if the file cannot be opened; see :func:`open_database`.
    """

    def __init__(self, path: Path, key: Key, *, read_only: bool = False) -> None:
        self._database = open_database(path, key, migrations="edge.audit", read_only=read_only)

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
        self._database.close()

    @property
    def search(self) -> EventSearch:
        """What looks for events."""
        return EventSearch(self._database)

    @property
    def count(self) -> int:
        """How many events are recorded.

        :raises AuditError: if the file cannot be read.
        """
        with as_audit_error("cannot be read"):
            return self._head()[0]

    @property
    def version(self) -> int:
        """A number that changes when another connection has recorded something; cheap to ask.

        :raises AuditError: if the file cannot be read.
        """
        with as_audit_error("cannot be read"):
            return self._database.data_version()

    def append(self, event: AuditEvent) -> AuditEntry:
        """Record *event*; on return it is on the disk.

        :raises AuditError: if it could not be recorded: full disk, read-only file, broken chain.
        """
        body = to_body(event)
        with as_audit_error("cannot be written"), self._database.transaction():
            last, previous = self._head()
            entry = AuditEntry(last + 1, event, hash_of(previous, body))
            self._database.execute(
                "INSERT INTO entries (sequence, previous, body, hash) VALUES (?, ?, ?, ?)",
                (entry.sequence, previous, body, entry.hash),
            )
            self._database.execute(
                "UPDATE head SET sequence = ?, hash = ?", (entry.sequence, entry.hash)
            )
        return entry

    def entries(self, *, after: int = 0, limit: int | None = None) -> Iterator[AuditEntry]:
        """Yield up to *limit* entries, oldest first, those behind number *after*.

        :raises AuditError: if the file cannot be read.
        :raises AuditBrokenError: if an entry is no event.
        """
        for count, link in enumerate(self._links(after)):
            if count == limit:
                return
            yield entry_of(link.sequence, link.body, link.hash)

    def verify(self) -> Verified:
        """Follow the whole chain, as it is at this moment.

        :raises AuditBrokenError: naming the first entry that is missing, changed or too many.
        :raises AuditError: if the file cannot be read.
        """
        with as_audit_error("cannot be read"), self._database.snapshot():
            row = self._database.row("SELECT sequence, hash FROM head")
            return verify_chain(
                self._links(_BEFORE_ALL), head=None if row is None else (row[0], row[1])
            )

    def copy_to(self, path: Path) -> None:
        """Write a copy, as the audit is at this moment, to the new file *path*.

        :raises AuditError: if *path* exists or cannot be written.
        """
        with as_audit_error("cannot be copied"):
            self._database.copy_to(path)

    def _head(self) -> tuple[int, str]:
        row = self._database.row("SELECT sequence, hash FROM head")
        if row is None:
            raise AuditBrokenError(
                "the audit's head is missing", remedy="Run `ostiary audit verify`."
            )
        return row[0], row[1]

    def _links(self, after: int) -> Iterator[Link]:
        while True:
            with as_audit_error("cannot be read"):
                rows = self._database.rows(
                    "SELECT sequence, previous, body, hash FROM entries"
                    " WHERE sequence > ? ORDER BY sequence LIMIT ?",
                    (after, PAGE),
                )
            if not rows:
                return
            yield from (Link(*row) for row in rows)
            after = rows[-1][0]
