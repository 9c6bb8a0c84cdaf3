"""Follows the record for one destination: what is behind its place, and how the place moves on.

What was read is read again until it is confirmed, by this process or, after its death, by the next
one: every event is told at least once, in the order of the record.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.announcing.condition import Condition, after
from edge.announcing.ledger import Ledger, Place
from edge.audit import Audit, AuditEntry
from edge.errors import AuditBrokenError

log = logging.getLogger(__name__)

PAGE = 50
"""Entries read at a time: as many are in memory, and told again after a crash."""

KEPT = timedelta(days=3)
"""What could not be told for so long is told no more: three days bridge a weekend."""

UNWRITTEN = 500
"""Entries that a place may move on in memory alone, while none of them is for its destination: a
write for each would wear out a card. After a crash they are looked through again."""

LOOKED_BACK = 5000
"""Entries from which a new destination learns how the door is, without telling them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The entries behind a place, oldest first, and how many numbers before them are gone."""

    entries: tuple[AuditEntry, ...] = ()
    gone: int = 0


class Follower:
    """One destination's way through the record; for one thread.

    A destination that has no place yet begins behind the newest entry.

    :raises AuditError: if the record cannot be read.
    :raises StorageError: if the place cannot be read or written.
    """

    def __init__(
        self,
        *,
        audit: Audit,
        ledger: Ledger,
        name: str,
        clock: Callable[[], datetime],
        first_memory: Callable[[], str] = str,
    ) -> None:
        self._audit = audit
        self._ledger = ledger
        self._name = name
        self._clock = clock
        self._seen: int | None = None
        place = ledger.place(name)
        if place is None:
            place = ledger.begin(name, cursor=audit.count, memory=first_memory())
        self._cursor = self._written = place.cursor
        self._memory = place.memory

    @property
    def place(self) -> Place:
        """The place as it is written.

        :raises StorageError: if it cannot be read.
        """
        return self._ledger.place(self._name) or Place(name=self._name, cursor=self._cursor)

    @property
    def cursor(self) -> int:
        """The number of the last entry that this destination is done with."""
        return self._cursor

    def read(self, limit: int = PAGE) -> Reading:
        """Return up to *limit* entries behind the place; costs microseconds while nothing is new.

        An entry that this program cannot read, because a newer one wrote it or a forger did, is
        passed over; the record's own check finds forgeries.

        :raises AuditError: if the record cannot be read.
        """
        version = self._audit.version
        if version == self._seen:
            return Reading()
        self._find_again()
        entries: list[AuditEntry] = []
        try:
            for entry in self._audit.entries(after=self._cursor, limit=limit):
                entries.append(entry)  # noqa: PERF402 - those before a broken one are kept
        except AuditBrokenError as error:
            if not entries:
                log.warning("entry %d is told to nobody: %s", self._cursor + 1, error)
                self.confirm(self._cursor + 1, passed_over=1)
        else:
            if not entries:
                self._seen = version
        gone = entries[0].sequence - self._cursor - 1 if entries else 0
        if gone:
            log.warning("%s: %d events were pruned before they could be told", self._name, gone)
        return Reading(tuple(entries), gone)

    def _find_again(self) -> None:
        newest = self._audit.count
        if newest < self._cursor:
            log.error(
                "%s: the record ends before entry %d, which was told; going on from its end",
                self._name,
                self._cursor,
            )
            self._cursor = newest
            self._write(delivered=0, passed_over=0)

    def stale(self, entry: AuditEntry) -> bool:
        """Tell whether *entry* happened too long ago to be told."""
        return self._clock() - entry.event.at > KEPT

    def confirm(
        self, sequence: int, *, delivered: int = 0, passed_over: int = 0, memory: str | None = None
    ) -> None:
        """Move on behind *sequence*; *memory*, if given, is kept together with the place.

        :raises StorageError: if that could not be written; the place is as it was.
        """
        changed = memory is not None and memory != self._memory
        cursor, kept = self._cursor, self._memory
        self._cursor, self._memory = sequence, kept if memory is None else memory
        if delivered or passed_over or changed or sequence - self._written >= UNWRITTEN:
            try:
                self._write(delivered=delivered, passed_over=passed_over)
            except BaseException:
                self._cursor, self._memory = cursor, kept
                raise

    def failed(self, fault: str, *, tries: int = 0, try_after: datetime | None = None) -> None:
        """Write down why the next entry is not delivered.

        :raises StorageError: if that could not be written.
        """
        self._ledger.failed(self._name, self._cursor, fault, tries=tries, try_after=try_after)
        self._written = self._cursor

    def give_up(self, sequence: int, why: str) -> None:
        """Write down that *sequence* was refused for good, and move on behind it.

        :raises StorageError: if that could not be written; the place is as it was.
        """
        self._ledger.give_up(self._name, sequence, why, now=self._clock())
        self._cursor = self._written = sequence

    def _write(self, *, delivered: int, passed_over: int) -> None:
        self._ledger.advance(
            self._name,
            self._cursor,
            now=self._clock(),
            delivered=delivered,
            passed_over=passed_over,
            memory=self._memory,
        )
        self._written = self._cursor


def looked_back(audit: Audit, *, door: str, release: timedelta) -> Condition:
    """Return how *door* is by the last entries of the record, for who begins to follow it.

    :raises AuditError: if the record cannot be read.
    """
    condition = Condition()
    try:
        for entry in audit.entries(after=max(audit.count - LOOKED_BACK, 0)):
            condition = after(condition, entry.event, door=door, release=release)
    except AuditBrokenError as error:
        log.warning("how the door is was learned from a part of the record only: %s", error)
    return condition
