"""Presentations to a door as figures: recorded, measured once, and judged as often as one likes."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from edge.core import ANTISPOOF
from edge.domain import Face, Frame, Pixels
from edge.door.challenge import ChallengePolicy
from edge.door.liveness import Life, LivenessPolicy, Mode
from edge.door.proving import Proving
from edge.liveness.parallax import parallax
from edge.liveness.sample import Sample, since
from edge.vision.antispoof import AntiSpoof
from edge.vision.liveness import LivenessReader
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer

FPS = 12.0
SECONDS = 5.0
"""How long a presentation lasts; an attack is shown for as long as a person may take."""

NOTHING = np.zeros((1, 1, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One frame of a presentation: its face, and what was measured of it."""

    face: Face
    sample: Sample


Presentation = Sequence[Seen | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """How a presentation ended, after how many seconds."""

    life: Life
    seconds: float


class Replayed:
    """A reader that gives what was measured before; *texture* False hides the network's answers."""

    def __init__(self, *, texture: bool) -> None:
        self.sees_texture = texture
        self.current: Sample | None = None

    def sample(self, pixels: Pixels, face: Face, at: float) -> Sample:  # noqa: ARG002 - the protocol's signature
        assert self.current is not None  # noqa: S101 - set by the caller
        texture = self.current.texture if self.sees_texture else None
        return replace(self.current, at=at, texture=texture)


def proved(
    presentation: Iterable[Seen | None], *, mode: Mode, texture: bool, seed: int, challenged: bool
) -> Answer:
    """Play *presentation* through the door's own proof; *challenged* False ends it undecided."""
    reader = Replayed(texture=texture)
    policy = LivenessPolicy(mode=mode, patience=SECONDS if not challenged else 5.0)
    draw = random.Random(seed)  # noqa: S311 - the same figures every time
    proving = Proving(reader=reader, policy=policy, challenge=ChallengePolicy(), draw=draw)
    last = 0.0
    for number, seen in enumerate(presentation):
        last = number / FPS
        if seen is None:
            proving.absent(last)
            continue
        reader.current = seen.sample
        frame = Frame(NOTHING, datetime.now(UTC), last, number)
        judgement = proving.look(frame, seen.face, began=0.0, person_id="one")
        if judgement.life is not Life.UNDECIDED:
            return Answer(judgement.life, last)
        if not challenged and last > SECONDS:
            break
    return Answer(Life.UNDECIDED, last)


class Measuring:
    """Finds and measures faces as the door does."""

    def __init__(self, store: ModelStore) -> None:
        self.recognizer = Recognizer.load(store, threads=1)
        file = store.optional(ANTISPOOF)
        self.reader = LivenessReader(None if file is None else AntiSpoof(file))

    def presentation(self, frames: Iterable[Pixels]) -> Presentation:
        """Return what the door would have of *frames*, which come :data:`FPS` a second."""
        return [self._seen(pixels, number / FPS) for number, pixels in enumerate(frames)]

    def _seen(self, pixels: Pixels, at: float) -> Seen | None:
        face = self.recognizer.largest(pixels)
        return None if face is None else Seen(face, self.reader.sample(pixels, face, at))


def frames_of(clip: Path) -> Iterator[Pixels]:
    """Give the frames of *clip* at :data:`FPS`."""
    video = cv2.VideoCapture(str(clip))
    rate, due, number = video.get(cv2.CAP_PROP_FPS) or 30.0, 0.0, 0
    while True:
        read, pixels = video.read()
        if not read:
            break
        if number / rate >= due - 1e-6:
            due += 1 / FPS
            yield np.asarray(pixels, np.uint8)
        number += 1
    video.release()


def parts(whole: Presentation) -> list[Presentation]:
    """Return presentations of at most five seconds, one beginning every second."""
    length, step = round(SECONDS * FPS) + 2, round(FPS)
    starts = range(0, max(1, len(whole) - length + 1), step)
    return [whole[start : start + length] for start in starts]


def looped(whole: Presentation, start: int, seconds: float) -> Presentation:
    """Return *whole* played again and again from *start* for *seconds*."""
    return [whole[(start + index) % len(whole)] for index in range(round(seconds * FPS))]


def swung(whole: Presentation, seconds: float) -> Presentation:
    """Return *whole* played to and fro for *seconds*: a drawn attack has no jump then."""
    there_and_back = [*whole, *reversed(whole[1:-1])]
    return looped(there_and_back, 0, seconds)


def depth_of(presentation: Presentation) -> float:
    """Return the greatest parallax over any three seconds of *presentation*, in degrees."""
    good = [seen.sample for seen in presentation if seen is not None and seen.face.quality.good]
    windows = (since(good[: last + 1], good[last].at - 3.0) for last in range(7, len(good)))
    return max((parallax([each.mesh for each in window]) for window in windows), default=0.0)
