import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.evaluation.intervals import bootstrap_people, wilson


@given(events=st.integers(0, 500), others=st.integers(0, 500))
def test_wilsons_interval_holds_the_share(events: int, others: int) -> None:
    """It lies within 0 to 1 and around what was seen."""
    interval = wilson(events, events + others)

    assert 0 <= interval.low <= interval.high <= 1
    if events + others:
        assert interval.low - 1e-12 <= events / (events + others) <= interval.high + 1e-12


def test_wilsons_interval_of_a_textbook_example() -> None:
    """0 of 20: the upper end is z² / (n + z²) = 16.1 %."""
    assert wilson(0, 20).high == pytest.approx(0.1611, abs=1e-4)


def test_one_person_with_many_pairs_makes_the_interval_wide() -> None:
    """All failures are of one person in twenty: other people might have brought none, or more."""
    people = np.repeat(np.arange(20, dtype=np.int32), 50)

    clustered = bootstrap_people(people == 3, people)
    spread = bootstrap_people(np.arange(1000) % 20 == 0, people)

    assert clustered.low == 0
    assert clustered.high > 0.1
    assert spread.high - spread.low < 0.02


def test_the_same_pairs_give_the_same_interval() -> None:
    """A report can be made again."""
    misses, people = np.arange(30) % 7 == 0, (np.arange(30) // 3).astype(np.int32)

    assert bootstrap_people(misses, people) == bootstrap_people(misses, people)
