"""Covers that are painted on a face along its mesh, and changes that cover nothing."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from edge.domain import Pixels, Points

_MASK = [234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361,
         323, 454, 6]  # fmt: skip
"""From ear to ear along the jaw, and over the bridge of the nose."""

_GLASSES = (
    [70, 63, 105, 66, 107, 193, 245, 128, 121, 120, 119, 118, 117, 111, 143],
    [300, 293, 334, 296, 336, 417, 465, 357, 350, 349, 348, 347, 346, 340, 372],
)
"""From the brows to the cheeks, the viewer's left first."""
_NOSE_SIDES = (193, 417)

_CLOTHS = ((235, 235, 235), (200, 160, 110), (30, 30, 30), (90, 60, 160), (120, 140, 150))
_LENSES = ((10, 10, 10), (40, 30, 20), (30, 40, 60))

Cover = Callable[[Pixels, Points, np.random.Generator], Pixels]


def mask(pixels: Pixels, mesh: Points, chance: np.random.Generator) -> Pixels:
    """Paint a mask over nose and mouth."""
    painted = pixels.copy()
    cv2.fillPoly(
        painted, [np.round(mesh[_MASK, :2]).astype(np.int32)], chance.choice(_CLOTHS).tolist()
    )
    return painted


def hand(pixels: Pixels, mesh: Points, chance: np.random.Generator) -> Pixels:
    """Paint something of the skin's colour before the mouth."""
    height, width = pixels.shape[:2]
    column, line = np.clip(mesh[50, :2], 3, (width - 4, height - 4)).astype(int)
    skin = np.median(pixels[line - 3 : line + 4, column - 3 : column + 4], axis=(0, 1)) * 0.9
    centre = mesh[[13, 2], :2].mean(axis=0).astype(int).tolist()
    eyes = float(np.linalg.norm(mesh[33, :2] - mesh[263, :2]))
    painted = pixels.copy()
    axes = (int(eyes * 0.55), int(eyes * 0.35))
    cv2.ellipse(painted, centre, axes, chance.uniform(-40, 40), 0, 360, skin.tolist(), -1)
    return painted


def half(pixels: Pixels, mesh: Points, chance: np.random.Generator) -> Pixels:
    """Paint over everything on one side of the nose."""
    middle = int(mesh[[6, 4, 1, 152], 0].mean())
    painted = pixels.copy()
    painted[:, slice(middle) if chance.random() < 1 / 2 else slice(middle, None)] = 60
    return painted


def lenses(pixels: Pixels, mesh: Points, chance: np.random.Generator) -> Pixels:
    """Paint dark lenses over the eyes."""
    colour = chance.choice(_LENSES).tolist()
    across = mesh[263, :2] - mesh[33, :2]
    tilt = float(np.degrees(np.arctan2(across[1], across[0])))
    painted = pixels.copy()
    for corners in ([33, 133], [362, 263]):
        width = float(np.linalg.norm(mesh[corners[1], :2] - mesh[corners[0], :2]))
        x, y = mesh[corners, :2].mean(axis=0).tolist()
        centre = [int(x), int(y + width / 10)]
        cv2.ellipse(
            painted, centre, (int(width * 0.85), int(width * 0.6)), tilt, 0, 360, colour, -1
        )
    return painted


def sunglasses(pixels: Pixels, mesh: Points, chance: np.random.Generator) -> Pixels:
    """Paint dark glasses from the brows to the cheeks, with a bridge over the nose."""
    colour = chance.choice(_LENSES).tolist()
    painted = pixels.copy()
    for rim in _GLASSES:
        cv2.fillPoly(painted, [np.round(mesh[rim, :2]).astype(np.int32)], colour)
    ends = np.round(mesh[list(_NOSE_SIDES), :2]).astype(int).tolist()
    width = float(np.linalg.norm(mesh[33, :2] - mesh[133, :2]))
    return cv2.line(painted, ends[0], ends[1], colour, max(round(width / 4), 1)).astype(np.uint8)


def _compressed(pixels: Pixels) -> Pixels:
    packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 15])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _noisy(pixels: Pixels) -> Pixels:
    grain = np.random.default_rng(1).normal(0, 15, pixels.shape)
    return np.clip(pixels + grain, 0, 255).astype(np.uint8)


COVERS: dict[str, Cover] = {
    "a mask": mask,
    "a hand before the mouth": hand,
    "half of the face": half,
    "dark lenses": lenses,
}

CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    "bare": lambda pixels: pixels,
    "bare, half as large": lambda pixels: cv2.resize(
        pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA
    ).astype(np.uint8),
    "bare, blurred (2 pixels)": lambda pixels: cv2.GaussianBlur(pixels, (0, 0), 2).astype(np.uint8),
    "bare, a quarter of the light": lambda pixels: (pixels * 0.25).astype(np.uint8),
    "bare, noisy": _noisy,
    "bare, JPEG quality 15": _compressed,
}
