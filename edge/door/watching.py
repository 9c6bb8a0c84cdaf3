"""From a camera to questions about who stands before it; what a door and a stream have in common.

A frame is read, its largest face judged and, if it is good, embedded; what was seen becomes part of
a presentation. Not every frame is worth that (:mod:`edge.door.effort`): a face is followed between
searches, an empty scene left alone. What a question rests on was searched and embedded; before an
answer to a question that followed from a followed face counts, :meth:`Watching.assured` searches
that very frame.

Whoever watches answers the questions, and needs no more than these protocols: no lock, no gallery,
no record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.domain import Decision, Face, Frame, Reason
from edge.door.effort import EffortPolicy, worth_searching
from edge.door.parts import FaceReader
from edge.door.presentation import conclude, deny, hold, observe, resume, spend
from edge.door.stillness import Stillness
from edge.door.watch import Observation, PresentationPolicy, Question, Watch
from edge.hardware import Camera

FRAME_TIMEOUT = 0.5
"""Seconds to wait for a frame before the loop looks around; the camera decides when it is lost."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One frame, its largest face, and what follows: a question, a denial that stands, or nothing.

    A *followed* face was the largest when a frame was last searched.
    """

    frame: Frame
    face: Face | None
    follows: Question | Decision | None
    followed: bool = False


class Watching:
    """Watches through one camera; for one thread."""

    def __init__(
        self,
        *,
        camera: Camera,
        recognizer: FaceReader,
        policy: PresentationPolicy,
        effort: EffortPolicy | None = None,
    ) -> None:
        self._camera = camera
        self._recognizer = recognizer
        self._policy = policy
        self._effort = effort or EffortPolicy()
        self._stillness = Stillness()
        self._watch = Watch()
        self._now = float("-inf")
        self._face: Face | None = None
        self._face_at = self._searched_at = float("-inf")

    @property
    def approach(self) -> int | None:
        """The number of the approach that is looked at; None while nobody new stands there."""
        current = self._watch.current
        return None if current is None else current.approach

    def look(self) -> Look | None:
        """Look at the next frame; None if there is none yet.

        :raises CameraError: while the camera is lost; a later call may succeed.
        :raises EndOfFootageError: when a recorded source has played its last frame.
        """
        frame = self._camera.read(FRAME_TIMEOUT)
        if frame is None:
            return None
        self._now = frame.monotonic
        face, self._face = self._face, None
        if face is not None:
            face = self._followed(frame, face)
        observation = None
        if face is not None:
            observation = Observation(face, None, followed=True)
        elif not self._is_empty(frame):
            observation = self._searched(frame)
        return self._observed(frame, observation)

    def assured(self, look: Look) -> bool:
        """Tell whether *look*, the last one, shows whom its question is about, by a search.

        If it does not, it was taken note of what it shows instead, and the question is void.
        """
        if not look.followed:
            return True
        approach = self.approach
        self._observed(look.frame, self._searched(look.frame))
        current = self._watch.current
        if self._face is None or current is None:
            return False
        return current.approach == approach and current.seen_at == self._face_at

    def conclude(self, question: Question, decision: Decision, frame: Frame) -> None:
        """Take *decision* for the answer to the *question* that followed from *frame*."""
        self._watch = conclude(self._watch, question, decision, frame.monotonic, self._policy)

    def admit(self) -> None:
        """Take note that the face of the moment was let in by something else beside it."""
        self._watch = spend(self._watch)

    def refuse(self, reason: Reason) -> None:
        """Take note that the face of the moment was denied by something else than its evidence."""
        self._watch = deny(self._watch, reason, self._now, self._policy)

    def hold(self, seconds: float) -> None:
        """Ask nothing about the face of the moment for *seconds*, while it stays."""
        self._watch = hold(self._watch, self._now + seconds)

    def resume(self) -> None:
        """Ask about the face of the moment anew."""
        self._watch = resume(self._watch, self._now)

    def forget(self) -> None:
        """Throw away the evidence; who was let in and has not left yet stays known."""
        self._watch = replace(self._watch, current=None)
        self._face = None
        self._stillness.forget()

    def _followed(self, frame: Frame, before: Face) -> Face | None:
        """Return what became of the face of the frame before; None if this one must be searched."""
        due = frame.monotonic - self._searched_at >= self._effort.search_every
        if due or not self._effort.follow or self._is_worth(before):
            return None
        face = self._recognizer.follow(frame.pixels, before)
        return None if face is None or self._is_worth(face) else face

    def _is_worth(self, face: Face) -> bool:
        return worth_searching(
            self._watch, face, now=self._now, policy=self._policy, effort=self._effort
        )

    def _is_empty(self, frame: Frame) -> bool:
        """Tell whether nobody can have come since the last search: nothing has moved."""
        now, effort = frame.monotonic, self._effort
        if not effort.gate or now - self._face_at < effort.linger:
            self._stillness.forget()
            return False
        unchanged = self._stillness.unchanged(frame.pixels)
        return unchanged and now - self._searched_at < effort.search_idle

    def _searched(self, frame: Frame) -> Observation | None:
        self._searched_at = frame.monotonic
        self._stillness.searched()
        face = self._recognizer.largest(frame.pixels)
        if face is None:
            return None
        embedding = self._recognizer.embed(frame.pixels, face) if face.quality.good else None
        return Observation(face, embedding)

    def _observed(self, frame: Frame, observation: Observation | None) -> Look:
        now = frame.monotonic
        self._face = None if observation is None else observation.face
        if self._face is not None:
            self._face_at = now
        self._watch, follows = observe(self._watch, observation, now, self._policy)
        followed = observation is not None and observation.followed
        return Look(frame, self._face, follows, followed)
