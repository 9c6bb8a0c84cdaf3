"""Where a head points, read from the mesh.

The mesh is three-dimensional, so the head's own axes can be measured in it: across, from one half
of the face to the other, and down, from forehead to chin. No camera model and no fitting.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.domain import Points, Pose

_MIRRORED = np.array(
    [(33, 263), (133, 362), (61, 291), (234, 454), (127, 356), (172, 397), (50, 280)]
)
"""Points and their mirror images: eye corners, mouth corners, ears, temples, jaw, cheeks. Together
they point across the face whatever the expression; the viewer's left first."""

_FOREHEAD, _CHIN = 10, 152

_NEUTRAL_PITCH = -5.0
"""Degrees by which the line from forehead to chin leans back in a face that looks straight ahead:
the median over 500 photos of LFW."""


def pose_of(mesh: Points) -> Pose:
    """Return the pose of a ``(468, 3)`` mesh, in degrees, signs as in :class:`Pose`.

    The turns are undone in the order roll, yaw, pitch.
    """
    across, down, inward = axes_of(mesh)
    return Pose(
        yaw=_degrees(across[2], np.hypot(across[0], across[1])),
        pitch=_degrees(-down[2], inward[2]) - _NEUTRAL_PITCH,
        roll=_degrees(across[1], across[0]),
    )


def axes_of(mesh: Points) -> NDArray[np.float64]:
    """Return the head's own axes, rows of ``(3, 3)``: across to the viewer's right, down, inward."""
    points = mesh.astype(np.float64)
    across = (points[_MIRRORED[:, 1]] - points[_MIRRORED[:, 0]]).mean(axis=0)
    across /= np.linalg.norm(across)
    down = points[_CHIN] - points[_FOREHEAD]
    down -= across * (across @ down)
    down /= np.linalg.norm(down)
    return np.stack([across, down, np.cross(across, down)])


def _degrees(opposite: float, adjacent: float) -> float:
    return float(np.degrees(np.arctan2(opposite, adjacent)))
