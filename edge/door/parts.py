"""What a door is made of, as protocols: the loop knows these, and the wiring fills them in."""

from __future__ import annotations

from typing import Protocol

from edge.audit import AuditEntry, AuditEvent
from edge.desk import Answer, DoorRequest
from edge.domain import (
    Candidate,
    Decision,
    Embedding,
    Evidence,
    Face,
    Frame,
    Pixels,
    Reason,
)
from edge.portal import DoorCondition


class FaceReader(Protocol):
    """The part of the recognizer that the door needs."""

    def largest(self, pixels: Pixels) -> Face | None: ...

    def embed(self, pixels: Pixels, face: Face) -> Embedding: ...


class Badges(Protocol):
    """The part of the gallery that the door needs."""

    @property
    def people_count(self) -> int: ...

    def candidates(self, embedding: Embedding, limit: int = 2) -> tuple[Candidate, ...]: ...


class Control(Protocol):
    """The part of the controller that the door needs."""

    @property
    def condition(self) -> DoorCondition: ...

    @property
    def refusal(self) -> Reason | None: ...

    def start(self) -> None: ...

    def check(self) -> None: ...

    def grant(
        self, *, extended: bool = False, office: bool = False, present: bool = True
    ) -> bool: ...

    def lockdown(self, *, active: bool, detail: str = "") -> None: ...

    def office_mode(self, *, active: bool, detail: str = "") -> Reason | None: ...

    def withdraw(self) -> None: ...

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


class Requests(Protocol):
    """Wishes that come from elsewhere; the door alone decides about them."""

    def take(self) -> tuple[DoorRequest, ...]: ...

    def answer(self, request_id: str, answer: Answer) -> None: ...


class Sign(Protocol):
    """Somebody who shows how the door is, at every turn of the loop, also without a frame.

    *fault* is the name of the error that keeps faces from being looked at. It keeps its own faults
    to itself: a broken screen must not stop a door.
    """

    def turned(self, condition: DoorCondition, *, fault: str | None) -> None: ...
