from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.similarity import (
    UNLOCK_SIMILARITY,
    Calibration,
    fmr_of_similarity,
    gallery_threshold,
    similarity_of_fmr,
)

CALIBRATION = Calibration(
    cosines=(-0.2, 0.305, 0.373, 0.437, 0.511, 0.8),
    log10_fmrs=(-0.01, -2.0, -3.0, -4.0, -5.0, -9.0),
    provenance="rounded from the design, for tests",
)

cosines = st.floats(-1, 1)
percentages = st.floats(0, 100)


@pytest.mark.parametrize(
    ("fmr", "similarity"),
    [(1e-3, 93.7), (1e-4, 97.5), (1e-5, 99.0), (1e-6, 99.6), (1.0, 0.0), (0.0, 100.0)],
)
def test_a_percentage_means_a_false_match_rate(fmr: float, similarity: float) -> None:
    """The table in the documentation is the definition."""
    assert similarity_of_fmr(fmr) == pytest.approx(similarity, abs=0.05)


@given(st.floats(1e-9, 1))
def test_similarity_and_rate_are_inverse(fmr: float) -> None:
    """Either can be had from the other."""
    assert fmr_of_similarity(similarity_of_fmr(fmr)) == pytest.approx(fmr, rel=1e-6)


@given(st.floats(allow_nan=False))
def test_nothing_leaves_the_percent_scale(value: float) -> None:
    """Whatever goes in, 0 to 100 percent and rates of 0 to 1 come out."""
    assert 0 <= similarity_of_fmr(value) <= 100
    assert 0 <= fmr_of_similarity(value) <= 1


@given(cosines, cosines)
def test_more_alike_is_never_less_similar(one: float, other: float) -> None:
    """Similarity follows the cosine."""
    lower, higher = sorted((one, other))

    assert CALIBRATION.similarity(lower) <= CALIBRATION.similarity(higher)


@given(st.floats(-0.2, 0.8))
def test_cosine_is_the_inverse_of_similarity(cosine: float) -> None:
    """A threshold in percent becomes the cosine that reaches it, within the table."""
    assert CALIBRATION.cosine(CALIBRATION.similarity(cosine)) == pytest.approx(cosine, abs=1e-6)


@given(percentages)
def test_cosine_of_any_percentage_lies_in_the_table(percentage: float) -> None:
    """Beyond the measured ends nothing is invented."""
    assert -0.2 <= CALIBRATION.cosine(percentage) <= 0.8


@pytest.mark.parametrize(("beyond", "end"), [(-1.0, -0.2), (1.0, 0.8)])
def test_similarity_is_clamped_beyond_the_table(beyond: float, end: float) -> None:
    """A cosine outside the table counts as the table's end."""
    assert CALIBRATION.similarity(beyond) == CALIBRATION.similarity(end)


def test_a_knot_gives_its_own_rate() -> None:
    """The table's numbers come out as they went in."""
    for cosine, rate in zip(CALIBRATION.cosines, CALIBRATION.log10_fmrs, strict=True):
        assert CALIBRATION.fmr(cosine) == pytest.approx(10**rate)


@pytest.mark.parametrize(
    ("knots", "rates"),
    [
        ((0.1,), (-1.0,)),
        ((0.1, 0.2), (-1.0,)),
        ((0.2, 0.1), (-1.0, -2.0)),
        ((0.1, 0.1), (-1.0, -2.0)),
        ((0.1, 0.2), (-2.0, -1.0)),
        ((0.1, 0.2), (-1.0, -1.0)),
        ((0.1, float("nan")), (-1.0, -2.0)),
    ],
)
def test_a_table_that_is_not_monotone_is_refused(
    knots: tuple[float, ...], rates: tuple[float, ...]
) -> None:
    """A calibration that would make strangers similar cannot exist."""
    with pytest.raises(ValueError, match="calibration"):
        Calibration(knots, rates, "wrong")


@pytest.mark.parametrize(
    ("people", "threshold"), [(0, 99.0), (1, 99.0), (300, 99.0), (1000, 99.4), (10_000, 99.75)]
)
def test_a_larger_gallery_demands_more(people: int, threshold: float) -> None:
    """The false unlock rate of a stranger stays what the site accepts."""
    assert gallery_threshold(people) == pytest.approx(threshold, abs=0.02)


@given(st.integers(0, 10_000_000), st.floats(1e-6, 1))
def test_no_gallery_demands_less_than_the_floor(people: int, target_fpir: float) -> None:
    """Nothing unlocks at 99 percent or below."""
    assert UNLOCK_SIMILARITY <= gallery_threshold(people, target_fpir=target_fpir) <= 100


def test_the_demand_never_falls_as_a_gallery_grows() -> None:
    """Enrolling somebody makes no stranger's way in easier."""
    demands = [gallery_threshold(people) for people in (1, 10, 300, 301, 1000, 10**4, 10**6)]

    assert all(former <= latter for former, latter in itertools.pairwise(demands))
