"""The audit on disk: an encrypted file of its own that several processes append to.

Its own file, so that nothing done to the people can touch it, and so that it can be kept under
other rights and for another time than they are.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from edge.audit.chain import AuditEntry, Verified
from edge.audit.clock import SETTLED, ClockTrust, ClockWatch, clock_trust, has_leapt
from edge.audit.events import AuditEvent, EventKind
from edge.audit.faults import as_audit_error
from edge.audit.pruning import Pruned, Pruner
from edge.audit.reserve import Reserve
from edge.audit.rows import Rows
from edge.audit.sealer import Sealer
from edge.audit.search import EventSearch, Wanted
from edge.audit.subjects import Known, Subjects
from edge.audit.verifying import verify_rows
from edge.audit.writing import Writer
from edge.errors import AuditError, AuditFullError, ClockError, DiskFullError
from edge.storage.database import Database
from edge.storage.key import Key
from edge.storage.sqlite import open_database
from edge.storage.times import from_text_or_none, to_text

log = logging.getLogger(__name__)

TEND_SECONDS = 30.0
"""Between two looks at what is due, however often :meth:`Audit.tend` is called."""

FULL = "THE DISK IS FULL: the record goes on in the space kept for it; free space"


class Audit:
    """The audit in one file; threads and processes may share it.

    *sealer* signs checkpoints, *watch* looks for jumps of the clock, *reserve* is the space for a
    full disk; each may be left out.

    :raises StorageError: if the file cannot be opened; see :func:`open_database`.
    """

    def __init__(
        self,
        path: Path,
        key: Key,
        *,
        read_only: bool = False,
        sealer: Sealer | None = None,
        watch: ClockWatch | None = None,
        reserve: Reserve | None = None,
    ) -> None:
        self._reserve = None if read_only else reserve
        self._database = self._opened(path, key, read_only=read_only)
        self._rows = Rows(self._database)
        self._subjects = Subjects(self._database)
        self._writer = Writer(self._database, sealer=None if read_only else sealer, watch=watch)
        self._lacking = self._unsigned = False
        self._tend_at = 0.0

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
        """Sign what this process appended last, and give the file back; may be called twice."""
        if self._writer.appended:
            self._writer.appended = False
            try:
                self.seal()
            except AuditError as error:
                log.warning("the last events are not signed yet: %s", error)
        self._database.close()

    @property
    def search(self) -> EventSearch:
        """What looks for events."""
        return EventSearch(self._database)

    @property
    def rows(self) -> Rows:
        """Entries and checkpoints as they are stored."""
        return self._rows

    @property
    def count(self) -> int:
        """The number of the newest event: how many were ever recorded.

        :raises AuditError: if the file cannot be read.
        """
        with as_audit_error("cannot be read"):
            return self._rows.head()[0]

    @property
    def version(self) -> int:
        """A number that changes when another connection has recorded something; cheap to ask.

        :raises AuditError: if the file cannot be read.
        """
        with as_audit_error("cannot be read"):
            return self._database.data_version()

    def append(self, event: AuditEvent) -> AuditEntry:
        """Record *event*; on return it is on the disk.

        :raises AuditFullError: if the disk is full, and the reserve used up.
        :raises AuditError: if it could not be recorded: read-only file, broken chain, no event.
        """
        if self._reserve is None:
            return self._append(event)
        try:
            return self._append(event)
        except AuditFullError:
            released = self._reserve.release()
            # Tried again in any case: another process may have given the space back.
            entry = self._append(event)
        if released:
            log.error(FULL)
            self._append(
                AuditEvent(EventKind.FAULT, event.at, door=event.door, detail="disk full, reserve")
            )
        return entry

    def append_all(self, events: Iterable[AuditEvent]) -> None:
        """Record *events* together, all or none, without the reserve; raises as :meth:`append`."""
        with as_audit_error("cannot be written"), self._database.transaction():
            for event in events:
                self._append(event)

    def entries(self, *, after: int = 0, limit: int | None = None) -> Iterator[AuditEntry]:
        """Yield up to *limit* entries, oldest first, those behind number *after*.

        :raises AuditError: if the file cannot be read.
        :raises AuditBrokenError: if an entry is no event.
        """
        return self._rows.entries(after=after, limit=limit)

    def seal(self) -> bool:
        """Sign the chain as it is now, unless its end is signed already; tell whether it was done.

        :raises AuditError: if it cannot be written.
        """
        with as_audit_error("cannot be written"):
            return self._writer.seal(only_if_due=False)

    def tend(self) -> None:
        """Sign what is due, and put the reserve aside again where there is space.

        Cheap, for a loop to call at every turn. A fault is logged, since nothing is lost by it.
        """
        if time.monotonic() < self._tend_at:
            return
        self._tend_at = time.monotonic() + TEND_SECONDS
        try:
            with as_audit_error("cannot be written"):
                self._writer.seal(only_if_due=True)
        except AuditError as error:
            if not self._unsigned:
                log.warning("the record is not signed: %s", error)
            self._unsigned = True
        else:
            if self._unsigned:
                log.warning("the record is signed again")
            self._unsigned = False
        if self._reserve is not None:
            lacking = not self._reserve.fill()
            if lacking and not self._lacking:
                log.warning("no space can be put aside for the record: the disk is almost full")
            self._lacking = lacking

    def erase_person(self, person_id: str, event: AuditEvent) -> AuditEntry:
        """Record *event*, which does not name her, and make all events about her unreadable.

        Both or neither. Call :meth:`wipe` after it: until then her key is still in the log.

        :raises AuditError: as :meth:`append` does.
        """
        with as_audit_error("cannot be written"), self._database.transaction():
            self._subjects.forget(person_id)
            return self._append(event)

    def forget(self, person_id: str) -> int:
        """Make all events about a person unreadable, recording nothing; return how many there were.

        :raises AuditError: if it cannot be written.
        """
        with as_audit_error("cannot be written"), self._database.transaction():
            return self._subjects.forget(person_id)

    def forget_text(self, sequence: int, event: AuditEvent) -> None:
        """Make the text of an entry unreadable that is about nobody enrolled, and record *event*.

        :raises NotFoundError: if there is no such text.
        :raises AuditError: if it cannot be written.
        """
        with as_audit_error("cannot be written"), self._database.transaction():
            self._subjects.forget_text(sequence)
            self._append(event)
        self.wipe()

    def people(self) -> tuple[str, ...]:
        """Return the ids of all people whose events can be read.

        :raises AuditError: if the file cannot be read.
        """
        with as_audit_error("cannot be read"):
            return self._subjects.people()

    def known(self) -> dict[str, Known]:
        """Return by what the record knows the people whose events can be read, by their ids.

        :raises AuditError: if the file cannot be read.
        """
        with as_audit_error("cannot be read"):
            return self._subjects.known()

    def wipe(self) -> None:
        """Overwrite what was deleted, in the log too.

        :raises AuditError: if another process reads an old state for too long.
        """
        with as_audit_error("is not wiped yet"):
            self._database.truncate_log()

    def prune(self, before: datetime, *, now: datetime, actor: str) -> Pruned:
        """Remove the events before the aware time *before*, up to a checkpoint, and record it.

        A lockdown that has not ended is kept, and what follows it: a door asks for it at its start.

        :raises AuditError: if it cannot be written, or not be wiped from the log yet.
        """
        pruner = Pruner(self._database)
        with as_audit_error("cannot be pruned"):
            with self._database.transaction():
                pruned = pruner.move_root(min(before, now, *self._lockdowns()))
                if pruned.entries:
                    told = f"entries {pruned.first} to {pruned.last}, by {actor}"
                    self._append(AuditEvent(EventKind.AUDIT_PRUNED, now, detail=told))
                    self._writer.seal(only_if_due=False)
            if pruner.sweep():
                self._database.truncate_log()
        return pruned

    def _lockdowns(self) -> Iterator[datetime]:
        """Give when each lockdown began that goes on."""
        kinds = (EventKind.LOCKDOWN_BEGAN, EventKind.LOCKDOWN_ENDED)
        told: set[str | None] = set()
        for entry in self.search.newest(Wanted(kinds=kinds), limit=1000):
            event = entry.event
            if event.door not in told and event.kind is EventKind.LOCKDOWN_BEGAN:
                yield event.at
            told.add(event.door)

    def clock_trust(self, now: datetime | None = None) -> ClockTrust:
        """Return what the clock is worth, held against the latest event; *now* is aware.

        :raises AuditError: if the file cannot be read.
        """
        with as_audit_error("cannot be read"):
            return clock_trust(now or datetime.now(UTC), last=self._writer.latest_at())

    def refuse_leap(self, now: datetime) -> None:
        """Refuse to let anything be removed because of its date, if the clock may be far ahead.

        :raises ClockError: if it went forward by more than a month of late.
        :raises AuditError: if the file cannot be read.
        """
        with as_audit_error("cannot be read"):
            first, before = self._rows.beginning(to_text(now - SETTLED), to_text(now))
        # A clock that is behind removes too little, which does no harm.
        if has_leapt(now, first=from_text_or_none(first), before=from_text_or_none(before)):
            raise ClockError(
                f"the clock says {now:%F}, and may be wrong: nothing is removed by its date",
                remedy=f"If it is right, wait for {SETTLED.days} days, or use --believe-clock. Else "
                "set it: `timedatectl`.",
            )

    def verify(self) -> Verified:
        """Follow the whole chain and its checkpoints, as they are at this moment.

        :raises AuditBrokenError: naming the first entry that is missing, changed or too many.
        :raises AuditError: if the file cannot be read.
        """
        with as_audit_error("cannot be read"), self._database.snapshot():
            return verify_rows(self._rows)

    def copy_to(self, path: Path) -> None:
        """Write a copy, as the audit is at this moment, to the new file *path*.

        :raises AuditError: if *path* exists or cannot be written.
        """
        with as_audit_error("cannot be copied"):
            self._database.copy_to(path)

    def _opened(self, path: Path, key: Key, *, read_only: bool) -> Database:
        """Open the file; where the disk is too full even for that, in the space kept for it."""
        try:
            return open_database(path, key, migrations="edge.audit", read_only=read_only)
        except DiskFullError:
            if self._reserve is None or not self._reserve.release():
                raise
        log.error(FULL)
        return open_database(path, key, migrations="edge.audit", read_only=read_only)

    def _append(self, event: AuditEvent) -> AuditEntry:
        with as_audit_error("cannot be written"):
            return self._writer.append(event)
