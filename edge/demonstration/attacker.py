"""A photograph in somebody's hand, as a camera sees it: flat, however it is turned.

A pinhole camera looks at a rectangle that turns about two axes. Every view of it is a homography of
the photograph, so no view shows depth that another does not.
"""

from __future__ import annotations

import cv2
import numpy as np

from edge.domain import Pixels

FOCAL = 1.0
"""In widths of the frame: about 53 degrees across."""

TURN = np.radians((8.0, 18.0))
"""How far the photograph is turned either way: nodding, and to the sides."""

SHARE = 0.85
"""Part of the frame's width that the photograph fills, seen from straight ahead."""

NOISE = 1.2
"""Grey levels of a sensor's noise in good light."""


def waved(background: Pixels, photo: Pixels, *, count: int) -> list[Pixels]:
    """Return *count* views of *photo*, waved before *background* in two slow turns."""
    height, width = background.shape[:2]
    rows, columns = photo.shape[:2]
    large = cv2.resize(photo, (width, round(width * rows / columns)), interpolation=cv2.INTER_CUBIC)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2
    flat = np.column_stack([corners * (1, rows / columns), np.zeros(4)]) * SHARE
    source = (corners + 0.5) * (large.shape[1], large.shape[0])
    views = []
    for phase in np.linspace(0, 4 * np.pi, count, endpoint=False):
        nod, turn = TURN * (np.sin(0.7 * phase), np.sin(phase))
        turned = flat @ _rotation(nod, turn).T + (0, 0.02 * np.sin(1.3 * phase), FOCAL)
        seen = FOCAL * turned[:, :2] / turned[:, 2:] * width + (width / 2, height / 2)
        view = cv2.getPerspectiveTransform(source.astype(np.float32), seen.astype(np.float32))
        frame = background.copy()
        cv2.warpPerspective(
            large, view, (width, height), dst=frame, borderMode=cv2.BORDER_TRANSPARENT
        )
        views.append(frame)
    return views


def with_noise(pixels: Pixels, draw: np.random.Generator) -> Pixels:
    """Return *pixels* as a sensor sees them: never twice the same."""
    noisy = pixels + draw.normal(0.0, NOISE, pixels.shape)
    return np.asarray(np.clip(np.rint(noisy), 0, 255), np.uint8)


def _rotation(nod: float, turn: float) -> np.ndarray:
    about_x, _ = cv2.Rodrigues(np.array([nod, 0.0, 0.0]))
    about_y, _ = cv2.Rodrigues(np.array([0.0, turn, 0.0]))
    return np.asarray(about_y @ about_x)
