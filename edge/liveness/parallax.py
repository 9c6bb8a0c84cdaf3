"""Whether a face has depth: when a head turns, near points pass far ones; on a picture none does.

Every view of a flat thing is a homography of every other (Hartley and Zisserman, 2nd ed., section
13.1), however it is held, turned and waved. So the views are laid over each other by homographies,
and what is left is compared with what depth would leave: a turn by a small angle moves a point by
its depth times the sine of the angle, against all the others. Matching with the mesh's own depth
over many points finds turns that are smaller than the noise of one point.

Noise of one frame is not that of the next, a movement is: the mean product of neighbouring frames
keeps the movement and loses the noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from edge.domain import Points
from edge.liveness.plane import Sets, onto

# fmt: off
RIGID = (
    4, 9, 10, 20, 21, 23, 28, 36, 50, 51, 53, 54, 55, 66, 67, 69, 70, 103, 104, 105,
    108, 109, 110, 111, 112, 118, 119, 120, 122, 126, 127, 137, 151, 156, 168, 174, 187, 195, 205, 223,
    227, 240, 247, 251, 253, 256, 257, 265, 276, 279, 280, 282, 284, 293, 296, 297, 299, 330, 332, 333,
    336, 337, 338, 346, 349, 355, 356, 363, 366, 368, 411, 412, 423, 425, 438, 441, 447, 449, 461, 467,
)
# fmt: on
"""Points of the mesh that neither speech nor blinking moves: 80 spread over forehead, brows, temples,
cheeks and nose, down to three quarters of the way from the eyes to the mouth."""

_EYES = ((33, 133), (362, 263))

_LEAST_VIEWS = 5


def parallax(meshes: Sequence[Points]) -> float:
    """Return how far a head turned among the views *meshes*, as its depth shows it, in degrees.

    It is the standard deviation of the turn, both ways together, less what a homography takes over
    for itself: a turn to the side shows 0.45 of its degrees. (Matching with what no homography takes
    over shows them all, and divided waved prints from people who nod worse.) *meshes* are
    ``(468, 3)`` in pixels, in the order of time. Zero for fewer than five views, and for what is flat
    but for noise.
    """
    if len(meshes) < _LEAST_VIEWS:
        return 0.0
    views = np.stack(meshes).astype(np.float64)
    middle = views[len(views) // 2]
    eyes = [middle[list(corners), :2].mean(axis=0) for corners in _EYES]
    scale = float(np.linalg.norm(eyes[1] - eyes[0]))
    if not math.isfinite(scale) or scale <= 0:
        return 0.0
    points = views[:, RIGID, :2]
    points = (points - points.mean(axis=1, keepdims=True)) / scale
    # Twice: the first mean is a better target than any single view.
    mean = onto(points, points[len(points) // 2]).mean(axis=0)
    flat = onto(points, mean)
    left = flat - flat.mean(axis=0)
    depth = _beside_a_plane(middle[RIGID, 2] / scale, mean)
    strength = float(depth @ depth)
    if strength <= 0:
        return 0.0
    turns = left.transpose(0, 2, 1) @ depth / strength
    turns -= turns.mean(axis=0)
    kept = float((turns[1:] * turns[:-1]).sum(axis=1).mean())
    return math.degrees(math.sqrt(max(kept, 0.0)))


def _beside_a_plane(depth: Sets, points: Sets) -> Sets:
    """Return what no tilted plane explains of *depth* ``(n,)`` over *points* ``(n, 2)``."""
    planes = np.column_stack([np.ones(len(points)), points])
    tilt, *_ = np.linalg.lstsq(planes, depth, rcond=None)
    return np.asarray(depth - planes @ tilt)
