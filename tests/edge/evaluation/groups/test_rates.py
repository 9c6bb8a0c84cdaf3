from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.evaluation.groups.differential import LEAST_PEOPLE, differential
from edge.evaluation.groups.rates import Rate, rate_of_pairs, rate_of_people
from edge.evaluation.intervals import Interval, wilson

COUNTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=40)


@given(COUNTS)
def test_a_rate_lies_in_its_interval(counts: list[tuple[int, int]]) -> None:
    """Whatever was seen, and the interval is one of shares."""
    trials = np.array([max(pair) for pair in counts])
    events = np.array([min(pair) for pair in counts])

    rate = rate_of_people(events, trials)

    assert 0 <= rate.interval.low <= rate.interval.high <= 1
    if rate.share is not None:
        assert rate.interval.low <= rate.share + 1e-12
        assert rate.share <= rate.interval.high + 1e-12


def test_none_seen_is_not_none() -> None:
    """The rule of three, over people: their photos are not so many independent trials."""
    rate = rate_of_people(np.zeros(60, int), np.full(60, 100))

    assert (rate.events, rate.trials, rate.independent) == (0, 6000, 60)
    assert rate.interval == Interval(0.0, 3 / 60)
    assert rate.finest == 3 / 60


def test_one_persons_misses_say_little_about_all() -> None:
    """As many misses of one person as of ten make a wider interval: others may be like her."""
    trials = np.full(50, 20)
    of_one, of_many = np.zeros(50, int), np.zeros(50, int)
    of_one[0], of_many[:20] = 20, 1

    one, many = rate_of_people(of_one, trials), rate_of_people(of_many, trials)

    assert one.share == many.share
    assert one.interval.high > many.interval.high


def test_few_people_are_never_surer_than_independent_trials() -> None:
    """A bootstrap over three people who are all alike would see no spread at all."""
    rate = rate_of_people(np.array([1, 1, 1]), np.array([10, 10, 10]))

    assert rate.interval == wilson(3, 30)


def test_a_pair_belongs_to_both_of_its_people_and_counts_once() -> None:
    """Four photos between two people, one of the pairs accepted."""
    rate = rate_of_pairs(np.array([1, 1]), np.array([4, 4]), pairs_of_people=1)

    assert (rate.events, rate.trials, rate.independent) == (1, 4, 1)


def test_whoever_was_not_tried_does_not_count() -> None:
    """A person with a single photo has no pair of her own."""
    assert rate_of_people(np.array([0, 0]), np.array([0, 0])).share is None
    assert rate_of_people(np.array([0, 1]), np.array([0, 2])).independent == 1


def made(events: int, people: int) -> Rate:
    """Return the rate of so many people of whom *events* had theirs, once each."""
    counts = np.zeros(people, int)
    counts[:events] = 1
    return rate_of_people(counts, np.ones(people, int))


def test_a_large_difference_of_large_groups_is_shown() -> None:
    """Thirty of two hundred against five: six times as often, at least twice with confidence."""
    rates = {"one": made(5, 200), "other": made(30, 200)}

    found = differential(rates, {"one": 200, "other": 200})

    assert found is not None
    assert (found.highest, found.lowest) == ("other", "one")
    assert found.ratio == pytest.approx(6)
    assert found.shown
    assert 1 < found.at_least < 6


def test_the_same_difference_of_small_groups_is_not() -> None:
    """Three of thirty against one: the intervals overlap."""
    found = differential({"one": made(1, 30), "other": made(3, 30)}, {"one": 30, "other": 30})

    assert found is not None
    assert found.ratio == pytest.approx(3)
    assert not found.shown


def test_none_in_one_group_gives_no_ratio_and_still_a_bound() -> None:
    """Nothing divided by nothing is no headline; what is known is how far apart they are at least."""
    found = differential({"one": made(0, 300), "other": made(60, 300)}, {"one": 300, "other": 300})

    assert found is not None
    assert found.ratio is None
    assert found.shown


def test_a_group_that_could_not_show_a_rate_is_left_out() -> None:
    """The luck of the smallest group would make the headline."""
    small = LEAST_PEOPLE - 1
    rates = {"one": made(4, 100), "other": made(6, 100), "few": made(small, small)}

    found = differential(rates, {"one": 100, "other": 100, "few": small})

    assert found is not None
    assert found.left_out == ("few",)
    assert found.highest == "other"
    assert differential({"few": made(1, small)}, {"few": small}) is None
