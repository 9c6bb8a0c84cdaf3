"""Who stands before the camera of a scenario: what the real door's watch would know of her face."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edge.domain import Decision, Frame, Reason
from edge.door.watch import PresentationPolicy, Question
from edge.simulation.clock import Clock

_POLICY = PresentationPolicy()


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Somebody before the camera; None for a stranger. *photo*: only a picture of her is there."""

    name: str | None
    photo: bool = False

    @property
    def words(self) -> str:
        """What to call her."""
        if self.photo:
            return f"the photo of {self.name}"
        return self.name or "The stranger"


class Onlookers:
    """Keeps who stands there, and when the door looks at her face again.

    As the real watch: after a denial it rests for a while, after some of them only leaving helps,
    and whoever was let in must have left before she is looked at anew.
    """

    def __init__(self, ask: Callable[[Onlooker], None], clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._current: Onlooker | None = None
        self._look_at: int | None = None
        self._denials = 0
        self._spent = False

    @property
    def current(self) -> Onlooker | None:
        return self._current

    @property
    def next_look(self) -> int | None:
        """The ticks at which her face is looked at again."""
        return self._look_at

    def steps_up(self, onlooker: Onlooker) -> None:
        """Somebody steps before the camera."""
        self._current, self._spent, self._denials = onlooker, False, 0
        self._look_at = self._clock.ticks

    def leaves(self) -> None:
        """Nobody stands there any more."""
        self._current = self._look_at = None

    def attend(self) -> None:
        """Look again, if it is time."""
        if self._look_at is None or self._clock.ticks < self._look_at:
            return
        self._look_at = None
        if self._current is not None and not self._spent:
            self._ask(self._current)

    def conclude(self, question: Question, decision: Decision, frame: Frame) -> None:  # noqa: ARG002 - Faces' signature
        """Take note of an answer about the face."""
        if decision.granted:
            self.admit()
        else:
            self.refuse(decision.reason)

    def admit(self) -> None:
        """Whoever stands there was let in, and is not looked at again before she has left."""
        self._spent, self._look_at = True, None

    def refuse(self, reason: Reason) -> None:
        """Whoever stands there was denied; she is looked at again a few seconds later."""
        self._denials += reason is not Reason.BUSY
        tired = self._denials >= _POLICY.attempts
        self._look_at = None if tired else self._clock.after(_POLICY.retry)

    def hold(self, seconds: float) -> None:
        """Something else is waited for: the face is not looked at meanwhile."""
        self._look_at = None if seconds > 0 else self._look_at

    def resume(self) -> None:
        """The face is asked for anew."""
        if self._current is not None:
            self._look_at = self._clock.ticks
