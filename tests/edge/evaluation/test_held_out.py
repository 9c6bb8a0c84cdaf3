"""A calibration is held against people whom it was not fitted to."""

from __future__ import annotations

import numpy as np
import pytest

from edge.errors import EvaluationError
from edge.evaluation.held_out import hold_out
from edge.evaluation.pairs import Templates

SIMILARITIES = (80.0, 90.0)


def strangers(count: int, spread: float = 1.0, seed: int = 5) -> Templates:
    """Return one vector each of *count* people, the more alike the less the *spread*."""
    draw = np.random.default_rng(seed)
    vectors = draw.normal(size=24) * (1 - spread) + draw.normal(size=(count, 24)) * spread
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Templates(vectors.astype(np.float32), np.arange(count, dtype=np.int32))


def test_people_of_one_kind_keep_a_promise_that_was_fitted_to_others_of_it() -> None:
    """Within what chance does to some hundred pairs; each half is held out once."""
    found = hold_out(strangers(1000), similarities=SIMILARITIES, splits=3)

    assert [one.similarity for one in found] == list(SIMILARITIES)
    for one in found:
        assert len(one.ratios) == 6
        assert 0.7 < one.median < 1.4
        assert one.kept == sum(ratio <= 1 for ratio in one.ratios)


def test_people_who_are_more_alike_break_it() -> None:
    """What is held against the fit may be something else than what was fitted."""
    alike = strangers(1000, spread=0.75)

    (found,) = hold_out(strangers(1000), similarities=(80.0,), splits=1, held=alike)

    assert min(found.ratios) > 2
    assert found.kept == 0


def test_the_halves_are_of_people_and_the_same_every_time() -> None:
    """Chance with a seed."""
    one, other = (hold_out(strangers(950), similarities=SIMILARITIES, splits=2) for _ in range(2))

    assert one == other


def test_half_of_few_people_calibrates_nothing() -> None:
    """It says how many are needed."""
    with pytest.raises(EvaluationError, match="cannot calibrate"):
        hold_out(strangers(100), similarities=SIMILARITIES, splits=1)
