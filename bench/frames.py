"""Frames of 640×480 as a door camera would give them, made from the demonstration's footage."""

from __future__ import annotations

import cv2
import numpy as np

from edge.demonstration.footage import ASTRONAUT, CARPHONE, COFFEE, clip, picture
from edge.domain import Pixels

WIDTH, HEIGHT = 640, 480
MAN_EVERY = 10
"""Every tenth frame of the clip: twelve of them."""

PORTRAITS = ((480, 160, 0), (480, 40, 0), (460, 0, 20), (440, 200, 40), (420, 100, 0), (420, 220, 60),
             (400, 0, 0), (400, 120, 80))  # fmt: skip
"""Side, left and top of a portrait of which the face takes up a fifth of the side."""


def door_frames() -> tuple[Pixels, ...]:
    """Return twenty frames, BGR: a man who talks, and a portrait of several sizes in a scene."""
    frames = [_letterboxed(pixels) for pixels in clip(CARPHONE)[::MAN_EVERY]]
    scene = cv2.resize(picture(COFFEE), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    portrait = picture(ASTRONAUT)
    for side, left, top in PORTRAITS:
        frame = scene.copy()
        frame[top : top + side, left : left + side] = cv2.resize(
            portrait, (side, side), interpolation=cv2.INTER_AREA
        )[: HEIGHT - top]
        frames.append(frame.astype(np.uint8))
    return tuple(frames)


def _letterboxed(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    scale = HEIGHT / height
    grown = cv2.resize(pixels, (round(width * scale), HEIGHT), interpolation=cv2.INTER_CUBIC)
    side = (WIDTH - grown.shape[1]) // 2
    return cv2.copyMakeBorder(
        grown, 0, 0, side, WIDTH - grown.shape[1] - side, cv2.BORDER_REPLICATE
    ).astype(np.uint8)
