"""Who stands before the camera of a scenario: what the real door's watch would know of her face."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edge.domain import Decision, Frame, Reason
from edge.door.presentation import Question


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Somebody before the camera; None for a stranger. *photo*: only a picture of her is there."""

    name: str | None
    photo: bool = False


class Onlookers:
    """Keeps who stands there, and whether the door still wants to know who it is."""

    def __init__(self, ask: Callable[[Onlooker], None]) -> None:
        self._ask = ask
        self._current: Onlooker | None = None
        self._again = False
        self._spent = False

    @property
    def current(self) -> Onlooker | None:
        return self._current

    def steps_up(self, onlooker: Onlooker) -> None:
        """Somebody steps before the camera."""
        self._current, self._spent = onlooker, False
        self._look()

    def leaves(self) -> None:
        """Nobody stands there any more."""
        self._current = None

    def attend(self) -> None:
        """Look again, if the door asked to."""
        if self._again and self._current is not None and not self._spent:
            self._look()

    def conclude(self, question: Question, decision: Decision, frame: Frame) -> None:  # noqa: ARG002 - Faces' signature
        """Take note of an answer about the face."""
        if decision.granted:
            self.admit()

    def admit(self) -> None:
        """Whoever stands there was let in, and is not looked at again before she has left."""
        self._spent, self._again = True, False

    def refuse(self, reason: Reason) -> None:
        """Whoever stands there was denied; she may come again."""

    def hold(self, seconds: float) -> None:
        """Something else is waited for."""

    def resume(self) -> None:
        """The face is asked for anew."""
        self._again = True

    def _look(self) -> None:
        self._again = False
        if self._current is not None:
            self._ask(self._current)
