"""The door's lights while somebody is looked at: look here, or no."""

from __future__ import annotations

from typing import Protocol

from edge.domain import Decision, Evidence, Face, Frame, Signal

SHOWN_SECONDS = 2.0
"""How long a denial is shown before the door looks ready again."""


class Shows(Protocol):
    """The part of the controller that the lights need."""

    def show(self, signal: Signal) -> None: ...


class Lights:
    """An observer that says by *door*'s lights what becomes of a face; grants show by themselves."""

    def __init__(self, door: Shows) -> None:
        self._door = door
        self._denied_at: float | None = None

    def looked(self, frame: Frame, face: Face | None) -> None:
        """Show that a face is looked at, or that nobody is there."""
        denied = self._denied_at
        if denied is not None and frame.monotonic - denied < SHOWN_SECONDS:
            return
        self._denied_at = None
        self._door.show(Signal.READY if face is None else Signal.LOOK)

    def decided(self, frame: Frame, decision: Decision, evidence: Evidence | None) -> None:  # noqa: ARG002 - Observer's signature
        """Show a denial for a moment."""
        if not decision.granted:
            self._denied_at = frame.monotonic
            self._door.show(Signal.DENIED)
