"""A door with somebody in view, as fast as it goes: how many frames a second it keeps up.

The parts are a door's own: what watches, what becomes evidence, the gallery that is asked. Missing are
the lock, the record and the rules, which come once a decision, and the wait for a camera.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from edge.collection.search import Gallery
from edge.domain import Decision, Frame, Outcome, Pixels, Reason
from edge.door.identify import IdentityPolicy, identify
from edge.door.parts import FaceReader
from edge.door.watch import PresentationPolicy, Question
from edge.door.watching import Watching

FILMED = 30
"""Frames a second of the footage's own clock: what is held back for seconds is so many frames."""


@dataclass(frozen=True, slots=True)
class Steady:
    """Frames a second that a door keeps up, and how often it asked its gallery meanwhile."""

    frames_a_second: float
    frames: int
    asked: int


class LoopedCamera:
    """Shows *frames* forth and back for ever, without a cut, as soon as it is asked."""

    name = "footage"

    def __init__(self, frames: Sequence[Pixels]) -> None:
        self._frames = itertools.cycle([*frames, *frames[-2:0:-1]])
        self._shown = 0

    def read(self, timeout: float) -> Frame:  # noqa: ARG002 - it never has to be waited for
        """Return the next frame."""
        self._shown += 1
        return Frame(next(self._frames), datetime.now(UTC), self._shown / FILMED, self._shown)

    def close(self) -> None:
        """Do nothing: there is no device."""


class SteadyDoor:
    """A door before *frames*, one after the other; *gallery* is asked who it is."""

    def __init__(
        self, recognizer: FaceReader, gallery: Gallery | None, frames: Sequence[Pixels]
    ) -> None:
        self._gallery = gallery
        self._watching = Watching(
            camera=LoopedCamera(frames), recognizer=recognizer, policy=PresentationPolicy()
        )

    def look(self) -> bool:
        """Look at the next frame; tell whether that led to a question."""
        look = self._watching.look()
        if look is None or not isinstance(look.follows, Question):
            return False
        if not self._watching.assured(look):
            return False
        self._watching.conclude(look.follows, self._answer(look.follows), look.frame)
        return True

    def _answer(self, question: Question) -> Decision:
        embedding = question.evidence.embedding
        if self._gallery is None or embedding is None:
            return Decision(Outcome.DENY, Reason.NO_MATCH)
        found = identify(
            question.evidence,
            self._gallery.candidates(embedding),
            people=self._gallery.people_count,
            policy=IdentityPolicy(),
        )
        return Decision(Outcome.GRANT if found.matched else Outcome.DENY, found.reason)


def watch_steadily(
    recognizer: FaceReader, gallery: Gallery, frames: Sequence[Pixels], *, seconds: float
) -> Steady:
    """Watch *frames* for *seconds*, after a second that does not count.

    *gallery* knows nobody who is seen: whoever stands there is looked at again and again.
    """
    door = SteadyDoor(recognizer, gallery, frames)
    _watch(door, 1.0)
    began = time.perf_counter()
    asked = _watch(door, seconds)
    return Steady(len(asked) / (time.perf_counter() - began), len(asked), sum(asked))


def _watch(door: SteadyDoor, seconds: float) -> list[bool]:
    until = time.perf_counter() + seconds
    asked = [door.look()]
    while time.perf_counter() < until:
        asked.append(door.look())
    return asked
