"""Error rates of a verification, in the words of ISO/IEC 19795-1.

FMR: the share of impostor pairs accepted. FNMR: the share of genuine pairs rejected. TMR = 1 −
FNMR. A pair is accepted when its cosine is at least the threshold. The DET curve is FNMR against
FMR over all thresholds; where both are equal lies the EER.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.evaluation.grid import Counts, cosine_of, first_cell_from
from edge.evaluation.pairs import Comparisons

FMR_TARGETS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
"""The rates at which evaluations of access control are usually compared."""


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """One threshold and the exact counts of what happens at it."""

    threshold: float
    false_matches: int
    impostors: int
    false_non_matches: int
    genuine: int

    @property
    def fmr(self) -> float:
        return self.false_matches / self.impostors if self.impostors else math.nan

    @property
    def fnmr(self) -> float:
        return self.false_non_matches / self.genuine if self.genuine else math.nan

    @property
    def tmr(self) -> float:
        return 1.0 - self.fnmr


@dataclass(frozen=True, slots=True)
class DetCurve:
    """FMR and FNMR for rising thresholds, each ``(n,)``, one entry per distinct point."""

    fmr: NDArray[np.float64]
    fnmr: NDArray[np.float64]


class ErrorRates:
    """What every threshold does to the genuine and impostor pairs, from counts per cell."""

    def __init__(self, *, genuine: Counts, impostors: Counts) -> None:
        # Entry t counts the pairs at or above cell t; one more entry for "above everything".
        self._genuine_above = _at_or_above(genuine)
        self._impostors_above = _at_or_above(impostors)

    @classmethod
    def of(cls, comparisons: Comparisons) -> ErrorRates:
        """Return the error rates of *comparisons*."""
        return cls(genuine=comparisons.genuine, impostors=comparisons.impostors)

    @property
    def genuine(self) -> int:
        """How many genuine pairs were compared."""
        return int(self._genuine_above[0])

    @property
    def impostors(self) -> int:
        """How many impostor pairs were compared."""
        return int(self._impostors_above[0])

    def at_threshold(self, cosine: float) -> OperatingPoint:
        """Return what happens when pairs from *cosine* upwards are accepted."""
        return self._at_cell(first_cell_from(cosine))

    def at_fmr(self, target: float) -> OperatingPoint | None:
        """Return the lowest threshold whose FMR is at most *target*.

        None if there are fewer than 1 / *target* impostor pairs: such a rate cannot be measured.
        """
        allowed = math.floor(target * self.impostors * (1 + 1e-12))  # 0.01 · 300 is 3, not 2.99…
        if allowed < 1:
            return None
        return self._at_cell(int(np.argmax(self._impostors_above <= allowed)))

    def equal_error_rate(self) -> float:
        """Return the EER: the mean of FMR and FNMR at the threshold where they are closest."""
        curve = self.curve()
        nearest = int(np.argmin(np.abs(curve.fmr - curve.fnmr)))
        return float(curve.fmr[nearest] + curve.fnmr[nearest]) / 2

    def curve(self) -> DetCurve:
        """Return the DET curve; both kinds of pairs must have been compared."""
        changes = np.diff(self._genuine_above) + np.diff(self._impostors_above)
        kept = np.append(0, np.flatnonzero(changes) + 1)
        return DetCurve(
            fmr=self._impostors_above[kept] / self.impostors,
            fnmr=1 - self._genuine_above[kept] / self.genuine,
        )

    def _at_cell(self, cell: int) -> OperatingPoint:
        return OperatingPoint(
            threshold=cosine_of(cell),
            false_matches=int(self._impostors_above[cell]),
            impostors=self.impostors,
            false_non_matches=self.genuine - int(self._genuine_above[cell]),
            genuine=self.genuine,
        )


def _at_or_above(counts: Counts) -> Counts:
    return np.append(np.cumsum(counts[::-1])[::-1], 0)
