"""What a door knows between two frames, and what it asks.

Values, which :mod:`edge.door.presentation` carries from frame to frame.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.domain import Box, Decision, Embedding, Evidence, Face, Pose, QualityReason, Reason

RECOGNIZED = (Reason.NOT_LIVE, Reason.BACKED_OFF, Reason.BUSY)
"""Denials of a face that is known already: more evidence of who it is changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentationPolicy:
    """How frames become evidence. Durations are seconds.

    *frames*: good frames needed before anything is decided.
    *window*: the most recent good frames that are fused; older ones are forgotten.
    *decide_after*: how long a face may take to convince before a denial is final.
    *rearm*: how long a face must be away before it can be decided on anew.
    *retry*: pause after a denial before the same face is looked at again.
    *attempts*: denials of one presentation after which only leaving helps. It bounds how often a
    stranger may try the rate of false matches without walking away.
    *same_face_cosine*: below this cosine to the fused evidence, it is somebody else who steps in.
    """

    frames: int = 3
    window: int = 10
    decide_after: float = 1.5
    rearm: float = 3.0
    retry: float = 3.0
    attempts: int = 3
    same_face_cosine: float = 0.373


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """The largest face of one frame; *embedding* is None where its quality is not good.

    A *followed* face was not searched for: it is that of the frame before, and has no embedding.
    """

    face: Face
    embedding: Embedding | None
    followed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A good frame of a presentation; *weight*, above 0, is how much it counts."""

    embedding: Embedding
    weight: float
    pose: Pose


@dataclass(frozen=True, slots=True, eq=False)
class Presentation:
    """One approach, up to now. Times are seconds of the frames' monotonic clock.

    *approach* is its number, which it keeps through all its tries.
    """

    approach: int
    began: float
    seen_at: float
    box: Box
    seen: int = 0
    good: tuple[Shot, ...] = ()
    refusals: tuple[QualityReason, ...] = ()
    denials: int = 0
    quiet_until: float = float("-inf")
    held_back: Decision | None = None

    @property
    def recognized(self) -> bool:
        """Whether it is known who it is, and something else is waited for."""
        return self.held_back is not None and self.held_back.reason in RECOGNIZED


@dataclass(frozen=True, slots=True, eq=False)
class Spent:
    """A face that was granted and has not left yet."""

    embedding: Embedding
    seen_at: float
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """What the door knows between two frames."""

    current: Presentation | None = None
    spent: tuple[Spent, ...] = ()
    approaches: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Evidence to decide on. A denial counts only when *final*: until then the face may try on.

    *began* is when the presentation, or its try after a denial, began: another face has another.
    """

    evidence: Evidence
    final: bool
    began: float


def last_seen(watch: Watch) -> Presentation | Spent | None:
    """Return whose face was seen last; a face that is followed stays what it was."""
    # Where two were seen at one moment, the spent one is meant: it opens nothing.
    faces: list[Presentation | Spent] = list(watch.spent)
    if watch.current is not None:
        faces.append(watch.current)
    return max(faces, key=lambda each: each.seen_at, default=None)
