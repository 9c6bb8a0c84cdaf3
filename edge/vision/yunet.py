"""What YuNet's numbers mean: cells of a grid become faces.

W. Wu, H. Peng, S. Yu, "YuNet: a tiny millisecond-level face detector", Machine Intelligence Research
20, 2023. The network divides the picture into cells of 8, 16 and 32 pixels and says of each how sure
it is that a face is meant here, and where from here the face lies.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.float32]
"""One face a row, in pixels of the picture: left, top, width, height, five points as x, y of eye,
eye, nose tip, mouth corner, mouth corner, the viewer's left first, and the score from 0 to 1."""

STRIDES = (8, 16, 32)
"""Pixels of a cell's side; the network's outputs stand in this order."""

MULTIPLE = STRIDES[-1]
"""What height and width of the network's picture must be divisible by."""

CHANNELS = 16
"""Of a cell: log odds that it is a face, log odds that anything is here, four numbers of the box,
ten of the points."""

_FARTHEST = 30.0
"""Largest log odds, and logarithm of a size, that are told apart; beyond, float32 overflows."""

_MARGIN = 1e-3
"""Log odds by which a cell may seem to miss the least through rounding."""


def faces_in(outputs: Sequence[NDArray[np.float32]], *, confidence: float) -> Rows:
    """Return the cells that see a face with at least the score *confidence*, in any order.

    *outputs* ``(1, rows, columns, 16)``, one for each of :data:`STRIDES`. The score is the geometric
    mean of both certainties; the box's centre is told in cells from the cell's corner, its size as
    logarithms. Several cells may see one face, see :func:`without_repeats`.
    """
    found = [
        _seen(output[0], stride, confidence)
        for output, stride in zip(outputs, STRIDES, strict=True)
    ]
    return np.concatenate(found)


def without_repeats(rows: Rows, *, overlap: float) -> Rows:
    """Return the surest of all *rows* that share more than *overlap*, the surest first.

    What two boxes share is their common area as a part of what both cover (greedy non-maximum
    suppression).
    """
    rows = rows[np.argsort(-rows[:, 14], kind="stable")]
    kept = []
    while len(rows):
        kept.append(rows[0])
        rows = rows[1:][_shared(rows[0], rows[1:]) <= overlap]
    return np.stack(kept) if kept else rows


def _seen(grid: NDArray[np.float32], stride: int, confidence: float) -> Rows:
    # Neither certainty may be below the square of the mean's least: few cells are left to reckon.
    least = math.log(confidence**2 / (1 - confidence**2)) - _MARGIN
    down, across = np.nonzero((grid[..., 0] > least) & (grid[..., 1] > least))
    cells = grid[down, across]
    certainties = 1 / (1 + np.exp(-np.minimum(cells[:, :2], _FARTHEST)))
    scores = np.sqrt(certainties.prod(axis=1))
    sure = scores >= confidence
    down, across, cells, scores = down[sure], across[sure], cells[sure], scores[sure]
    corners = np.stack([across, down], axis=1).astype(np.float32)
    centres = (corners + cells[:, 2:4]) * stride
    sizes = np.exp(np.minimum(cells[:, 4:6], _FARTHEST)) * stride
    points = (np.tile(corners, 5) + cells[:, 6:]) * stride
    rows = [centres - sizes / 2, sizes, points, scores[:, None]]
    return np.concatenate(rows, axis=1, dtype=np.float32)


def _shared(one: NDArray[np.float32], others: Rows) -> NDArray[np.float32]:
    least = np.maximum(one[:2], others[:, :2])
    greatest = np.minimum(one[:2] + one[2:4], others[:, :2] + others[:, 2:4])
    common = np.clip(greatest - least, 0, None).prod(axis=1)
    covered = one[2] * one[3] + others[:, 2] * others[:, 3] - common
    return np.asarray(common / np.maximum(covered, np.float32(1e-6)), np.float32)
