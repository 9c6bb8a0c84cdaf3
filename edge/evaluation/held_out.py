"""A calibration on people whom it was not fitted to: fitted on one half, held against the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.evaluation.calibration import fit_calibration
from edge.evaluation.det import ErrorRates
from edge.evaluation.pairs import Comparisons, Templates, compare_all
from edge.similarity import fmr_of_similarity

SEED = 19795


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Observed over claimed FMR at *similarity*, one ratio for each half that was held out."""

    similarity: float
    claimed_fmr: float
    ratios: tuple[float, ...]

    @property
    def median(self) -> float:
        return float(np.median(self.ratios))

    @property
    def kept(self) -> int:
        """In how many halves the observed rate was not above the claimed one."""
        return sum(ratio <= 1 for ratio in self.ratios)


def hold_out(
    templates: Templates,
    *,
    similarities: Collection[float],
    splits: int,
    never: Collection[tuple[int, int]] = (),
    held: Templates | None = None,
) -> tuple[HeldOut, ...]:
    """Split the people *splits* times by chance; each half is held out once.

    *never* names pairs of people that are not compared. *held* are what is held against the fit, of
    the same people; the *templates* themselves if there are none.

    :raises EvaluationError: if half of the people are too few to calibrate anything.
    """
    ratios: dict[float, list[float]] = {similarity: [] for similarity in similarities}
    for chosen in _halves(templates.people, splits):
        fitted = _compared(templates, chosen, never)
        against = fitted if held is None else _compared(held, chosen, never)
        for one, other in ((0, 1), (1, 0)):
            for similarity, ratio in _ratios(fitted[one], against[other], similarities):
                ratios[similarity].append(ratio)
    return tuple(
        HeldOut(similarity, fmr_of_similarity(similarity), tuple(found))
        for similarity, found in ratios.items()
    )


def _ratios(
    fitted: Comparisons, held: Comparisons, similarities: Collection[float]
) -> Iterator[tuple[float, float]]:
    calibration = fit_calibration(fitted.impostors, provenance="half of the people")
    rates = ErrorRates.of(held)
    for similarity in similarities:
        observed = rates.at_threshold(calibration.cosine(similarity)).fmr
        yield similarity, observed / fmr_of_similarity(similarity)


def _halves(people: NDArray[np.int32], splits: int) -> Iterator[NDArray[np.int32]]:
    """Yield one half of the people for each split."""
    chance = np.random.default_rng(SEED)
    everybody = np.unique(people)
    for _ in range(splits):
        yield chance.permutation(everybody)[: len(everybody) // 2]


def _compared(
    templates: Templates, chosen: NDArray[np.int32], never: Collection[tuple[int, int]]
) -> tuple[Comparisons, Comparisons]:
    """Compare the templates of the people *chosen*, and those of the others."""
    one = np.isin(templates.people, chosen)
    here, there = (
        compare_all(Templates(templates.vectors[which], templates.people[which]), never=never)
        for which in (one, ~one)
    )
    return here, there
