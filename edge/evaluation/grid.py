"""Cosines on a fine grid, so that millions of comparisons become exact counts in little memory.

All pairs of 13,233 photos are 87.5 million cosines. Each is rounded to the nearest 1/50,000
(float32 dot products are good to about 1/1,000,000) and counted. Every count, rate and threshold
is then exact for the rounded cosine, whatever the number of pairs.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

STEPS = 50_000
"""Grid steps per unit of cosine."""

CELLS = 2 * STEPS + 1
"""Cells from cosine −1 (cell 0) to cosine 1 (the last cell)."""

Cells: TypeAlias = NDArray[np.int32]
Counts: TypeAlias = NDArray[np.int64]


def cells_of(cosines: NDArray[np.floating]) -> Cells:
    """Return the cell, 0 to CELLS − 1, of each of *cosines*, in their shape."""
    cells: Cells = np.clip(np.rint(cosines * STEPS) + STEPS, 0, CELLS - 1).astype(np.int32)
    return cells


def cosine_of(cell: int) -> float:
    """Return the cosine in the middle of *cell*."""
    return (cell - STEPS) / STEPS


def first_cell_from(cosine: float) -> int:
    """Return the lowest cell whose cosine is at least *cosine*: CELLS if there is none."""
    rounding = 1e-6  # of a cell: a cosine that lies on the grid must find its own cell
    return min(max(math.ceil(cosine * STEPS - rounding) + STEPS, 0), CELLS)


def counts_of(cells: Cells) -> Counts:
    """Return how many of *cells* fall on each cell, shape ``(CELLS,)``."""
    return np.bincount(cells.ravel(), minlength=CELLS).astype(np.int64)
