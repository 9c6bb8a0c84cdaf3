"""What follows from a happening, as data: the lock, the record, the lights."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from edge.domain import Signal


class Why(StrEnum):
    """Why a door is released."""

    FIRE = "fire"
    EXIT = "exit"
    GRANT = "grant"
    OFFICE_MODE = "office-mode"
    UNLOCK_SCHEDULE = "unlock-schedule"


EGRESS = frozenset({Why.FIRE, Why.EXIT})
"""The ways out: they are released first and recorded then, also when nothing can be recorded."""

STANDING = frozenset({Why.FIRE, Why.OFFICE_MODE, Why.UNLOCK_SCHEDULE})
"""What lasts as long as its reason: released by short leases that are renewed meanwhile."""


class NoteKind(StrEnum):
    """What is recorded of a door; the values are those of ``edge.audit.EventKind``."""

    EXIT_REQUESTED = "exit-requested"
    DOOR_OPENED = "door-opened"
    DOOR_CLOSED = "door-closed"
    HELD_OPEN_WARNING = "held-open-warning"
    HELD_OPEN = "held-open"
    FORCED_OPEN = "forced-open"
    TAMPERED = "tampered"
    TAMPER_ENDED = "tamper-ended"
    FIRE_RELEASE = "fire-release"
    FIRE_ENDED = "fire-ended"
    LOCKDOWN_BEGAN = "lockdown-began"
    LOCKDOWN_ENDED = "lockdown-ended"
    OFFICE_MODE_BEGAN = "office-mode-began"
    OFFICE_MODE_ENDED = "office-mode-ended"
    UNLOCK_SCHEDULE_BEGAN = "unlock-schedule-began"
    UNLOCK_SCHEDULE_ENDED = "unlock-schedule-ended"
    INPUT_FAULT = "input-fault"
    INPUT_RECOVERED = "input-recovered"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Release:
    """Unlock the door, for the reason *why*, until the monotonic second *until* and no longer."""

    until: float
    why: Why


@dataclass(frozen=True, slots=True)
class Secure:
    """Lock the door now."""


@dataclass(frozen=True, slots=True)
class Note:
    """Record what happened. What is *owed* belongs to a way out and may be recorded later."""

    kind: NoteKind
    detail: str = ""
    owed: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    """Show *signal* by the door's lights and buzzer until another is shown."""

    signal: Signal


Effect: TypeAlias = Release | Secure | Note | Show
"""Carried out in their order: what stands before a release must be done before it."""
