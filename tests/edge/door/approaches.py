"""Made-up faces and approaches for the pure parts of the door."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np

from edge.domain import (
    Box,
    Decision,
    Embedding,
    Face,
    ModelId,
    Outcome,
    Pose,
    Quality,
    QualityReason,
    Reason,
    normalized,
)
from edge.door.presentation import conclude, observe
from edge.door.watch import Observation, PresentationPolicy, Question, Watch

MODEL = ModelId("made-up", "0" * 64)
POLICY = PresentationPolicy()
FPS = 10
MIDDLE = Box(200, 100, 120, 160)
ASIDE = Box(480, 100, 120, 160)
GRANT = Decision(Outcome.GRANT, Reason.MATCH, 99.9, 99.0, "ada")
DENIAL = Decision(Outcome.DENY, Reason.NO_MATCH, 40.0, 99.0)


@cache
def embedding(identity: int, frame: int = 0) -> Embedding:
    """Give one frame of somebody: frames of one identity are alike, of two identities not."""
    centre = np.random.default_rng(identity).standard_normal(128)
    noise = np.random.default_rng((identity, frame, 1)).standard_normal(128)
    return normalized((centre + 0.3 * noise).astype(np.float32), MODEL)


def face(box: Box = MIDDLE, *reasons: QualityReason) -> Face:
    """Give a face at *box*, good unless there are *reasons*."""
    quality = Quality(80, 50, Pose(0, 0, 0), box.shorter_side, 0, 0.8, tuple(reasons))
    return Face(box, 95, np.zeros((5, 2), np.float32), None, quality)


def seen(identity: int, frame: int = 0, box: Box = MIDDLE) -> Observation:
    """Show a good face of *identity*."""
    return Observation(face(box), embedding(identity, frame))


def blurred(box: Box = MIDDLE) -> Observation:
    """Show a face nobody could be recognized by."""
    return Observation(face(box, QualityReason.LOW_SHARPNESS), None)


def followed(box: Box = MIDDLE, *reasons: QualityReason) -> Observation:
    """Show the face of the frame before, followed into this one."""
    return Observation(face(box, *reasons), None, followed=True)


TOO_FEW = Decision(Outcome.DENY, Reason.LOW_QUALITY)


class Door:
    """Plays observations, ten a second, and answers every question with *answer*.

    But too few good frames open nothing, as in the real decision.
    """

    def __init__(self, answer: Decision, policy: PresentationPolicy = POLICY) -> None:
        self.answer = answer
        self.policy = policy
        self.watch = Watch()
        self.now = 1000.0
        self.questions: list[Question] = []
        self.decisions: list[tuple[float, Decision]] = []

    def play(self, observations: Iterable[Observation | None]) -> Door:
        """Show one observation after the other."""
        for observation in observations:
            self.now += 1 / FPS
            self.watch, follows = observe(self.watch, observation, self.now, self.policy)
            if isinstance(follows, Question):
                self.questions.append(follows)
                enough = follows.evidence.frames >= self.policy.frames
                answer = self.answer if enough or not self.answer.granted else TOO_FEW
                self.watch = conclude(self.watch, follows, answer, self.now, self.policy)
                if answer.granted or follows.final:
                    self.decisions.append((self.now, answer))
            elif follows is not None:
                self.decisions.append((self.now, follows))
        return self

    @property
    def grants(self) -> int:
        """How often the door would have opened."""
        return sum(decision.granted for _, decision in self.decisions)


def seconds(duration: float) -> range:
    """Number the frames of *duration* seconds."""
    return range(round(duration * FPS))
