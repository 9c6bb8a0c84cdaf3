"""What spoils a picture at a door, done to pictures whose faces are known to be found when unspoilt.

Every kind changes the whole picture, before a face is looked for: a face that is not found, or that
the quality gate refuses, is part of what a kind does. Lengths that depend on the face are in its
own sizes, so that they mean the same in pictures of other sizes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.domain import Face, Pixels, Points
from edge.evaluation.robustness.covers import Cover, half, hand, mask, sunglasses

Change: TypeAlias = Callable[[Pixels, Face, np.random.Generator], Pixels]
"""Takes a picture, the face meant in it with its mesh, and chance; gives another picture."""

DARK = 0.2
"""Part of the pixel values that is left in the dark: a thirtieth of the light (sRGB's 2.2)."""

GRAIN = 4.0
"""Standard deviation of a camera's noise in the dark, in grey levels."""

LOUD_GRAIN = 15.0
"""The same of a camera that has turned its amplification up."""

OVEREXPOSED = 1.8
"""Factor of the pixel values before they are cut off at white: nearly two stops."""

DEFOCUS = 0.045
"""Radius of the disc that a point becomes, in shorter sides of the face: 4 pixels of 94."""

DEFOCUS_FAR = 0.07
"""The same, farther out of focus."""

MOTION = 0.12
"""How far a head moves sideways while the shutter is open, in shorter sides of the face: 11 pixels
of 94, which at a walk across the picture takes a hundredth of a second."""

QUALITY = 30
"""Of JPEG, as cheap network cameras send it."""

SMALL = 40.0
"""Pixels of a small face's shorter side: the least that the door's quality gate takes."""

TILT = 20.0
"""Degrees that the camera or the head is tilted."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to spoil a picture; *name* is what a table calls it."""

    name: str
    change: Change


def _unchanged(pixels: Pixels, _face: Face, _chance: np.random.Generator) -> Pixels:
    return pixels


def _dark(pixels: Pixels, _face: Face, chance: np.random.Generator) -> Pixels:
    return _whole(pixels * DARK + chance.normal(0, GRAIN, pixels.shape))


def _noisy(pixels: Pixels, _face: Face, chance: np.random.Generator) -> Pixels:
    return _whole(pixels + chance.normal(0, LOUD_GRAIN, pixels.shape))


def _overexposed(pixels: Pixels, _face: Face, _chance: np.random.Generator) -> Pixels:
    return _whole(pixels * OVEREXPOSED)


def _defocused(radius: float) -> Change:
    def change(pixels: Pixels, face: Face, _chance: np.random.Generator) -> Pixels:
        reach = radius * face.quality.size
        side = 2 * int(np.ceil(reach)) + 1
        away = np.hypot(*(np.indices((side, side)) - side // 2))
        # A pixel that the disc's edge crosses counts as far as it is covered.
        disc = np.clip(reach + 0.5 - away, 0, 1)
        return cv2.filter2D(pixels, -1, disc / disc.sum()).astype(np.uint8, copy=False)

    return change


def _moved(pixels: Pixels, face: Face, _chance: np.random.Generator) -> Pixels:
    length = max(round(MOTION * face.quality.size), 1)
    return cv2.blur(pixels, (length, 1)).astype(np.uint8, copy=False)


def _compressed(pixels: Pixels, _face: Face, _chance: np.random.Generator) -> Pixels:
    packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _small(pixels: Pixels, face: Face, _chance: np.random.Generator) -> Pixels:
    factor = SMALL / face.quality.size
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=how).astype(np.uint8)


def _turned(degrees: float) -> Change:
    def change(pixels: Pixels, _face: Face, _chance: np.random.Generator) -> Pixels:
        height, width = pixels.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        return cv2.warpAffine(pixels, turn, (width, height)).astype(np.uint8, copy=False)

    return change


def _covered(cover: Cover) -> Change:
    def change(pixels: Pixels, face: Face, chance: np.random.Generator) -> Pixels:
        if face.mesh is None:
            raise ValueError("a cover is painted along the mesh, which this face lacks")
        mesh: Points = face.mesh
        return cover(pixels, mesh, chance)

    return change


def _whole(values: NDArray[np.floating]) -> Pixels:
    rounded: Pixels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return rounded


UNCHANGED = Kind("unchanged", _unchanged)

KINDS: tuple[Kind, ...] = (
    UNCHANGED,
    Kind("dark: a fifth of the pixel values", _dark),
    Kind("overexposed: 1.8 times, cut off at white", _overexposed),
    Kind("noisy: 15 grey levels", _noisy),
    Kind("out of focus by 4 % of the face", _defocused(DEFOCUS)),
    Kind("out of focus by 7 % of the face", _defocused(DEFOCUS_FAR)),
    Kind("moved by 12 % of the face", _moved),
    Kind("JPEG quality 30", _compressed),
    Kind("face of 40 pixels", _small),
    Kind("turned by 20° to the left", _turned(TILT)),
    Kind("turned by 20° to the right", _turned(-TILT)),
    Kind("in a mask", _covered(mask)),
    Kind("in sunglasses", _covered(sunglasses)),
    Kind("a hand before the mouth", _covered(hand)),
    Kind("one half covered", _covered(half)),
)
