"""The door's lights while somebody is looked at: look here, or no."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from edge.access.attempt_state import Ask
from edge.domain import Decision, Evidence, Face, Frame, Signal
from edge.portal import DoorCondition

SHOWN_SECONDS = 2.0
"""How long a denial is shown before the door looks ready again."""


class Shows(Protocol):
    """The part of the controller that the lights need."""

    def show(self, signal: Signal) -> None: ...


class Lights:
    """An observer and a sign that says by *door*'s lights what becomes of whoever stands there.

    Grants show by themselves.
    """

    def __init__(self, door: Shows, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._door = door
        self._clock = clock
        self._busy = False
        self._busy_until = float("-inf")

    def looked(self, frame: Frame, face: Face | None) -> None:  # noqa: ARG002 - Observer's signature
        """Show that a face is looked at, or that nobody is there."""
        if not self._busy:
            self._door.show(Signal.READY if face is None else Signal.LOOK)

    def turned(self, condition: DoorCondition, *, fault: str | None) -> None:  # noqa: ARG002 - Sign's signature
        """Show that the door is ready again, also where no camera looks; or that it cannot look."""
        if fault is not None and not self._busy:
            self._door.show(Signal.FAULT)
        elif self._busy and self._clock() >= self._busy_until:
            self._busy = False
            self._door.show(Signal.READY)

    def asked(self, ask: Ask) -> None:
        """Show that something else is wanted, until it came or is waited for no longer."""
        self._busy, self._busy_until = True, ask.until
        self._door.show(Signal.WAITING)

    def decided(self, at: datetime, decision: Decision, evidence: Evidence | None) -> None:  # noqa: ARG002 - Observer's signature
        """Show a denial for a moment."""
        self._busy = True
        if decision.granted:
            self._busy_until = float("-inf")
        else:
            self._busy_until = self._clock() + SHOWN_SECONDS
            self._door.show(Signal.DENIED)
