"""The hours in which a door stands unlocked: told to the controller again and again."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from edge.access.rules import Rules
from edge.access.standing import standing

PERIOD = 1.0
"""Seconds between two looks at the schedule."""


class Unlockable(Protocol):
    """The part of the controller that is told."""

    def unlock_schedule(self, *, active: bool) -> None: ...


class Hours:
    """Follows the unlock schedule of *door*; for one thread."""

    def __init__(self, door: str, control: Unlockable) -> None:
        self._door = door
        self._control = control
        self._looked_at = float("-inf")
        self._first_person_at: datetime | None = None

    def first_person(self, at: datetime) -> None:
        """Take note that somebody was let in at *at* who begins the hours that wait for her."""
        self._first_person_at = at
        self._looked_at = float("-inf")

    def turn(self, rules: Rules, *, now: float, at: datetime) -> None:
        """Tell the controller what the schedule says at *at*, once a second."""
        if 0 <= now - self._looked_at < PERIOD:
            return
        self._looked_at = now
        found = standing(self._door, at, rules, first_person_at=self._first_person_at)
        self._control.unlock_schedule(active=found.unlocked)
