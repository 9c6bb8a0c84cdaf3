"""What pixels tell about whether a face lives: its eyes and, with the network, its texture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.domain import Face, Pixels, Points
from edge.liveness.sample import EyePatches, Sample
from edge.vision.antispoof import AntiSpoof
from edge.vision.landmarks import EYES

_ROWS, _COLUMNS, _BETWEEN_CORNERS = 20, 40, 28.0
"""Pixels of an eye's patch, and how many of them lie between its corners."""

_LEAST_SPREAD = 4.0
"""Grey levels added to a patch's spread, so that noise is not taken for a picture in the dark."""


class LivenessReader:
    """Measures one face a frame. One object serves one thread.

    *antispoof* is None where the optional network is not there.
    """

    def __init__(self, antispoof: AntiSpoof | None) -> None:
        self._antispoof = antispoof

    @property
    def sees_texture(self) -> bool:
        """Whether the optional network is there."""
        return self._antispoof is not None

    def sample(self, pixels: Pixels, face: Face, at: float) -> Sample:
        """Return what *face* in *pixels*, taken at *at*, contributes.

        :raises ValueError: if the face has no mesh.
        """
        if face.mesh is None:
            raise ValueError("a face without a mesh cannot be told from a picture")
        texture = None
        if self._antispoof is not None:
            texture = self._antispoof.log_odds(pixels, face.box)
        return Sample(
            at=at,
            mesh=face.mesh,
            yaw=face.quality.pose.yaw,
            pitch=face.quality.pose.pitch,
            size=face.quality.size,
            eyes=_eyes(pixels, face.mesh),
            texture=texture,
        )


def _eyes(pixels: Pixels, mesh: Points) -> EyePatches:
    flat = mesh[:, :2].astype(np.float64)
    return np.stack([_eye(pixels, flat[first], flat[second]) for first, second in EYES])


def _eye(
    pixels: Pixels, first: NDArray[np.float64], second: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return the eye between its two corners, levelled, of mean zero and spread about one."""
    across = second - first
    length = max(float(np.linalg.norm(across)), 1e-6)
    cos, sin = across / length * (_BETWEEN_CORNERS / length)
    turn = np.array([[cos, sin], [-sin, cos]])
    shift = np.array([_COLUMNS / 2, _ROWS / 2]) - turn @ (first + second) / 2
    patch = cv2.warpAffine(
        pixels, np.column_stack([turn, shift]), (_COLUMNS, _ROWS), borderMode=cv2.BORDER_REPLICATE
    )
    grey = cv2.GaussianBlur(cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY).astype(np.float32), (0, 0), 1.0)
    grey -= grey.mean()
    return np.asarray(grey / (grey.std() + _LEAST_SPREAD), np.float32)
