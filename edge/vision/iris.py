"""Lids and irises of both eyes: MediaPipe's iris network, for whoever asks about a face.

A door does without it, so nothing of it is loaded for a door.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.domain import Pixels, Points
from edge.vision.align import Similarity, cut
from edge.vision.landmarks import EYES
from edge.vision.tflite import Network

SIDE = 64
"""Pixels of the network's square input."""

CONTEXT = 2.3
"""Side of the square that the network sees, in distances between the corners of the eye: MediaPipe's
``iris_landmark_landmarks_to_roi``."""

_LIDS, _IRIS = 71, 5
"""Points that the network gives: the rims of the lids, then folds and brow; the iris."""

RIM = 16
"""Leading points of the 71 that lie on the rims of the lids. 0 and 8 are the corners, 1 to 7 the lower
lid, 9 to 15 the upper one, each from the outer corner to the inner."""


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """One eye, in pixels of the frame.

    *rim* ``(16, 2)`` the rims of the lids, in the order of :data:`RIM`; *iris* ``(5, 2)`` its centre,
    then four points of its edge, a quarter of the way round from each to the next.
    """

    rim: Points
    iris: Points

    @property
    def pupil(self) -> Points:
        """Centre of the iris, ``(2,)``."""
        return np.asarray(self.iris[0], np.float32)

    @property
    def iris_diameter(self) -> float:
        """Pixels across the iris, along the longer of its axes: a glance narrows only the other."""
        axes = self.iris[1:3] - self.iris[3:5]
        return float(np.linalg.norm(axes, axis=1).max())

    @property
    def gap(self) -> float:
        """Pixels between the lids: the mean of three distances around the middle."""
        return float(np.linalg.norm(self.rim[3:6] - self.rim[11:14], axis=1).mean())


class Irises:
    """Draws the lids and the iris of each eye of a mesh. One object serves one thread.

    :raises ModelError: if the file is no network that can be run.
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._network = Network(path, threads=threads)

    def eyes(self, pixels: Pixels, mesh: Points) -> tuple[Eye, Eye]:
        """Return both eyes of the ``(468, 3)`` *mesh* of a face in *pixels*, the viewer's left first.

        The network knows only the viewer's left eye, so it is shown the other one in a mirror.
        """
        left, right = (mesh[list(corners), :2] for corners in EYES)
        return (
            self._draw(pixels, _level_square(left[0], left[1], mirrored=False)),
            self._draw(pixels, _level_square(right[0], right[1], mirrored=True)),
        )

    def _draw(self, pixels: Pixels, to_crop: Similarity) -> Eye:
        crop = cut(pixels, to_crop, side=SIDE)
        rgb = crop[None, :, :, ::-1].astype(np.float32) / np.float32(255)
        lids, iris = self._network.run(rgb)
        return Eye(
            rim=_in_frame(lids.reshape(_LIDS, 3)[:RIM, :2], to_crop),
            iris=_in_frame(iris.reshape(_IRIS, 3)[:, :2], to_crop),
        )


def _level_square(left: Points, right: Points, *, mirrored: bool) -> Similarity:
    """Return what levels the line between the corners of an eye and shows it with its context."""
    across = right.astype(np.float64) - left
    length = max(float(np.linalg.norm(across)), 1e-6)
    cos, sin = across / length * SIDE / (CONTEXT * length)
    turn = np.array([[cos, sin], [-sin, cos]])
    if mirrored:
        turn[0] *= -1
    return np.column_stack([turn, SIDE / 2 - turn @ ((left + right) / 2)])


def _in_frame(points: Points, to_crop: Similarity) -> Points:
    back = cv2.invertAffineTransform(to_crop)
    return (points @ back[:, :2].T + back[:, 2]).astype(np.float32)
