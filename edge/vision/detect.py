"""Where the faces are: YuNet.

Finding costs in proportion to the pixels searched, so a picture is searched at a fixed size of its
longer side and the answers are scaled back.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.domain import Box, Pixels, Points
from edge.errors import ModelError
from edge.vision.tflite import Network
from edge.vision.yunet import CHANNELS, MULTIPLE, STRIDES, faces_in, without_repeats

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

    *confidence* is the least score, 0 to 1; *threads* how many cores one search may use.

    :raises ModelError: if the file is no detector.
    """

    def __init__(self, path: Path, *, confidence: float = CONFIDENCE, threads: int = 1) -> None:
        if not 0 < confidence < 1:
            raise ValueError(f"a detector's confidence lies between 0 and 1, not at {confidence}")
        self._confidence = confidence
        self._network = Network(path, threads=threads)
        if [shape[3:] for shape in self._network.output_shapes] != [(CHANNELS,)] * len(STRIDES):
            raise ModelError(
                f"{path.name} is no face detector.", remedy="Run `ostiary models prepare`."
            )
        self._picture = np.zeros(self._network.input_shape, np.float32)

    def detect(self, pixels: Pixels, *, side: int = SEARCH_SIDE) -> tuple[Detection, ...]:
        """Return the faces in *pixels*, largest first.

        *side* is the longest side, in pixels, that is searched: the time grows with its square.
        """
        height, width = pixels.shape[:2]
        scaled = _scaled(pixels, side)
        outputs = self._network.run(self._framed(scaled))
        rows = without_repeats(faces_in(outputs, confidence=self._confidence), overlap=_OVERLAP)
        factor = np.array([width / scaled.shape[1], height / scaled.shape[0]], np.float32)
        found = (_detection(row, factor, width, height) for row in rows)
        faces = [face for face in found if face is not None]
        return tuple(sorted(faces, key=lambda face: face.box.area, reverse=True))

    def _framed(self, scaled: Pixels) -> NDArray[np.float32]:
        """Return *scaled* as the network's picture, with black up to the next whole cell."""
        height, width = scaled.shape[:2]
        shape = (1, _whole_cells(height), _whole_cells(width), 3)
        if shape != self._picture.shape:
            self._network.resize(shape)
            self._picture = np.zeros(shape, np.float32)
        self._picture[0, :height, :width] = scaled
        self._picture[0, height:] = self._picture[0, :, width:] = 0
        return self._picture


def _whole_cells(side: int) -> int:
    return -(-side // MULTIPLE) * MULTIPLE


def _scaled(pixels: Pixels, side: int) -> Pixels:
    """Return *pixels* with the longer side at most *side* and, within that, at least the least."""
    height, width = pixels.shape[:2]
    longer = max(width, height)
    factor = min(side, max(longer, LEAST_SIDE)) / longer
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    if size == (width, height):
        return pixels
    # Averaging areas keeps small faces free of aliasing; enlarging needs interpolation.
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return cv2.resize(pixels, size, interpolation=how).astype(np.uint8, copy=False)


def _detection(
    row: NDArray[np.float32], factor: NDArray[np.float32], width: int, height: int
) -> Detection | None:
    """Return one row of :data:`~edge.vision.yunet.Rows` in pixels of the frame."""
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
