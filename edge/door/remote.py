"""The door on request: whoever may asks by the pages; the door checks, records, and obeys or not.

A request is refused when it is stale (its sender has long turned away) or names another door; one
to unlock also while the door is released for somebody, and, like office mode, in lockdown. Granted
or refused, it is in the audit before anything moves.

A desk that cannot be read neither opens nor stops the door: it is left alone for a while, then
tried again. An audit that cannot be written ends the loop, as for faces.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from edge.audit import AuditEvent, EventKind
from edge.desk import Answer, Command, DoorRequest
from edge.door.parts import Control, Record, Requests
from edge.errors import LockError, StorageError

log = logging.getLogger(__name__)

FRESH = timedelta(seconds=10)
"""Who asked longer ago may not be looking at the door any more."""

AHEAD = timedelta(seconds=1)
"""How far the clock may have been set back between asking and answering."""

RETRY_SECONDS = 2.0
"""Pause after a fault of the desk: what a broken file costs must not slow down the door."""


class RemoteControl:
    """Answers the requests for one door."""

    def __init__(
        self,
        *,
        requests: Requests,
        door: str,
        control: Control,
        audit: Record,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._requests = requests
        self._door = door
        self._control = control
        self._audit = audit
        self._clock = clock
        self._owed: list[tuple[str, Answer]] = []
        self._broken = False
        self._retry_at = float("-inf")

    def attend(self, now: datetime) -> None:
        """Answer every request that has come.

        :raises AuditError: if one could not be recorded; it is not obeyed then.
        :raises LockError: if the lock did not obey; the request is answered as refused.
        """
        if self._clock() < self._retry_at:
            return
        try:
            self._pay()
            requests = self._requests.take()
        except StorageError as error:
            self._give_up(error)
            return
        if self._broken:
            self._broken = False
            log.warning("requests from the pages are answered again")
        for request in requests:
            self._attend_to(request, now)

    def _attend_to(self, request: DoorRequest, now: datetime) -> None:
        answer = self._judged(request, now)
        self._record(request, now, answer)
        if answer is Answer.REQUESTED:
            try:
                if not self._control.grant():
                    # Another release began between judging and here: the record must say so.
                    answer = Answer(self._control.refusal or Answer.BUSY)
                    self._record(request, now, answer)
            except LockError:
                self._record(request, now, Answer.LOCK_FAULT)
                self._answer(request, Answer.LOCK_FAULT)
                raise
        elif answer is Answer.DONE:
            self._obey(request)
        self._answer(request, answer)

    def _obey(self, request: DoorRequest) -> None:
        detail = f"{request.actor}: {request.reason}"
        if request.command in (Command.BEGIN_LOCKDOWN, Command.END_LOCKDOWN):
            active = request.command is Command.BEGIN_LOCKDOWN
            self._control.lockdown(active=active, detail=detail)
        else:
            active = request.command is Command.BEGIN_OFFICE_MODE
            self._control.office_mode(active=active, detail=detail)

    def _judged(self, request: DoorRequest, now: datetime) -> Answer:
        if request.door != self._door:
            return Answer.UNKNOWN_DOOR
        if not -AHEAD <= now - request.at <= FRESH:
            return Answer.STALE
        if request.command is Command.UNLOCK:
            refused = self._control.refusal
            return Answer.REQUESTED if refused is None else Answer(refused)
        if request.command is Command.BEGIN_OFFICE_MODE and self._control.condition.lockdown:
            return Answer.LOCKDOWN
        return Answer.DONE

    def _record(self, request: DoorRequest, now: datetime, answer: Answer) -> None:
        unlocks = request.command is Command.UNLOCK
        asked = f"{request.actor}: {request.reason}"
        self._audit.append(
            AuditEvent(
                kind=EventKind.REMOTE_UNLOCK if unlocks else EventKind.REMOTE_COMMAND,
                at=now,
                door=self._door,
                outcome=answer.outcome,
                reason=answer,
                detail=asked if unlocks else f"{request.command}, {asked}",
            )
        )

    def _answer(self, request: DoorRequest, answer: Answer) -> None:
        self._owed.append((request.request_id, answer))
        try:
            self._pay()
        except StorageError as error:
            self._give_up(error)

    def _pay(self) -> None:
        """Write the answers that are owed; one that fails is owed until the next time."""
        while self._owed:
            self._requests.answer(*self._owed[0])
            del self._owed[0]

    def _give_up(self, error: StorageError) -> None:
        self._retry_at = self._clock() + RETRY_SECONDS
        if not self._broken:
            log.error("requests from the pages cannot be answered: %s", error)
        self._broken = True
