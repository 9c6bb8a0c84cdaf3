import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.evaluation.intervals import bootstrap_people, bootstrap_strangers, wilson


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


def test_one_pair_of_alike_people_makes_the_interval_of_strangers_wide() -> None:
    """Hundreds of false matches between two people may be absent among other people."""
    templates = np.full(40, 10)
    few = np.zeros(300, np.int32)
    draw = np.random.default_rng(2)
    one = draw.integers(0, 40, 300).astype(np.int32)
    other = ((one + draw.integers(1, 40, 300)) % 40).astype(np.int32)

    of_two = bootstrap_strangers(few, few + 1, templates, replicates=400)
    of_many = bootstrap_strangers(one, other, templates, replicates=400)

    rate = 300 / (400 * 390 / 2)
    assert of_two.low == 0
    assert of_many.low < rate < of_many.high
    assert of_two.high > 2 * of_many.high


def test_the_interval_of_strangers_does_not_depend_on_who_is_named_first() -> None:
    """A pair is a pair."""
    one, other = np.array([0, 1, 2], np.int32), np.array([3, 3, 4], np.int32)
    templates = np.array([3, 1, 2, 5, 4, 0])

    there, back = (bootstrap_strangers(*pair, templates) for pair in ((one, other), (other, one)))

    assert there == back


def test_without_a_false_match_the_rate_may_still_be_above_zero() -> None:
    """None in 4,950 pairs: less than 3.7 in 4,950 with 97.5 %."""
    nobody = np.empty(0, np.int32)

    interval = bootstrap_strangers(nobody, nobody, np.ones(100, np.int64))

    assert interval.low == 0
    assert interval.high == pytest.approx(3.689 / 4950, rel=1e-3)
