"""How one flat thing would look from elsewhere: homographies, many at once.

Direct linear transformation with normalized points (Hartley and Zisserman, *Multiple View
Geometry*, 2nd ed., algorithm 4.2), the last element held at one: the points lie around the origin,
where that element of no view of a face comes near zero.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Sets: TypeAlias = NDArray[np.float64]


def onto(sets: Sets, target: Sets) -> Sets:
    """Return every one of *sets* as a flat thing in the view of *target* would show it.

    *sets* is ``(views, points, 2)`` and *target* ``(points, 2)``, both around the origin and of size
    about one; the result has the shape of *sets*. What a homography explains is gone from the
    difference to *target*; what is left is depth, deformation or noise.
    """
    views, points, _ = sets.shape
    x, y = sets[..., 0], sets[..., 1]
    u, v = target[:, 0], target[:, 1]
    one, zero = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate(
        [
            np.stack([x, y, one, zero, zero, zero, -u * x, -u * y], axis=-1),
            np.stack([zero, zero, zero, x, y, one, -v * x, -v * y], axis=-1),
        ],
        axis=1,
    )
    wanted = np.concatenate([u, v])
    squares = rows.transpose(0, 2, 1) @ rows
    # A ridge far below any real curvature keeps points that coincide from being an error.
    squares += 1e-9 * points * np.eye(8)
    solved = np.linalg.solve(squares, (rows.transpose(0, 2, 1) @ wanted)[..., None])[..., 0]
    matrices = np.concatenate([solved, np.ones((views, 1))], axis=1).reshape(views, 3, 3)
    homogeneous = np.stack([x, y, one], axis=-1) @ matrices.transpose(0, 2, 1)
    return np.asarray(homogeneous[..., :2] / homogeneous[..., 2:])
