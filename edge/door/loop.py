"""The watch at one door: camera, recognizer, presentation, rules, audit, lock; knows protocols.

Each turn first attends to what people ask for by the pages and show to the readers, which works
without a camera (:mod:`edge.door.hearing`), and then looks at a frame (:mod:`edge.door.facing`). The
lock is the controller's, which also watches the door's inputs, in threads of its own; if one of
those fails, the loop ends with the error.

The lock is secured first and last. An event is written to the audit before the lock is released,
so no unlock goes unrecorded; if it cannot be written, the lock is secured and the error ends the
loop, because a door that cannot account for itself must not open. Any other fault denies: the
lock is secured, the evidence is thrown away, one log line tells the remedy, and the loop goes on.

The watchdog hears of every turn that did its work, or that ended with a fault that is known and told,
such as a lost camera: a restart cures none of those, and readers and the way out go on meanwhile. Of
a turn that ended otherwise it hears nothing. So what hangs, and what fails for half a minute in a way
that nobody foresaw, is started anew.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from edge.audit import AuditEvent, EventKind
from edge.door.admission import Admission
from edge.door.facing import Facing
from edge.door.hearing import Hearing
from edge.door.hours import Hours
from edge.door.parts import Control, Heartbeat, Sign, TendedRecord
from edge.door.passages import Passages
from edge.door.remote import RemoteControl
from edge.errors import (
    AuditError,
    AuditFullError,
    CameraError,
    EndOfFootageError,
    OstiaryError,
)

log = logging.getLogger(__name__)

FAULT_PAUSE = 0.5
"""Seconds between a fault and the next try, so that a lasting fault does not burn the processor."""


class DoorLoop:
    """Runs the door named *door* until it is stopped or its footage ends."""

    def __init__(
        self,
        *,
        door: str,
        control: Control,
        audit: TendedRecord,
        watchdog: Heartbeat,
        admission: Admission,
        hours: Hours,
        passages: Passages,
        hearing: Hearing,
        facing: Facing,
        remote: RemoteControl | None = None,
        signs: Sequence[Sign] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door = door
        self._control = control
        self._audit = audit
        self._watchdog = watchdog
        self._admission = admission
        self._hours = hours
        self._passages = passages
        self._hearing = hearing
        self._facing = facing
        self._remote = remote
        self._signs = tuple(signs)
        self._clock = clock
        self._fault: str | None = None
        self._fault_kind: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Watch the door until *stop* is set or the footage ends.

        :raises AuditError: if an event could not be recorded; the lock is secured.
        :raises LockError: if the lock cannot be secured at the start or at the end, or what drives
            it has failed.
        """
        self._control.secure()
        try:
            self._record(EventKind.DOOR_STARTED)
            self._control.start()
            self._watchdog.ready()
            while not stop.is_set():
                self._control.check()
                foreseen = True
                try:
                    self._attend()
                    if self._facing.turn():
                        self._recovered()
                except EndOfFootageError:
                    break
                except AuditFullError as error:
                    # Nobody is let in; the way out and the door itself are watched all the same.
                    self._recover(error)
                    stop.wait(FAULT_PAUSE)
                except AuditError:
                    raise
                except Exception as error:  # noqa: BLE001 - whatever fails, the door stays locked
                    foreseen = isinstance(error, OstiaryError)
                    self._recover(error)
                    stop.wait(FAULT_PAUSE)
                self._show()
                if foreseen:
                    self._watchdog.alive()
            self._record(EventKind.DOOR_STOPPED)
        finally:
            self._watchdog.stopping()
            self._control.secure()

    def _attend(self) -> None:
        """Do what the time of day wants, and what is asked for by the pages and the readers."""
        now, at = self._clock(), _now()
        self._audit.tend()
        self._hours.turn(self._admission.rules(at), now=now, at=at)
        self._passages.turned(self._control.condition)
        if self._remote is not None:
            self._remote.attend(at)
        self._hearing.turn(now=now, at=at)

    def _show(self) -> None:
        for sign in self._signs:
            sign.turned(self._control.condition, fault=self._fault_kind)

    def _record(self, kind: EventKind, detail: str = "") -> None:
        self._audit.append(AuditEvent(kind=kind, at=_now(), door=self._door, detail=detail))

    def _recover(self, error: Exception) -> None:
        self._facing.forget()
        self._admission.forget()
        if self._fault is None or not isinstance(error, CameraError):
            # Losing the camera ends a release. While it is lost no face can begin one, so what is
            # released then was asked for by a person, and keeps its time. The way out stays free.
            self._control.withdraw()
        told = f"{type(error).__name__}: {error}"
        if told == self._fault:
            return
        self._fault = told
        self._fault_kind = type(error).__name__
        if isinstance(error, CameraError):
            # The camera logs its own losses, once each.
            return
        if isinstance(error, OstiaryError):
            log.error("the door stays locked: %s", error)
        else:
            log.error("the door stays locked; this is a fault in Ostiary.", exc_info=error)
        self._record(EventKind.FAULT, type(error).__name__)

    def _recovered(self) -> None:
        if self._fault is not None:
            log.warning("the door works again")
            self._fault = self._fault_kind = None


def _now() -> datetime:
    return datetime.now(UTC)
