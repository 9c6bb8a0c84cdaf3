"""Where the faces are: YuNet, through OpenCV.

Finding costs in proportion to the pixels searched, so a picture is searched at a fixed size of its
longer side and the answers are scaled back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.domain import Box, Pixels, Points
from edge.errors import ModelError

CONFIDENCE = 0.6
"""Least score, 0 to 1. At 0.6 YuNet finds the right face in all 13,233 photos of LFW."""

SEARCH_SIDE = 640
"""Pixels of the longer side to which larger pictures are scaled down before the search. YuNet finds
all faces from 30 pixels there, 97 % of 24 and 93 % of 20 (shorter side)."""

LEAST_SIDE = 320
"""Pixels of the longer side to which smaller pictures are scaled up: a face that fills a still of
80×80 is found as surely as any."""

_OVERLAP = 0.3
"""Two boxes that share more than this are one face (non-maximum suppression), YuNet's own value."""

_MOST = 1000
"""Boxes kept for the suppression; a crowd at this size of search has fewer faces."""

_SMALLEST = 16
"""Pixels of the shorter side below which OpenCV's network has nothing to convolve."""


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """A face as found.

    *box* lies within the frame; *confidence* in percent; *points* ``(5, 2)`` eye, eye, nose tip,
    mouth corner, mouth corner, the viewer's left first, in pixels of the frame.
    """

    box: Box
    confidence: float
    points: Points


class Detector:
    """Finds faces. Keeps the network's buffers, so one object serves one thread.

    *confidence* is the least score, 0 to 1.

    :raises ModelError: if OpenCV does not take the network.
    """

    def __init__(self, path: Path, *, confidence: float = CONFIDENCE) -> None:
        if not 0 < confidence < 1:
            raise ValueError(f"a detector's confidence lies between 0 and 1, not at {confidence}")
        self._size = (LEAST_SIDE, LEAST_SIDE)
        try:
            with _quiet():
                self._network = cv2.FaceDetectorYN.create(
                    str(path), "", self._size, confidence, _OVERLAP, _MOST
                )
        except cv2.error as error:
            raise ModelError(
                f"OpenCV cannot load the face detector {path.name}: {error}",
                remedy="Run `ostiary models prepare`.",
            ) from error

    def detect(self, pixels: Pixels, *, side: int = SEARCH_SIDE) -> tuple[Detection, ...]:
        """Return the faces in *pixels*, largest first.

        *side* is the longest side, in pixels, that is searched: the time grows with its square.
        """
        height, width = pixels.shape[:2]
        scaled = _scaled(pixels, side)
        size = (scaled.shape[1], scaled.shape[0])
        if size != self._size:  # rebuilds the network's buffers: tens of milliseconds
            self._network.setInputSize(size)
            self._size = size
        rows = self._network.detect(scaled)[1]
        if rows is None:
            return ()
        factor = np.array([width / size[0], height / size[1]], np.float32)
        found = (_detection(row, factor, width, height) for row in rows)
        faces = [face for face in found if face is not None]
        return tuple(sorted(faces, key=lambda face: face.box.area, reverse=True))


def _scaled(pixels: Pixels, side: int) -> Pixels:
    """Return *pixels* with the longer side at most *side* and, within that, at least the least."""
    height, width = pixels.shape[:2]
    longer = max(width, height)
    factor = min(side, max(longer, LEAST_SIDE)) / longer
    size = (max(_SMALLEST, round(width * factor)), max(_SMALLEST, round(height * factor)))
    if size == (width, height):
        return pixels
    # Averaging areas keeps small faces free of aliasing; enlarging needs interpolation.
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return cv2.resize(pixels, size, interpolation=how).astype(np.uint8, copy=False)


def _detection(
    row: NDArray[np.float32], factor: NDArray[np.float32], width: int, height: int
) -> Detection | None:
    """Return one row of YuNet (box, five points, score) in pixels of the frame."""
    if not np.isfinite(row).all():
        return None
    corners = np.stack([row[:2], row[:2] + row[2:4]]) * factor
    (left, top), (right, bottom) = np.clip(corners, 0, (width, height)).tolist()
    if right - left < 1 or bottom - top < 1:
        return None
    return Detection(
        box=Box(left, top, right - left, bottom - top),
        confidence=100.0 * float(row[14]),
        points=(row[4:14].reshape(5, 2) * factor).astype(np.float32),
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep OpenCV from warning that its new engine ignores the target it chose itself."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)
