"""What a face alone is worth is told by numbers that were measured, or said not to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.access.face_alone import face_alone, false_unlock_rate
from edge.access.measured import FNMR_MEASURED, MEASURED_FLOOR
from edge.similarity import TARGET_FPIR, gallery_threshold


def test_small_galleries_are_safer_than_demanded_and_measured() -> None:
    """Thirty people at 99 %: three strangers in ten thousand are taken for one of them."""
    found = face_alone(30)

    assert found.threshold == 99.0
    assert found.expected == pytest.approx(3e-4, rel=0.01)
    assert (found.extrapolated, found.missed) == (False, dict(FNMR_MEASURED)[99.0])
    assert found.one_in == pytest.approx(3334, abs=5)


def test_beyond_some_three_thousand_people_the_threshold_is_extrapolated() -> None:
    """The claim stays at the target, the honest figure does not."""
    beyond = face_alone(10_000)

    assert beyond.extrapolated
    assert beyond.most_people == 2_964
    assert not face_alone(beyond.most_people).extrapolated
    assert face_alone(beyond.most_people + 1).extrapolated
    assert beyond.claimed == pytest.approx(TARGET_FPIR, rel=0.01)
    assert beyond.expected == pytest.approx(10_000 * MEASURED_FLOOR, rel=0.01)
    assert beyond.missed is None
    assert face_alone(9_000).missed == dict(FNMR_MEASURED)[99.75]


def test_a_limit_refuses_what_exceeds_it_and_what_nobody_measured() -> None:
    """Without a limit nothing is refused."""
    assert not face_alone(30).exceeds(0.001)
    assert face_alone(300).exceeds(0.001)
    assert face_alone(10_000).exceeds(1.0)
    assert not face_alone(10_000).exceeds(None)
    assert face_alone(30).exceeds(float("nan"))


def test_nobody_is_taken_for_nobody() -> None:
    """An empty gallery opens for no stranger."""
    found = face_alone(0)

    assert (found.expected, found.one_in) == (0.0, None)


@given(st.integers(0, 1_000_000), st.floats(1e-6, 0.1), st.floats(90, 99.9))
def test_the_figures_agree_with_the_threshold_in_force(
    people: int, target_fpir: float, floor: float
) -> None:
    """What is expected is never below what is claimed, and the claim never above the target."""
    found = face_alone(people, target_fpir=target_fpir, floor=floor)

    assert found.threshold == gallery_threshold(people, target_fpir=target_fpir, floor=floor)
    assert 0 <= found.claimed <= found.expected <= 1
    assert found.claimed <= target_fpir * 1.000001
    # 1 − (1 − t/N)^N falls by a hair as N rises, while the threshold holds t.
    assert false_unlock_rate(people) <= false_unlock_rate(people + 1) * 1.0001
