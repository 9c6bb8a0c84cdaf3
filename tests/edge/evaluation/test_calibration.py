import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import EvaluationError
from edge.evaluation.calibration import WITNESSES, fit_calibration, reliability
from edge.evaluation.det import ErrorRates
from edge.evaluation.grid import CELLS, STEPS, Counts, cells_of, counts_of, first_cell_from


def normal_counts(mean: float, spread: float, pairs: float) -> Counts:
    """Return how many of so many normally distributed cosines fall on each cell."""
    edges = (np.arange(CELLS + 1) - 0.5 - STEPS) / STEPS
    below = np.array([math.erfc((mean - edge) / spread / math.sqrt(2)) / 2 for edge in edges])
    return np.rint(np.diff(below) * pairs).astype(np.int64)


@pytest.fixture(scope="module")
def impostors() -> Counts:
    """A thousand million strangers, normally distributed."""
    return normal_counts(0.0, 0.11, 1e9)


@pytest.mark.parametrize("rate", [1e-2, 1e-3, 1e-4, 1e-5, 1e-6])
def test_the_fit_gives_the_measured_rate_where_it_was_measured(
    impostors: Counts, rate: float
) -> None:
    """At the cosine that a share of the impostors reaches, the calibration says that share."""
    above = np.cumsum(impostors[::-1])[::-1] / impostors.sum()
    cosine = (int(np.argmax(above <= rate)) - STEPS) / STEPS

    assert fit_calibration(impostors, provenance="").fmr(cosine) == pytest.approx(rate, rel=0.02)


@given(mean=st.floats(-0.2, 0.2), spread=st.floats(0.05, 0.2), pairs=st.floats(2e5, 1e10))
def test_every_fit_is_a_valid_calibration_from_one_end_to_the_other(
    mean: float, spread: float, pairs: float
) -> None:
    """It starts at FMR 1 at cosine −1, falls strictly, and ends at cosine 1."""
    edges = np.linspace(-1, 1, 400)
    density = np.exp(-(((edges - mean) / spread) ** 2) / 2)
    counts = np.zeros(CELLS, np.int64)
    counts[((edges + 1) * STEPS).astype(int)] = np.rint(density / density.sum() * pairs)

    calibration = fit_calibration(counts, provenance="made up")

    assert (calibration.cosines[0], calibration.log10_fmrs[0]) == (-1, 0)
    assert calibration.cosines[-1] == 1


def test_beyond_the_last_witnessed_rate_the_tail_is_never_steeper_than_measured(
    impostors: Counts,
) -> None:
    """A normal tail gets ever steeper; claiming that without witnesses would be bold."""
    calibration = fit_calibration(impostors, provenance="")
    slopes = np.diff(calibration.log10_fmrs) / np.diff(calibration.cosines)

    assert calibration.log10_fmrs[-2] >= math.log10(WITNESSES / impostors.sum()) - 1e-3
    assert slopes[-1] >= slopes[-2]


def test_a_flat_end_of_the_tail_stays_flat() -> None:
    """Look-alikes and wrong labels flatten a tail; the extrapolation follows the flat part."""
    counts = normal_counts(0.0, 0.1, 1e8)
    counts[first_cell_from(0.55) : first_cell_from(0.75)] += 1

    calibration = fit_calibration(counts, provenance="")

    tail = np.diff(calibration.log10_fmrs)[-1] / np.diff(calibration.cosines)[-1]
    assert tail > -10


def test_too_few_pairs_are_refused() -> None:
    """A few thousand pairs say nothing about one in a thousand with confidence."""
    with pytest.raises(EvaluationError, match="more people"):
        fit_calibration(normal_counts(0, 0.1, 5e4), provenance="")


def test_the_fit_is_reliable_on_what_it_was_fitted_to(impostors: Counts) -> None:
    """Claimed and observed rates agree; that is what the reliability table shows."""
    rates = ErrorRates(genuine=normal_counts(0.7, 0.1, 1e4), impostors=impostors)

    table = reliability(rates, fit_calibration(impostors, provenance=""), (90.0, 97.5, 99.0))

    for row in table:
        assert row.observed.fmr == pytest.approx(row.claimed_fmr, rel=0.03)
    assert table[-1].claimed_fmr == pytest.approx(1e-5)


@given(seed=st.integers(0, 99))
def test_no_knot_claims_a_lower_rate_than_was_seen(seed: int) -> None:
    """Rounded up: pairs at a knot's cosine and above are never more than it says."""
    cosines = np.random.default_rng(seed).normal(0, 0.15, 200_000)
    counts = counts_of(cells_of(cosines))
    above = np.cumsum(counts[::-1])[::-1] / counts.sum()

    calibration = fit_calibration(counts, provenance="")

    knots = zip(calibration.cosines[1:-1], calibration.log10_fmrs[1:-1], strict=True)
    for cosine, rate in knots:
        assert above[first_cell_from(cosine)] <= 10**rate * (1 + 1e-9)
