"""How a door is: what its machine remembers, and what others may know of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from edge.domain import InputName
from edge.portal.effects import Release, Why
from edge.portal.policy import PortalPolicy


class Position(StrEnum):
    """Where the leaf of the door is, as its contact tells; unknown without one."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Alarm(StrEnum):
    """What calls for somebody to come. FORCED_OPEN and HELD_OPEN last until the door is closed."""

    FORCED_OPEN = "forced-open"
    HELD_OPEN = "held-open"
    TAMPER = "tamper"


@dataclass(frozen=True, slots=True)
class Passage:
    """A release for somebody who goes through: until when, and whether the door opened since."""

    until: float
    opened: bool = False
    extended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalState:
    """What the machine remembers; times are monotonic seconds, -inf for never.

    *now*: the newest time it was told. *openings*: how often the door was opened. *grant*, *exit*: the passages that run. *rex_since*: since
    when the exit button is pressed. *shunt_until*: until when an opening is not forced.
    *office_until*, *schedule_until*: until when those reasons are good. *held_from*: from when an open door counts as held, *warned*
    that this was said. *dead*: inputs that are lost or stuck. *release*: what the lock was told,
    *secured_at* when it was told to secure.
    """

    now: float = float("-inf")
    position: Position = Position.UNKNOWN
    openings: int = 0
    grant: Passage | None = None
    exit: Passage | None = None
    rex_since: float | None = None
    shunt_until: float = float("-inf")
    office_until: float | None = None
    schedule_until: float | None = None
    fire: bool = False
    lockdown: bool = False
    held_from: float | None = None
    warned: bool = False
    alarms: frozenset[Alarm] = frozenset()
    dead: frozenset[InputName] = frozenset()
    release: Release | None = None
    secured_at: float = float("-inf")

    @property
    def released(self) -> bool:
        """Whether the lock is released at this moment."""
        return self.release is not None and self.now < self.release.until

    @property
    def scheduled(self) -> bool:
        """Whether the unlock schedule is in force."""
        return self.schedule_until is not None and not self.lockdown

    def standing(self, policy: PortalPolicy) -> Why | None:
        """Return why the door is to stay unlocked, if it is, the strongest reason first."""
        if self.fire and policy.fire_releases:
            return Why.FIRE
        if self.lockdown:
            return None
        if self.office_until is not None:
            return Why.OFFICE_MODE
        return Why.UNLOCK_SCHEDULE if self.scheduled else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCondition:
    """How a door is, for people: pages, lights, other systems.

    *why* it is released, if it is; *openings*: how often it was opened since the program began;
    *warning*: it has been open for almost too long. *schedule*:
    the unlock schedule is in force. *alarms* and *dead* inputs in the order of their names.
    """

    released: bool = False
    why: Why | None = None
    position: Position = Position.UNKNOWN
    openings: int = 0
    alarms: tuple[Alarm, ...] = ()
    warning: bool = False
    lockdown: bool = False
    office: bool = False
    schedule: bool = False
    fire: bool = False
    dead: tuple[InputName, ...] = ()


def condition_of(state: PortalState) -> DoorCondition:
    """Return what others may know of *state*."""
    return DoorCondition(
        released=state.released,
        why=state.release.why if state.release is not None and state.released else None,
        position=state.position,
        openings=state.openings,
        alarms=tuple(sorted(state.alarms)),
        warning=state.warned and Alarm.HELD_OPEN not in state.alarms,
        lockdown=state.lockdown,
        office=state.office_until is not None,
        schedule=state.scheduled,
        fire=state.fire,
        dead=tuple(sorted(state.dead)),
    )
