"""What the scripted door camera sees, scene by scene, and who may be let in by each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from edge.demonstration.attacker import waved, with_noise
from edge.demonstration.footage import ASTRONAUT, CARPHONE, CAT, COFFEE, clip, picture
from edge.domain import Pixels

WIDTH, HEIGHT = 640, 480
"""Pixels of the scripted camera, as a door camera's."""

ENROLMENT_FRAMES = 60
"""The first two seconds of the clip enrol the man; all later frames come to the door."""


class Does(StrEnum):
    """What somebody does at the door, or in the office, while a scene is played."""

    FORCE = "force the door open"
    CLOSE = "close the door"
    BADGE = "hold the badge to the reader"
    ASK_FOR_BADGES = "let the rules ask for a badge, too"
    END_HOURS = "let the rules end the hours"


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done *after* so many seconds of a scene."""

    after: float
    does: Does


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A few seconds before the door.

    *opens*: whether the enrolled man stands in front and may pass; *attack*: whether only a picture
    of him does; *out_of_hours*: whether he comes when he may not; *forced*: whether the door is
    opened by force.
    """

    title: str
    frames: tuple[Pixels, ...]
    opens: bool = False
    attack: bool = False
    out_of_hours: bool = False
    forced: bool = False
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """Pictures to enrol the man from, and the scenes that follow."""

    enrolment: tuple[Pixels, ...]
    scenes: tuple[Scene, ...]


def script(*, fps: int) -> Script:
    """Return the demonstration for a camera of *fps* frames a second."""
    man = clip(CARPHONE)
    first, later = man[:ENROLMENT_FRAMES], man[ENROLMENT_FRAMES:]
    astronaut = picture(ASTRONAUT)[20:320, 60:360]  # head and shoulders, near the camera
    hall = _fit(picture(COFFEE), WIDTH, HEIGHT)

    draw = np.random.default_rng(0)

    def of(*pictures: Pixels, seconds: float) -> tuple[Pixels, ...]:
        count = round(seconds * fps)
        return tuple(
            with_noise(pictures[index * len(pictures) // count], draw) for index in range(count)
        )

    empty = of(hall, seconds=1.6)
    man_near = [_on(hall, frame, left=56, top=24, width=528) for frame in later]
    stranger_near = _on(hall, astronaut, left=100, top=20, width=440)
    stranger_in_front = [
        _on(_on(hall, frame, left=0, top=200, width=250), astronaut, left=240, top=90, width=390)
        for frame in later
    ]
    man_in_front = [
        _on(_on(hall, astronaut, left=400, top=240, width=240), frame, left=0, top=60, width=420)
        for frame in later
    ]
    still = [_on(hall, later[0], left=56, top=24, width=528)]
    return Script(
        enrolment=tuple(
            _on(hall, frame, left=56, top=24, width=528) for frame in first[:: len(first) // 4]
        ),
        scenes=(
            Scene("nobody", empty),
            Scene("a stranger", of(stranger_near, seconds=2.4)),
            Scene("nobody", empty),
            Scene("the enrolled man", of(*man_near, seconds=3.2), opens=True),
            Scene("nobody", empty),
            Scene("a cat", of(_fit(picture(CAT), WIDTH, HEIGHT), seconds=1.6)),
            Scene("both, the stranger in front", of(*stranger_in_front, seconds=2.4)),
            Scene("nobody", empty),
            Scene(
                "his photo, waved", of(*waved(hall, later[0], count=48), seconds=3.2), attack=True
            ),
            Scene("nobody", empty),
            Scene("his photo, held still", of(*still, seconds=3.2), attack=True),
            Scene("nobody", empty, acts=(Act(0.2, Does.ASK_FOR_BADGES),)),
            Scene(
                "his face, then his badge",
                of(*man_near, seconds=4.4),
                opens=True,
                acts=(Act(3.2, Does.BADGE),),
            ),
            Scene("nobody", empty * 2, acts=(Act(2.4, Does.END_HOURS),)),
            Scene(
                "both, the man in front, out of hours",
                of(*man_in_front, seconds=2.8),
                out_of_hours=True,
            ),
            Scene(
                "nobody, and the door is forced",
                empty * 2,
                forced=True,
                acts=(Act(1.6, Does.FORCE), Act(2.6, Does.CLOSE)),
            ),
        ),
    )


def _fit(image: Pixels, width: int, height: int) -> Pixels:
    """Fill a frame with *image*, cut to its shape."""
    scale = max(width / image.shape[1], height / image.shape[0])
    size = (round(image.shape[1] * scale) + 1, round(image.shape[0] * scale) + 1)
    shown = cv2.resize(image, size, interpolation=cv2.INTER_AREA)[:height, :width]
    return np.ascontiguousarray(shown, dtype=np.uint8)


def _on(background: Pixels, image: Pixels, *, left: int, top: int, width: int) -> Pixels:
    """Put *image* before *background*, *width* pixels wide, cut where the frame ends."""
    height = round(image.shape[0] * width / image.shape[1])
    shown = cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC)
    frame = background.copy()
    bottom, right = min(top + height, frame.shape[0]), min(left + width, frame.shape[1])
    frame[top:bottom, left:right] = shown[: bottom - top, : right - left]
    return frame
