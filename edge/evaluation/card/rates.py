"""Error rates of one kind of comparison as plain values: what a table and a DET curve show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.evaluation.analysis import summarize
from edge.evaluation.calibration import Reliability
from edge.evaluation.det import DetCurve
from edge.evaluation.pairs import Comparisons, Templates
from edge.evaluation.report import Row
from edge.similarity import Calibration

CURVE_POINTS = 60
"""Points of a DET curve that are kept: evenly spread over the decades of the FMR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """All pairs of one kind of template. *curve*: FMR and FNMR of rising thresholds."""

    templates: int
    people: int
    genuine: int
    impostors: int
    rows: tuple[Row, ...]
    reliability: tuple[Reliability, ...]
    equal_error_rate: float | None
    curve: tuple[tuple[float, float], ...]

    def at(self, target: float) -> Row | None:
        """Return what happens at the threshold for FMR *target*, or None where it is not known."""
        return next((row for row in self.rows if row.target == target), None)

    def reaching(self, similarity: float) -> Reliability | None:
        """Return what happens at *similarity* percent, or None where it was not looked at."""
        return next((one for one in self.reliability if one.similarity == similarity), None)


def rates_of(templates: Templates, comparisons: Comparisons, calibration: Calibration) -> Rates:
    """Return the error rates of *comparisons* between *templates*."""
    found = summarize("", templates, comparisons, calibration)
    return Rates(
        templates=found.templates,
        people=found.people,
        genuine=found.genuine,
        impostors=found.impostors,
        rows=found.rows,
        reliability=found.reliability,
        equal_error_rate=found.equal_error_rate,
        curve=() if found.curve is None else thinned(found.curve),
    )


def thinned(curve: DetCurve, points: int = CURVE_POINTS) -> tuple[tuple[float, float], ...]:
    """Return about *points* of *curve*, with its last one before FMR 0."""
    seen = np.flatnonzero(curve.fmr > 0)
    decades = -np.log10(curve.fmr[seen])  # rises with the threshold
    wanted = np.linspace(decades[0], decades[-1], points)
    kept = np.unique(seen[np.searchsorted(decades, wanted).clip(max=len(seen) - 1)])
    return tuple((float(f"{curve.fmr[at]:.4g}"), float(f"{curve.fnmr[at]:.4g}")) for at in kept)
