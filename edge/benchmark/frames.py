"""Frames as a door camera would give them, of any size, made from the demonstration's footage."""

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
"""Side, left and top, in a frame of 640×480, of a portrait of which the face takes up a fifth of
the side."""


def door_frames(width: int = WIDTH, height: int = HEIGHT) -> tuple[Pixels, ...]:
    """Return twenty frames, BGR: a man who talks, and a portrait of several sizes in a scene.

    Faces are as large a part of the height in every size; *width* is at least 4/3 of *height*.

    :raises CameraError: if the footage is missing.
    """
    frames = [filled(pixels, width, height) for pixels in clip(CARPHONE)[::MAN_EVERY]]
    scene = cv2.resize(picture(COFFEE), (width, height), interpolation=cv2.INTER_AREA)
    portrait = picture(ASTRONAUT)
    scale = height / HEIGHT
    beside = (width - round(WIDTH * scale)) // 2
    for size in PORTRAITS:
        side, left, top = (round(scale * each) for each in size)
        frame = scene.copy()
        shown = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)[: height - top]
        frame[top : top + side, beside + left : beside + left + side] = shown
        frames.append(frame.astype(np.uint8))
    return tuple(frames)


def filled(pixels: Pixels, width: int, height: int) -> Pixels:
    """Return *pixels* grown to *height*, with their edges drawn out to *width*."""
    grown = cv2.resize(
        pixels,
        (round(pixels.shape[1] * height / pixels.shape[0]), height),
        interpolation=cv2.INTER_CUBIC,
    )
    side = (width - grown.shape[1]) // 2
    return cv2.copyMakeBorder(
        grown, 0, 0, side, width - grown.shape[1] - side, cv2.BORDER_REPLICATE
    ).astype(np.uint8)
