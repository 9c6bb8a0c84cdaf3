"""Writes down what happens to the door, in its order, so that no button waits for a slow disk.

What belongs to a way out is owed: people were let out already, and it is written when the audit
can be written again. Anything else that cannot be recorded ends the door.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from edge.audit import AuditEvent
from edge.door.parts import Record
from edge.errors import AuditError, AuditFullError

log = logging.getLogger(__name__)

RETRY_SECONDS = 2.0
"""Pause before an event that is owed is tried again."""


class Clerk:
    """Appends to *audit* in the thread that calls :meth:`work`.

    *written* is told there the number of each event that is on the disk.
    """

    def __init__(self, audit: Record, *, written: Callable[[int], None]) -> None:
        self._audit = audit
        self._written = written
        self._changed = threading.Condition()
        self._waiting: deque[tuple[AuditEvent, bool]] = deque()
        self._count = 0
        self._ends = self._owing = False

    @property
    def waiting(self) -> int:
        """How many events are not written yet."""
        return len(self._waiting)

    def note(self, event: AuditEvent, *, owed: bool = False) -> int:
        """Have *event* written after all others; return its number, counted from one."""
        with self._changed:
            self._waiting.append((event, owed))
            self._count += 1
            self._changed.notify_all()
            return self._count

    def end(self) -> None:
        """Let :meth:`work` write what is waiting, and return."""
        with self._changed:
            self._ends = True
            self._changed.notify_all()

    def close(self) -> None:
        """Say what could not be written, once :meth:`work` has returned."""
        if self._waiting:
            log.error("%d events of the door could not be recorded", len(self._waiting))

    def work(self) -> None:
        """Write until :meth:`end`.

        :raises AuditError: if what is not owed could not be recorded.
        """
        while (event := self._next()) is not None:
            try:
                self._audit.append(event)
            except AuditFullError as error:
                # What waits for its record waits on: nothing stands unlocked on a full disk.
                self._owe(error)
                continue
            except AuditError as error:
                if not self._only_owed():
                    raise
                self._owe(error)
                continue
            self._owing = False
            with self._changed:
                self._waiting.popleft()
                number = self._count - len(self._waiting)
            self._written(number)

    def _next(self) -> AuditEvent | None:
        """Return the oldest event, still waiting, as soon as there is one; None at the end."""
        with self._changed:
            while not self._waiting and not self._ends:
                self._changed.wait()
            return self._waiting[0][0] if self._waiting else None

    def _owe(self, error: AuditError) -> None:
        """Say once that the audit is behind, and wait before it is tried again."""
        if not self._owing:
            log.error("people are let out although it cannot be recorded: %s", error)
        self._owing = True
        self._pause()

    def _only_owed(self) -> bool:
        with self._changed:
            return not self._ends and all(owed for _, owed in self._waiting)

    def _pause(self) -> None:
        with self._changed:
            before = self._count
            self._changed.wait_for(lambda: self._ends or self._count != before, RETRY_SECONDS)
