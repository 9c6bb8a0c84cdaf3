"""How an event gets into the chain: encrypted where it is personal, behind a jump of the clock, signed."""

from __future__ import annotations

from datetime import datetime

from edge.audit.chain import AuditEntry, Link, hash_of
from edge.audit.checkpoint_rows import Checkpoints
from edge.audit.clock import ClockWatch
from edge.audit.events import AuditEvent, EventKind, to_body
from edge.audit.private import is_private, to_private_body
from edge.audit.rows import Rows
from edge.audit.sealer import Sealer
from edge.audit.subjects import Subjects
from edge.errors import AuditBrokenError
from edge.storage.database import Database
from edge.storage.times import from_text


class Writer:
    """Writes to the database of one audit; *sealer* and *watch* may be missing."""

    def __init__(
        self, database: Database, *, sealer: Sealer | None, watch: ClockWatch | None
    ) -> None:
        self._database = database
        self._rows = Rows(database)
        self._subjects = Subjects(database)
        self._checkpoints = Checkpoints(database)
        self._sealer = sealer
        self._watch = watch
        self._known = (self._rows.stored_head() or (0,))[0]
        self.appended = False
        """Whether this process wrote anything since it was last told that it did."""

    def append(self, event: AuditEvent) -> AuditEntry:
        """Store *event* behind the head, all that belongs to it in one transaction.

        :raises AuditError: if it is no event, or the head is missing.
        :raises StorageError: if it cannot be written.
        """
        with self._database.transaction():
            reading = None
            if self._watch is not None:
                reading, jump = self._watch.look(self.newest_at)
                # Another process that noticed first has recorded it.
                if jump is not None and not self._rows.any_since(
                    self._known, EventKind.CLOCK_CHANGED
                ):
                    self._put(AuditEvent(EventKind.CLOCK_CHANGED, jump.after, detail=jump.words))
            entry = self._put(event)
            self.seal(only_if_due=True)
        if self._watch is not None and reading is not None:
            self._watch.accept(reading)
        self.appended = True
        self._known = entry.sequence
        return entry

    def seal(self, *, only_if_due: bool) -> bool:
        """Add a checkpoint for the head, unless it has one; tell whether it was done.

        In a transaction, which keeps two processes from signing the same.
        """
        with self._database.transaction():
            sealer, newest, head = self._sealer, self._checkpoints.newest(), self._rows.head()
            if sealer is None or head[0] == (0 if newest is None else newest.sequence):
                return False
            if only_if_due and not sealer.due(newest, head[0]):
                return False
            key = sealer.key
            if key is None:
                return False
            if newest is None or newest.key != key.public.digits:
                told = f"from here on by the key {key.public.fingerprint}"
                self._put(AuditEvent(EventKind.CHECKPOINT, sealer.now(), detail=told))
                head = self._rows.head()
            number = 1 if newest is None else newest.number + 1
            self._checkpoints.add(number, sealer.sign(key, newest, head))
        return True

    def newest_at(self) -> datetime | None:
        """Return the time of the newest event, if there is one.

        :raises AuditBrokenError: if it cannot be read.
        """
        return self._time(self._rows.newest_at())

    def latest_at(self) -> datetime | None:
        """Return the latest time of any event: not the newest's, after the clock was set back.

        :raises AuditBrokenError: if it cannot be read.
        """
        return self._time(self._rows.latest_at())

    def _time(self, at: str | None) -> datetime | None:
        try:
            return None if at is None else from_text(at)
        except ValueError as error:
            raise AuditBrokenError(
                "the audit is broken: an entry has no time",
                remedy="Run `ostiary audit verify`.",
            ) from error

    def _put(self, event: AuditEvent) -> AuditEntry:
        subject = None
        if is_private(event):
            subject, key = self._subjects.key_for(event.person_id)
            body = to_private_body(event, key)
        else:
            body = to_body(event)
        last, previous = self._rows.head()
        entry = AuditEntry(last + 1, event, hash_of(previous, body))
        self._rows.add(Link(entry.sequence, previous, body, entry.hash))
        if subject is not None:
            self._subjects.mention(entry.sequence, subject)
        return entry
