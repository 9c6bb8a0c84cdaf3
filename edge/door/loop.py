"""The watch at one door: camera, recognizer, presentation, decision, audit, lock; knows protocols.

The lock is secured first and last. An event is written to the audit before the lock is released,
so no unlock goes unrecorded; if it cannot be written, the lock is secured and the error ends the
loop, because a door that cannot account for itself must not open. Any other fault denies: the
lock is secured, the evidence is thrown away, one log line tells the remedy, and the loop goes on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from edge.audit import AuditEntry, AuditEvent, EventKind
from edge.domain import (
    Candidate,
    Decision,
    Embedding,
    Evidence,
    Face,
    Frame,
    Outcome,
    Pixels,
    Reason,
)
from edge.door.decide import DecisionPolicy, decide
from edge.door.presentation import (
    Observation,
    PresentationPolicy,
    Question,
    Watch,
    conclude,
    observe,
)
from edge.errors import AuditError, CameraError, EndOfFootageError, OstiaryError
from edge.hardware import Camera

log = logging.getLogger(__name__)

FRAME_TIMEOUT = 0.5
"""Seconds to wait for a frame before the loop looks around; the camera decides when it is lost."""

FAULT_PAUSE = 0.5
"""Seconds between a fault and the next try, so that a lasting fault does not burn the processor."""


class FaceReader(Protocol):
    """The part of the recognizer that the door needs."""

    def largest(self, pixels: Pixels) -> Face | None: ...

    def embed(self, pixels: Pixels, face: Face) -> Embedding: ...


class Badges(Protocol):
    """The part of the gallery that the door needs."""

    @property
    def people_count(self) -> int: ...

    def candidates(self, embedding: Embedding, limit: int = 2) -> tuple[Candidate, ...]: ...


class Release(Protocol):
    """The part of the pulse that the door needs."""

    @property
    def active(self) -> bool: ...

    def start(self) -> bool: ...

    def secure(self) -> None: ...


class Record(Protocol):
    """The part of the audit that the door needs."""

    def append(self, event: AuditEvent) -> AuditEntry: ...


class Heartbeat(Protocol):
    """The part of the watchdog that the door needs."""

    def ready(self) -> None: ...

    def alive(self) -> None: ...

    def stopping(self) -> None: ...


class Observer(Protocol):
    """Somebody who watches the door work, such as a screen; told after the lock has acted."""

    def looked(self, frame: Frame, face: Face | None) -> None: ...

    def decided(self, frame: Frame, decision: Decision, evidence: Evidence | None) -> None: ...


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
        pulse: Release,
        audit: Record,
        watchdog: Heartbeat,
        policy: DoorPolicy,
        observers: Sequence[Observer] = (),
    ) -> None:
        self._camera = camera
        self._recognizer = recognizer
        self._gallery = gallery
        self._pulse = pulse
        self._audit = audit
        self._watchdog = watchdog
        self._policy = policy
        self._observers = tuple(observers)
        self._watch = Watch()
        self._fault: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Watch the door until *stop* is set or the footage ends.

        :raises AuditError: if an event could not be recorded; the lock is secured.
        :raises LockError: if the lock cannot be secured at the start or at the end.
        """
        self._pulse.secure()
        try:
            self._record(AuditEvent(kind=EventKind.DOOR_STARTED, at=_now(), door=self._policy.name))
            self._watchdog.ready()
            while not stop.is_set():
                try:
                    self._step()
                except EndOfFootageError:
                    break
                except AuditError:
                    raise
                except Exception as error:  # noqa: BLE001 - whatever fails, the door stays locked
                    self._recover(error)
                    stop.wait(FAULT_PAUSE)
                self._watchdog.alive()
            self._record(AuditEvent(kind=EventKind.DOOR_STOPPED, at=_now(), door=self._policy.name))
        finally:
            self._watchdog.stopping()
            self._pulse.secure()

    def _step(self) -> None:
        frame = self._camera.read(FRAME_TIMEOUT)
        if frame is None:
            return
        face = self._recognizer.largest(frame.pixels)
        observation = None
        if face is not None:
            embedding = self._recognizer.embed(frame.pixels, face) if face.quality.good else None
            observation = Observation(face, embedding)
        self._watch, follows = observe(
            self._watch, observation, frame.monotonic, self._policy.presentation
        )
        if isinstance(follows, Question):
            self._answer(follows, frame)
        elif isinstance(follows, Decision):
            self._announce(frame, follows, None)
        for observer in self._observers:
            observer.looked(frame, face)
        self._recovered()

    def _answer(self, question: Question, frame: Frame) -> None:
        evidence = question.evidence
        candidates = (
            self._gallery.candidates(evidence.embedding) if evidence.embedding is not None else ()
        )
        decision = decide(
            evidence,
            candidates,
            people=self._gallery.people_count,
            now=frame.at,
            busy=self._pulse.active,
            policy=self._policy.decision,
        )
        self._watch = conclude(
            self._watch, question, decision, frame.monotonic, self._policy.presentation
        )
        if decision.granted or question.final:
            self._announce(frame, decision, evidence)

    def _announce(self, frame: Frame, decision: Decision, evidence: Evidence | None) -> None:
        self._record(
            AuditEvent(
                kind=EventKind.DECISION,
                at=frame.at,
                door=self._policy.name,
                outcome=decision.outcome,
                reason=decision.reason,
                similarity=decision.similarity,
                person_id=decision.person_id,
            )
        )
        if decision.granted and not self._pulse.start():
            # Another release began between the decision and here: the record must say so.
            decision = Decision(
                outcome=Outcome.DENY,
                reason=Reason.BUSY,
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
        self._watch = Watch()
        self._pulse.secure()
        told = f"{type(error).__name__}: {error}"
        if told == self._fault:
            return
        self._fault = told
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
            self._fault = None


def _now() -> datetime:
    return datetime.now(UTC)
