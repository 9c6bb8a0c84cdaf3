"""Templates of two kinds against each other, and what it makes of one idea beside another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.domain import Vector
from edge.evaluation.calibration import reliability
from edge.evaluation.det import ErrorRates
from edge.evaluation.grid import CELLS, cells_of
from edge.similarity import UNLOCK_SIMILARITY, Calibration

BLOCK = 256
"""Rows that are compared at once."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """FNMR by FMR target, and at similarity 99 % the FNMR and the FMR observed over claimed."""

    genuine: int
    impostors: int
    fnmr: dict[float, float]
    fnmr_at_99: float
    ratio_at_99: float


def outcome(
    enrolled: Vector,
    shown: Vector,
    people: NDArray[np.int_],
    calibration: Calibration,
    *,
    targets: Sequence[float] = (1e-4, 1e-5),
) -> Outcome:
    """Compare every row of *enrolled* with every row of *shown*, which are of the same *people*.

    Rows carry their coherence as length. A row is not compared with the same row of the other side,
    which is of the same photo.
    """
    genuine, impostors = np.zeros(CELLS, np.int64), np.zeros(CELLS, np.int64)
    for start in range(0, len(enrolled), BLOCK):
        rows = slice(start, start + BLOCK)
        cells = cells_of(enrolled[rows] @ shown.T)
        same = people[rows, None] == people[None, :]
        impostors += np.bincount(cells[~same], minlength=CELLS)
        numbers = np.arange(len(enrolled))[rows, None]
        same &= numbers != np.arange(len(shown))[None, :]
        genuine += np.bincount(cells[same], minlength=CELLS)
    rates = ErrorRates(genuine=genuine, impostors=impostors)
    (promise,) = reliability(rates, calibration, (UNLOCK_SIMILARITY,))
    points = {target: rates.at_fmr(target) for target in targets}
    return Outcome(
        genuine=rates.genuine,
        impostors=rates.impostors,
        fnmr={target: point.fnmr for target, point in points.items() if point is not None},
        fnmr_at_99=promise.observed.fnmr,
        ratio_at_99=promise.observed.fmr / promise.claimed_fmr,
    )
