import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.evaluation.det import ErrorRates
from edge.evaluation.grid import CELLS, cells_of, cosine_of, counts_of, first_cell_from

cosines = st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=60)


def rates_of(genuine: list[float], impostors: list[float]) -> ErrorRates:
    """Return the rates of a few cosines."""
    return ErrorRates(
        genuine=counts_of(cells_of(np.array(genuine, np.float32))),
        impostors=counts_of(cells_of(np.array(impostors, np.float32))),
    )


def on_grid(values: list[float]) -> list[float]:
    """Return *values* rounded as the grid rounds them."""
    return [cosine_of(int(cell)) for cell in cells_of(np.array(values, np.float32))]


@given(genuine=cosines, impostors=cosines, threshold=st.floats(-1, 1))
def test_counts_at_a_threshold_are_those_of_a_loop(
    genuine: list[float], impostors: list[float], threshold: float
) -> None:
    """A pair is accepted when its cosine, on the grid, is at least the threshold."""
    threshold = on_grid([threshold])[0]

    point = rates_of(genuine, impostors).at_threshold(threshold)

    assert point.false_matches == sum(cosine >= threshold for cosine in on_grid(impostors))
    assert point.false_non_matches == sum(cosine < threshold for cosine in on_grid(genuine))


@given(genuine=cosines, impostors=cosines, target=st.sampled_from([0.5, 0.2, 0.1, 0.05]))
def test_the_threshold_for_a_rate_keeps_it_and_is_the_lowest_that_does(
    genuine: list[float], impostors: list[float], target: float
) -> None:
    """One cell lower, more strangers than allowed would be accepted."""
    rates = rates_of(genuine, impostors)

    point = rates.at_fmr(target)

    if point is None:
        assert target * len(impostors) < 1
    else:
        assert point.fmr <= target + 1e-12
        lower = rates.at_threshold(cosine_of(first_cell_from(point.threshold) - 1))
        assert lower.fmr > target or lower.threshold < -1


def test_a_rate_that_fits_exactly_is_reached() -> None:
    """1 % of 300 pairs are 3 pairs, whatever floating point makes of 0.01 · 300."""
    impostors = np.zeros(CELLS, np.int64)
    impostors[:300] = 1

    point = ErrorRates(genuine=impostors, impostors=impostors).at_fmr(0.01)

    assert point is not None
    assert point.false_matches == 3


def test_a_rate_below_one_pair_is_not_measurable() -> None:
    """With 60 pairs nothing can be said about one in a hundred."""
    assert rates_of([0.9], [0.1] * 60).at_fmr(1e-2) is None


def test_the_rates_of_a_point() -> None:
    """FMR is of impostors, FNMR of genuine pairs, TMR the rest."""
    point = rates_of([0.3, 0.6, 0.7, 0.8], [0.0, 0.1, 0.2, 0.5, 0.6]).at_threshold(0.5)

    assert (point.fmr, point.fnmr, point.tmr) == (0.4, 0.25, 0.75)


def test_without_pairs_a_rate_is_not_a_number() -> None:
    """No pairs is not the same as no errors."""
    point = ErrorRates(
        genuine=np.zeros(CELLS, np.int64), impostors=np.zeros(CELLS, np.int64)
    ).at_threshold(0)

    assert math.isnan(point.fmr)
    assert math.isnan(point.fnmr)


@given(genuine=cosines, impostors=cosines)
def test_the_curve_falls_from_accepting_all_to_accepting_none(
    genuine: list[float], impostors: list[float]
) -> None:
    """Along the curve FMR never rises and FNMR never falls."""
    curve = rates_of(genuine, impostors).curve()

    assert (curve.fmr[0], curve.fnmr[0]) == (1, 0)
    assert (curve.fmr[-1], curve.fnmr[-1]) == (0, 1)
    assert (np.diff(curve.fmr) <= 0).all()
    assert (np.diff(curve.fnmr) >= 0).all()


def test_equal_error_rate_of_an_overlap() -> None:
    """One of four on either side overlaps."""
    rates = rates_of([0.2, 0.6, 0.7, 0.8], [0.0, 0.1, 0.15, 0.5])

    assert rates.equal_error_rate() == pytest.approx(0.25)


@given(cosine=st.floats(-1, 1))
def test_the_first_cell_from_a_cosine_holds_no_lower_one(cosine: float) -> None:
    """The cell's cosine is at least the one asked for, and less than a cell above it."""
    cell = first_cell_from(cosine)

    assert cosine_of(cell) >= cosine - 1e-9
    assert cosine_of(cell - 1) < cosine
