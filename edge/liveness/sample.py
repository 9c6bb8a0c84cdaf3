"""What one frame contributes to telling whether a face lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from edge.domain import Points

EyePatches: TypeAlias = NDArray[np.float32]
"""``(2, rows, columns)``: both eyes, levelled, of mean zero and spread one."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One face in one frame.

    *at* in seconds of the frames' monotonic clock; *mesh* ``(468, 3)`` in pixels; *yaw* and *pitch*
    in degrees, as in :class:`edge.domain.Pose`; *size* the box's shorter side in pixels; *eyes* what
    the eyes look like; *texture* the anti-spoof network's log odds that the skin is real, None where
    there is no such network.
    """

    at: float
    mesh: Points
    yaw: float
    pitch: float
    size: float
    eyes: EyePatches
    texture: float | None = None


def since(samples: Sequence[Sample], at: float) -> tuple[Sample, ...]:
    """Return the samples taken at *at* or later."""
    return tuple(sample for sample in samples if sample.at >= at)
