"""What a door is made of, as protocols: the loop knows these, and the wiring fills them in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from edge.access.attempt_state import Ask
from edge.access.rules import Rules
from edge.access.ruleset import PinPolicy
from edge.access.shown import PinChecked
from edge.access.whereabouts import Stay, Whereabouts
from edge.audit import AuditEntry, AuditEvent
from edge.desk import Answer, DoorRequest
from edge.domain import (
    Candidate,
    Credentials,
    Decision,
    Embedding,
    Evidence,
    Face,
    Frame,
    Match,
    Pixels,
    Reason,
    Shown,
)
from edge.portal import DoorCondition


class FaceReader(Protocol):
    """The part of the recognizer that the door needs."""

    def largest(self, pixels: Pixels) -> Face | None: ...

    def follow(self, pixels: Pixels, face: Face) -> Face | None: ...

    def embed(self, pixels: Pixels, face: Face) -> Embedding: ...


class Badges(Protocol):
    """The part of the gallery that the door needs."""

    @property
    def people_count(self) -> int: ...

    def candidates(self, embedding: Embedding, limit: int = 2) -> tuple[Candidate, ...]: ...

    def compare(self, person_id: str, embedding: Embedding) -> Match: ...

    def by_badge(self, number: str) -> Credentials | None: ...

    def credentials(self, person_id: str) -> Credentials: ...


class InForce(Protocol):
    """The rules that hold, and which version they are."""

    @property
    def version(self) -> int: ...

    @property
    def rules(self) -> Rules: ...


class Rulebook(Protocol):
    """Where the rules come from; it never fails, and gives none where none can be had."""

    def current(self, now: datetime) -> InForce: ...


class PinStore(Protocol):
    """What compares PINs, and counts the wrong ones."""

    def check(
        self, person_id: str, pin: str, *, now: datetime, policy: PinPolicy
    ) -> PinChecked: ...


class Presences(Protocol):
    """Where it is written down who is inside."""

    def among(self, person_ids: Iterable[str]) -> Whereabouts: ...

    def note(self, person_id: str, stay: Stay | None) -> None: ...


class Credentialing(Protocol):
    """The readers of badges and PINs at the door, heard without waiting."""

    def take(self) -> tuple[Shown, ...]: ...

    def changes(self) -> tuple[tuple[str, bool], ...]: ...


class Control(Protocol):
    """The part of the controller that the door needs."""

    @property
    def condition(self) -> DoorCondition: ...

    @property
    def refusal(self) -> Reason | None: ...

    def start(self) -> None: ...

    def check(self) -> None: ...

    def grant(self, *, extended: bool = False) -> bool: ...

    def lockdown(self, *, active: bool, detail: str = "") -> None: ...

    def office_mode(self, *, active: bool, detail: str = "") -> Reason | None: ...

    def unlock_schedule(self, *, active: bool) -> None: ...

    def withdraw(self) -> None: ...

    def secure(self) -> None: ...


class Record(Protocol):
    """The part of the audit that the door needs."""

    def append(self, event: AuditEvent) -> AuditEntry: ...


class TendedRecord(Record, Protocol):
    """A record that is looked after now and then: what it owes is written, what is due is signed."""

    def tend(self) -> None: ...


class Heartbeat(Protocol):
    """The part of the watchdog that the door needs."""

    def ready(self) -> None: ...

    def alive(self) -> None: ...

    def stopping(self) -> None: ...


class Observer(Protocol):
    """Somebody who watches the door work, such as a screen; told after the lock has acted."""

    def looked(self, frame: Frame, face: Face | None) -> None: ...

    def asked(self, ask: Ask) -> None: ...

    def decided(self, at: datetime, decision: Decision, evidence: Evidence | None) -> None: ...


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
