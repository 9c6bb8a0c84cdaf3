"""The watch at one door: camera, recognizer, presentation, decision, audit, lock; knows protocols.

Each turn first attends to what people ask for by the pages, which works without a camera, and
then looks at a frame. The lock is the controller's, which also watches the door's inputs, in
threads of its own; if one of those fails, the loop ends with the error.

The lock is secured first and last. An event is written to the audit before the lock is released,
so no unlock goes unrecorded; if it cannot be written, the lock is secured and the error ends the
loop, because a door that cannot account for itself must not open. Any other fault denies: the
lock is secured, the evidence is thrown away, one log line tells the remedy, and the loop goes on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from edge.audit import AuditEvent, EventKind
from edge.domain import Decision, Evidence, Frame, Outcome, Reason
from edge.door.camera_trust import CameraTrust
from edge.door.decide import DecisionPolicy, decide
from edge.door.guard import Guard
from edge.door.parts import (
    Badges,
    Control,
    FaceReader,
    Heartbeat,
    Observer,
    Record,
    Requests,
    Sign,
)
from edge.door.presentation import PresentationPolicy, Question
from edge.door.remote import RemoteControl
from edge.door.watching import Look, Watching
from edge.errors import AuditError, CameraError, EndOfFootageError, OstiaryError
from edge.hardware import Camera

log = logging.getLogger(__name__)

FAULT_PAUSE = 0.5
"""Seconds between a fault and the next try, so that a lasting fault does not burn the processor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorPolicy:
    """What one door demands of a presentation and of a decision."""

    name: str
    presentation: PresentationPolicy
    decision: DecisionPolicy


class DoorLoop:
    """Runs one door until it is stopped or its footage ends."""

    def __init__(
        self,
        *,
        camera: Camera,
        recognizer: FaceReader,
        gallery: Badges,
        control: Control,
        audit: Record,
        watchdog: Heartbeat,
        policy: DoorPolicy,
        observers: Sequence[Observer] = (),
        requests: Requests | None = None,
        signs: Sequence[Sign] = (),
        guard: Guard | None = None,
        trust: CameraTrust | None = None,
    ) -> None:
        self._watching = Watching(camera=camera, recognizer=recognizer, policy=policy.presentation)
        self._gallery = gallery
        self._control = control
        self._audit = audit
        self._watchdog = watchdog
        self._policy = policy
        self._observers = tuple(observers)
        self._signs = tuple(signs)
        self._guard = guard
        self._trust = trust
        self._distrust: str | None = None
        self._remote = (
            RemoteControl(requests=requests, door=policy.name, control=control, audit=audit)
            if requests is not None
            else None
        )
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
            self._record(AuditEvent(kind=EventKind.DOOR_STARTED, at=_now(), door=self._policy.name))
            self._control.start()
            self._watchdog.ready()
            while not stop.is_set():
                self._control.check()
                try:
                    self._attend()
                    self._step()
                except EndOfFootageError:
                    break
                except AuditError:
                    raise
                except Exception as error:  # noqa: BLE001 - whatever fails, the door stays locked
                    self._recover(error)
                    stop.wait(FAULT_PAUSE)
                self._show()
                self._watchdog.alive()
            self._record(AuditEvent(kind=EventKind.DOOR_STOPPED, at=_now(), door=self._policy.name))
        finally:
            self._watchdog.stopping()
            self._control.secure()

    def _attend(self) -> None:
        if self._remote is not None:
            self._remote.attend(_now())

    def _show(self) -> None:
        for sign in self._signs:
            sign.turned(self._control.condition, fault=self._fault_kind)

    def _step(self) -> None:
        look = self._watching.look()
        if look is None:
            return
        self._believe(look.frame)
        if isinstance(look.follows, Question):
            self._answer(look.follows, look)
        elif isinstance(look.follows, Decision):
            self._announce(look.frame, look.follows, None)
        if self._guard is not None and not isinstance(look.follows, Question):
            self._guard.absent(look.frame.monotonic)
        for observer in self._observers:
            observer.looked(look.frame, look.face)
        self._recovered()

    def _believe(self, frame: Frame) -> None:
        """Watch the camera itself; say and record when it is no longer believed, and when it is."""
        if self._trust is None:
            return
        found = self._trust.look(frame)
        if found == self._distrust:
            return
        self._distrust = found
        if found is None:
            log.warning("the camera is believed again")
            return
        log.error("the door stays locked: the camera's pictures are not believed (%s)", found)
        self._alarm(frame, f"camera {found}")

    def _alarm(self, frame: Frame, detail: str) -> None:
        self._record(
            AuditEvent(kind=EventKind.ALARM, at=frame.at, door=self._policy.name, detail=detail)
        )

    def _answer(self, question: Question, look: Look) -> None:
        evidence, frame = question.evidence, look.frame
        candidates = (
            self._gallery.candidates(evidence.embedding) if evidence.embedding is not None else ()
        )
        decision = decide(
            evidence,
            candidates,
            people=self._gallery.people_count,
            now=frame.at,
            refusal=self._control.refusal,
            policy=self._policy.decision,
        )
        cues: tuple[str, ...] = ()
        if decision.granted and self._guard is not None:
            guarded = self._guard.confirm(decision, question, look, distrust=self._distrust)
            decision, cues = guarded.decision, guarded.cues
            question = replace(question, final=guarded.final)
            if guarded.alarm:
                log.error("pictures are held before the door again and again; it rests for a while")
                self._alarm(frame, "presentation attacks")
        elif self._guard is not None:
            self._guard.absent(frame.monotonic)
        self._watching.conclude(question, decision, frame)
        if decision.granted or question.final:
            self._announce(frame, decision, evidence, detail=", ".join(cues))

    def _announce(
        self, frame: Frame, decision: Decision, evidence: Evidence | None, *, detail: str = ""
    ) -> None:
        self._record(
            AuditEvent(
                kind=EventKind.DECISION,
                at=frame.at,
                door=self._policy.name,
                outcome=decision.outcome,
                reason=decision.reason,
                similarity=decision.similarity,
                person_id=decision.person_id,
                detail=detail,
            )
        )
        if decision.granted and not self._control.grant():
            # Something happened between the decision and here: the record must say so.
            decision = Decision(
                outcome=Outcome.DENY,
                reason=self._control.refusal or Reason.BUSY,
                similarity=decision.similarity,
                threshold=decision.threshold,
                person_id=decision.person_id,
            )
            self._announce(frame, decision, evidence)
            return
        for observer in self._observers:
            observer.decided(frame, decision, evidence)

    def _record(self, event: AuditEvent) -> None:
        self._audit.append(event)

    def _recover(self, error: Exception) -> None:
        self._watching.forget()
        if self._guard is not None:
            self._guard.end()
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
        self._record(
            AuditEvent(
                kind=EventKind.FAULT,
                at=_now(),
                door=self._policy.name,
                detail=type(error).__name__,
            )
        )

    def _recovered(self) -> None:
        if self._fault is not None:
            log.warning("the door works again")
            self._fault = self._fault_kind = None


def _now() -> datetime:
    return datetime.now(UTC)
