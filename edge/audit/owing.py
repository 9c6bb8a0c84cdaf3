"""The record as a door keeps it: on a full disk nobody is let in, and the door itself goes on.

If the program ended, nobody would watch the exit button, the fire alarm or the door either. So what
lets somebody in is refused, and what merely happened is kept in memory until it can be written.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from datetime import UTC, datetime

from edge.audit.chain import AuditEntry
from edge.audit.events import AuditEvent, EventKind
from edge.audit.log import Audit
from edge.errors import AuditFullError

log = logging.getLogger(__name__)

MOST = 10_000
"""Events kept in memory, a few megabytes: a day of a busy door. Later ones are only counted."""

NOT_WRITTEN = 0
"""The number of an entry that is owed."""

LETTING_IN = frozenset(
    {EventKind.OFFICE_MODE_BEGAN, EventKind.UNLOCK_SCHEDULE_BEGAN, EventKind.DURESS}
)
"""Beside every event whose outcome is a grant: kinds after which the door may be passed."""


def lets_in(event: AuditEvent) -> bool:
    """Tell whether somebody gets in by what *event* records."""
    return event.outcome == "grant" or event.kind in LETTING_IN


class OwingRecord:
    """Appends to *audit*; threads may share it."""

    def __init__(self, audit: Audit, *, most: int = MOST) -> None:
        self._audit = audit
        self._most = most
        self._turn = threading.Lock()
        self._owed: deque[AuditEvent] = deque()
        self._late = self._lost = 0

    @property
    def full(self) -> bool:
        """Whether events wait for space on the disk."""
        return bool(self._owed)

    @property
    def owed(self) -> int:
        """How many events wait for space on the disk."""
        return len(self._owed)

    @property
    def lost(self) -> int:
        """How many more there are for which no memory was left, until the others are written."""
        return self._lost

    def append(self, event: AuditEvent) -> AuditEntry:
        """Record *event*; on a full disk keep it until there is space, its entry's number 0.

        :raises AuditFullError: on a full disk, if somebody would get in by it. It is not kept.
        :raises AuditError: as :meth:`edge.audit.Audit.append` does otherwise.
        """
        with self._turn:
            try:
                self._pay()
                return self._audit.append(event)
            except AuditFullError as error:
                if lets_in(event):
                    raise
                self._owe(event, error)
                return AuditEntry(NOT_WRITTEN, event, "")

    def tend(self) -> None:
        """Write what is owed, if there is space again, and do as :meth:`edge.audit.Audit.tend`.

        :raises AuditError: if what is owed cannot be written for another reason.
        """
        with self._turn:
            try:
                self._pay()
            except AuditFullError:
                return  # it was said when it began
        self._audit.tend()

    def _owe(self, event: AuditEvent, error: AuditFullError) -> None:
        if not self._owed:
            log.error("NOBODY IS LET IN until there is space on the disk: %s", error)
        if len(self._owed) < self._most:
            self._owed.append(event)
        else:
            self._lost += 1

    def _pay(self) -> None:
        """Write what is owed, oldest first; what cannot be written is owed on."""
        if not self._owed:
            return
        while self._owed:
            self._audit.append(self._owed[0])
            self._owed.popleft()
            self._late += 1
        told = f"disk was full: {self._late} events written late, {self._lost} lost"
        self._late = self._lost = 0
        self._audit.append(AuditEvent(EventKind.FAULT, datetime.now(UTC), detail=told))
        log.warning("there is space on the disk again; %s", told)
