"""How one door is run: times in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Relock(StrEnum):
    """When a door is secured again that was released for somebody; its time ends it in any case."""

    ON_OPEN = "on-open"
    ON_CLOSE = "on-close"
    AFTER_TIME = "after-time"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalPolicy:
    """What the settings demand of a door.

    *release*, *extended_release*: how long a grant releases it, and for who needs longer.
    *lease*: how long a standing release is good for without being renewed.
    *held_warning*, *held_alarm*: after how long an open door warns, and raises an alarm.
    *settle*: an opening so soon after the lock is told to secure is not forced: bolts and people
    are slower than relays.
    *rex_releases*: False where the exit button itself frees the strike. *rex_shunt*: for how long
    after a press an opening is not forced. *rex_stuck*: a button pressed for longer is dead.
    *fire_releases*: whether the fire input unlocks this door.
    *office*: how long office mode lasts at most. *schedule*: how long the calendar's word is good.

    :raises ValueError: if a time is not positive, or the held-open times are in the wrong order.
    """

    release: float = 5.0
    extended_release: float = 15.0
    lease: float = 5.0
    held_warning: float = 30.0
    held_alarm: float = 60.0
    settle: float = 1.0
    relock: Relock = Relock.ON_CLOSE
    rex_releases: bool = True
    rex_shunt: float = 10.0
    rex_stuck: float = 300.0
    fire_releases: bool = True
    office: float = 10 * 3600.0
    schedule: float = 60.0

    def __post_init__(self) -> None:
        positive = (self.release, self.lease, self.held_warning, self.office, self.schedule)
        if min(*positive, self.rex_stuck) <= 0 or min(self.settle, self.rex_shunt) < 0:
            raise ValueError("a time of a door's policy is not positive")
        if self.extended_release < self.release:
            raise ValueError("the extended release is shorter than the ordinary one")
        if self.held_alarm < self.held_warning:
            raise ValueError("the held-open alarm comes before its warning")

    @property
    def longest(self) -> float:
        """The furthest that any deadline of the lock may be away, in seconds."""
        return max(self.extended_release, self.lease)
