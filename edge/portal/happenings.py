"""What can happen to a door, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from edge.domain import InputName


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """Somebody may pass; whoever says so has recorded it. *extended*: she needs more time."""

    extended: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a grant released is to be secured, as after a fault; the way out stays free."""


@dataclass(frozen=True, slots=True)
class Secured:
    """Everything that was begun ends, as where a program begins and ends."""


@dataclass(frozen=True, slots=True)
class InputChanged:
    """An input is *active* or not; also told of an input that is back after it was lost."""

    input: InputName
    active: bool


@dataclass(frozen=True, slots=True)
class InputLost:
    """An input does not answer any more."""

    input: InputName


@dataclass(frozen=True, slots=True)
class Lockdown:
    """Somebody begins or ends the lockdown; *detail* says for the record who, and why."""

    active: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OfficeMode:
    """Somebody leaves the door unlocked, or ends that; *detail* as of :class:`Lockdown`."""

    active: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class UnlockSchedule:
    """The door is to be unlocked at this time of the week, or not.

    Said again and again: it is believed for ``schedule_seconds``, so that a calendar that hangs
    leaves no door unlocked.
    """

    active: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passes."""


Happening: TypeAlias = (
    Granted
    | Withdrawn
    | Secured
    | InputChanged
    | InputLost
    | Lockdown
    | OfficeMode
    | UnlockSchedule
    | Tick
)
