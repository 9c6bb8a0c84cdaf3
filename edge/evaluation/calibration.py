"""The similarity's calibration: fitted from impostor pairs, and held against them.

The fit is the measured tail itself, thinned to knots: at each rate of a fixed ladder, the cosine
that this share of impostors reaches. A parametric tail (Gaussian, Weibull) would be smoother and
wrong exactly where it matters: real tails end in relatives and faults of labels. Between knots
log10 FMR is linear; knots are a fifth of a decade apart.

Beyond the last rate that enough pairs witness, the line goes on with the flattest slope of the
measured tail's end: a similarity that nobody could measure is claimed too low rather than too high.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.errors import EvaluationError
from edge.evaluation.det import ErrorRates, OperatingPoint
from edge.evaluation.grid import Counts, cosine_of
from edge.similarity import Calibration, fmr_of_similarity

WITNESSES = 100
"""Impostor pairs that must reach a cosine for its rate to count as measured: ± 20 % at 95 %."""

STEP_DECADES = 0.2
"""Distance of the knots in log10 FMR."""

HEAD = (0.99, 0.95, 0.9, 0.8)
"""Rates of the first knots: below them lies similarity 6 %, where only the order matters."""

SIMILARITIES = (50.0, 80.0, 90.0, 95.0, 97.5, 99.0, 99.4, 99.6, 99.75)
"""What the reliability table looks at: what people ask for, and what large galleries demand."""


def fit_calibration(impostors: Counts, *, provenance: str) -> Calibration:
    """Return the calibration that *impostors*, counts per cell, witness.

    :raises EvaluationError: with too few pairs to witness even FMR 1e-3.
    """
    total = int(impostors.sum())
    if total < WITNESSES * 1000:
        raise EvaluationError(
            f"{total:,} impostor pairs cannot calibrate a similarity.",
            remedy=f"Give photos of more people: at least {WITNESSES * 1000:,} pairs are needed.",
        )
    above = np.cumsum(impostors[::-1])[::-1]
    measured = [(-1.0, 0.0)]
    for rate in (*HEAD, *_ladder(WITNESSES / total)):
        cell = int(np.argmax(above <= rate * total))
        knot = (cosine_of(cell), math.log10(above[cell] / total))
        if knot[0] > measured[-1][0] and knot[1] < measured[-1][1]:
            measured.append(knot)
    knots = [*measured, _end_of_tail(measured)]
    return Calibration(
        cosines=tuple(round(cosine, 5) for cosine, _ in knots),  # the grid's are that round
        log10_fmrs=tuple(_rounded_up(rate) for _, rate in knots),
        provenance=provenance,
    )


def _rounded_up(rate: float) -> float:
    """Return log10 of a rate with four digits, never less: no knot claims more than was seen."""
    return math.ceil(rate * 10_000 - 1e-6) / 10_000


def _ladder(lowest: float) -> list[float]:
    """Return rates from 10^-0.2 downwards in equal steps of their logarithm, down to *lowest*."""
    steps = math.floor(-math.log10(lowest) / STEP_DECADES + 1e-9)
    return [10 ** (-STEP_DECADES * step) for step in range(1, steps + 1)]


def _end_of_tail(measured: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the knot at cosine 1 on the flattest line over a decade of the last two decades."""
    last_cosine, last_rate = measured[-1]
    tail = [knot for knot in measured if knot[1] <= last_rate + 2]
    slopes = [
        (rate - earlier_rate) / (cosine - earlier_cosine)
        for (earlier_cosine, earlier_rate), (cosine, rate) in itertools.combinations(tail, 2)
        if earlier_rate - rate >= 1 - STEP_DECADES / 2
    ]
    return 1.0, last_rate + max(slopes) * (1.0 - last_cosine)


@dataclass(frozen=True, slots=True)
class Reliability:
    """What a similarity claims, and what was seen at its cosine."""

    similarity: float
    claimed_fmr: float
    observed: OperatingPoint


def reliability(
    rates: ErrorRates, calibration: Calibration, similarities: Sequence[float] = SIMILARITIES
) -> tuple[Reliability, ...]:
    """Return, for each of *similarities* (percent), the claimed and the observed FMR."""
    return tuple(
        Reliability(
            similarity=similarity,
            claimed_fmr=fmr_of_similarity(similarity),
            observed=rates.at_threshold(calibration.cosine(similarity)),
        )
        for similarity in similarities
    )
