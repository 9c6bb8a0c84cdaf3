"""Entries as they are stored, read page by page, so that ten years take no memory."""

from __future__ import annotations

from collections.abc import Iterator

from edge.audit.chain import AuditEntry, Link
from edge.audit.checkpoint_rows import Checkpoints
from edge.audit.events import EventKind
from edge.audit.faults import as_audit_error
from edge.audit.search import KEPT, KEY, entry_of
from edge.errors import AuditBrokenError
from edge.storage.database import Database

PAGE = 1000
"""Entries read at a time."""

BEFORE_ALL = -(2**63)
"""Less than every number a forged entry could have."""


class Rows:
    """The entries in the database of one audit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def checkpoints(self) -> Checkpoints:
        """The checkpoints beside them."""
        return Checkpoints(self._database)

    def stored_head(self) -> tuple[int, str] | None:
        """Return number and hash of the newest entry as recorded beside the chain, if at all."""
        row = self._database.row("SELECT sequence, hash FROM head")
        return None if row is None else (row[0], row[1])

    def head(self) -> tuple[int, str]:
        """Return number and hash of the newest entry.

        :raises AuditBrokenError: if they are missing.
        """
        found = self.stored_head()
        if found is None:
            raise AuditBrokenError(
                "the audit's head is missing", remedy="Run `ostiary audit verify`."
            )
        return found

    def root(self) -> tuple[int, str]:
        """Return number and hash of the last entry that was removed; (0, zeros) for none.

        :raises AuditBrokenError: if they are missing.
        """
        row = self._database.row("SELECT sequence, hash FROM root")
        if row is None:
            raise AuditBrokenError("the audit's root is missing")
        return row[0], row[1]

    def newest_at(self) -> str | None:
        """Return the time of the newest entry as it is stored, if there is one."""
        row = self._database.row("SELECT at FROM entries ORDER BY sequence DESC LIMIT 1")
        return None if row is None else row[0]

    def latest_at(self) -> str | None:
        """Return the latest time of any entry as it is stored, if there is one."""
        row = self._database.row("SELECT max(at) FROM entries")
        return None if row is None else row[0]

    def beginning(self, since: str, until: str) -> tuple[str | None, str | None]:
        """Return when the first event between *since* and *until* was, and the one before it.

        Times as they are stored; without a first, the other is the last event of all. An event that
        was recorded later than *until* by a wrong clock counts for neither.
        """
        row = self._database.row(
            "SELECT min(sequence) FROM entries WHERE at > ? AND at <= ?", (since, until)
        )
        first = None if row is None else row[0]
        before = self._database.row(
            "SELECT at FROM entries WHERE sequence < ifnull(?, sequence + 1) AND at <= ?"
            " ORDER BY sequence DESC LIMIT 1",
            (first, until),
        )
        at = self._database.row("SELECT at FROM entries WHERE sequence = ?", (first,))
        return None if at is None else at[0], None if before is None else before[0]

    def any_since(self, sequence: int, kind: EventKind) -> bool:
        """Tell whether there is an entry of *kind* behind *sequence*."""
        return (
            self._database.row(
                "SELECT 1 FROM entries WHERE kind = ? AND sequence > ?", (kind, sequence)
            )
            is not None
        )

    def add(self, link: Link) -> None:
        """Store *link* and make it the head."""
        self._database.execute(
            "INSERT INTO entries (sequence, previous, body, hash) VALUES (?, ?, ?, ?)",
            (link.sequence, link.previous, link.body, link.hash),
        )
        self._database.execute("UPDATE head SET sequence = ?, hash = ?", (link.sequence, link.hash))

    def entries(self, *, after: int, limit: int | None = None) -> Iterator[AuditEntry]:
        """Yield up to *limit* entries behind number *after*; see :meth:`edge.audit.Audit.entries`."""
        left = limit
        while left is None or left > 0:
            with as_audit_error("cannot be read"):
                rows = self._database.rows(
                    f"SELECT sequence, body, hash, {KEY} FROM entries"  # noqa: S608 - fixed words
                    f" WHERE sequence > ? AND {KEPT} ORDER BY sequence LIMIT ?",
                    (after, PAGE if left is None else min(left, PAGE)),
                )
            if not rows:
                return
            for row in rows:
                yield entry_of(*row)
            after = rows[-1][0]
            left = None if left is None else left - len(rows)

    def links(self, *, after: int) -> Iterator[tuple[Link, bytes | None]]:
        """Yield the entries behind number *after* as they are stored, each with its person's key."""
        while True:
            with as_audit_error("cannot be read"):
                rows = self._database.rows(
                    f"SELECT sequence, previous, body, hash, {KEY} FROM entries"  # noqa: S608 - fixed words
                    " WHERE sequence > ? ORDER BY sequence LIMIT ?",
                    (after, PAGE),
                )
            if not rows:
                return
            yield from ((Link(*row[:4]), row[4]) for row in rows)
            after = rows[-1][0]
