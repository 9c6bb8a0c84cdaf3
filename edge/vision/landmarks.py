"""468 points of a face: MediaPipe's mesh, which sees depth and knows whether it sees a face."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.domain import Pixels, Points
from edge.vision.align import Similarity, cut, fit_similarity
from edge.vision.card import Template
from edge.vision.detect import Detection
from edge.vision.tflite import Network

SIDE = 192
"""Pixels of the network's square input."""

CONTEXT = 1.5
"""Side of the square that the network sees, in longer sides of the face. MediaPipe's; on LFW the
network is as sure at 1.25, begins to doubt at 1.75 and fails at 2."""

SQUARE: Template = ((72.9, 73.7), (119.1, 73.7), (96.0, 101.5), (75.9, 122.6), (116.1, 122.6))
"""Where the network is shown the detector's five points: where they lie on average in the square
around a mesh that is level already, over 6,420 photos of LFW, made symmetric."""

LEVEL = 20.0
"""Degrees of tilt up to which the mesh is drawn once: nearly always. Two looks at every face match no
better (6,420 photos of LFW); at 1,050 that were turned by 20°, two looks find 98.1 % of the true
matches at FMR 1e-4 and 95.8 % at 1e-5, one look 98.0 and 95.7 %. Its points are then 1.7 % of a
face's side off in the mean instead of 0.7 %."""

EYES = ((33, 133), (362, 263))
"""Corners of each eye in the mesh, the viewer's left eye first."""
NOSE_TIP = 1
MOUTH_CORNERS = (61, 291)


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """The points of one face.

    *points* ``(468, 3)`` in pixels of the frame, z in the same scale, nearer is smaller;
    *presence* from 0 to 1 how sure the network is that it looks at a face.
    """

    points: Points
    presence: float

    @property
    def five(self) -> Points:
        """Eye centres, nose tip and mouth corners, ``(5, 2)``, the viewer's left first."""
        return five_of(self.points)


def five_of(points: Points) -> Points:
    """Return eye centres, nose tip and mouth corners, ``(5, 2)``, of the ``(468, 3)`` *points*."""
    flat = points[:, :2]
    eyes = [flat[list(corners)].mean(axis=0) for corners in EYES]
    return np.stack([*eyes, flat[NOSE_TIP], *flat[list(MOUTH_CORNERS)]])


class Landmarks:
    """Draws the mesh of a face that was found. One object serves one thread.

    *level* is the tilt in degrees up to which one look is enough.
    """

    def __init__(self, path: Path, *, threads: int = 1, level: float = LEVEL) -> None:
        self._network = Network(path, threads=threads)
        self._level = level

    def mesh(self, pixels: Pixels, face: Detection) -> Mesh:
        """Return the mesh of *face* in *pixels*.

        A head that tilts by more than the level is drawn twice: of a tilt the detector sees too
        little, and the network leaves a fifth of what is left in its square out of its answer. Seen
        again through the square that the first mesh's points give, those of a tilted head are half
        as far off. The presence is then the lesser of the two.

        :raises ImageError: if the points of *face* coincide.
        """
        first = self._draw(pixels, _around_points(face.points))
        if abs(_tilt(first.points)) <= self._level:
            return first
        second = self._draw(pixels, _around_points(first.five))
        return Mesh(second.points, min(first.presence, second.presence))

    def again(self, pixels: Pixels, points: Points) -> Mesh:
        """Return the mesh of the face that had these ``(468, 3)`` *points* in the picture before.

        Drawn once: the square of a mesh is level already. It is framed as :meth:`mesh` frames it,
        or else the eyes would jump whenever a search comes between.
        """
        return self._draw(pixels, _around_points(five_of(points)))

    def certainty(self, pixels: Pixels, points: Points) -> float:
        """Look once more at the face with these ``(468, 3)`` *points* and return how sure it is one.

        In log odds, where presences that all round to one still differ: 39 for a bare face, 8 for
        one in a mask.
        """
        return self._run(pixels, _around_mesh(points))[1]

    def _draw(self, pixels: Pixels, to_crop: Similarity) -> Mesh:
        shape, flag = self._run(pixels, to_crop)
        return Mesh(
            points=_in_frame(shape, to_crop),
            presence=float(1 / (1 + np.exp(-np.clip(flag, -50, 50)))),
        )

    def _run(self, pixels: Pixels, to_crop: Similarity) -> tuple[Points, float]:
        crop = cut(pixels, to_crop, side=SIDE)
        # Turned in memory: numpy reads a reversed view ten times slower.
        rgb = cv2.cvtColor(crop, cv2.COLOR_BGR2RGB)
        shape, flag = self._network.run(np.divide(rgb[None], np.float32(255), dtype=np.float32))
        return shape.reshape(468, 3), float(flag.ravel()[0])


def _around_points(five: Points) -> Similarity:
    return fit_similarity(five, np.array(SQUARE))


def _across(points: Points) -> NDArray[np.float32]:
    return points[EYES[1][1], :2] - points[EYES[0][0], :2]


def _tilt(points: Points) -> float:
    across = _across(points)
    return float(np.degrees(np.arctan2(across[1], across[0])))


def _around_mesh(points: Points) -> Similarity:
    across = _across(points)
    along = across / max(float(np.linalg.norm(across)), 1e-6)
    axes = np.array([along, (-along[1], along[0])])
    turned = points[:, :2] @ axes.T
    lowest, highest = turned.min(axis=0), turned.max(axis=0)
    centre = (lowest + highest) / 2 @ axes
    return _upright_square(across, centre, float((highest - lowest).max()))


def _upright_square(
    across: NDArray[np.floating], centre: NDArray[np.floating], size: float
) -> Similarity:
    """Return what levels the direction *across* and shows *size* pixels with their context."""
    tilt = np.arctan2(across[1], across[0])
    scale = SIDE / (CONTEXT * max(size, 1.0))
    cos, sin = scale * np.cos(tilt), scale * np.sin(tilt)
    turn = np.array([[cos, sin], [-sin, cos]])
    return np.column_stack([turn, SIDE / 2 - turn @ centre])


def _in_frame(shape: NDArray[np.float32], to_crop: Similarity) -> Points:
    back = cv2.invertAffineTransform(to_crop)
    points = np.empty((468, 3), np.float32)
    points[:, :2] = shape[:, :2] @ back[:, :2].T + back[:, 2]
    points[:, 2] = shape[:, 2] * np.hypot(back[0, 0], back[1, 0])
    return points
