"""From a camera to questions about who stands before it; what a door and a stream have in common.

A frame is read, its largest face judged and, if it is good, embedded; what was seen becomes part of
a presentation. Whoever watches answers the questions that follow, and needs no more than these
protocols: no lock, no gallery, no record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.domain import Decision, Face, Frame, Reason
from edge.door.parts import FaceReader
from edge.door.presentation import (
    Observation,
    PresentationPolicy,
    Question,
    Watch,
    conclude,
    deny,
    hold,
    observe,
    resume,
    spend,
)
from edge.hardware import Camera

FRAME_TIMEOUT = 0.5
"""Seconds to wait for a frame before the loop looks around; the camera decides when it is lost."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One frame, its largest face, and what follows: a question, a denial that stands, or nothing."""

    frame: Frame
    face: Face | None
    follows: Question | Decision | None


class Watching:
    """Watches through one camera; for one thread."""

    def __init__(
        self, *, camera: Camera, recognizer: FaceReader, policy: PresentationPolicy
    ) -> None:
        self._camera = camera
        self._recognizer = recognizer
        self._policy = policy
        self._watch = Watch()
        self._now = float("-inf")

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
        face = self._recognizer.largest(frame.pixels)
        observation = None
        if face is not None:
            embedding = self._recognizer.embed(frame.pixels, face) if face.quality.good else None
            observation = Observation(face, embedding)
        self._watch, follows = observe(self._watch, observation, frame.monotonic, self._policy)
        return Look(frame, face, follows)

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
