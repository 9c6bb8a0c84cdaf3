"""The strangers that are most alike, one by one, and counted fairly."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.evaluation import pairs
from edge.evaluation.grid import CELLS, cells_of, first_cell_from
from edge.evaluation.pairs import Templates, compare_all, compare_between
from edge.evaluation.tail import counted, tail_between, tail_from

people_of = st.lists(st.integers(0, 6), min_size=2, max_size=30).map(sorted)


def templates_of(people: list[int], seed: int) -> Templates:
    """Return random unit vectors of *people*."""
    vectors = np.random.default_rng(seed).normal(size=(len(people), 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Templates(vectors, np.array(people, np.int32))


@given(people=people_of, seed=st.integers(0, 99), cosine=st.floats(-0.5, 0.9))
def test_the_tail_is_every_pair_of_strangers_that_alike(
    people: list[int], seed: int, cosine: float
) -> None:
    """Each pair once, as comparing pair by pair finds it."""
    templates = templates_of(people, seed)
    cells = cells_of(templates.vectors @ templates.vectors.T)

    tail = tail_from(templates, cosine)

    expected = {
        (one, other)
        for one, other in itertools.combinations(range(len(people)), 2)
        if people[one] != people[other] and cells[one, other] >= first_cell_from(cosine)
    }
    found = list(zip(tail.one.tolist(), tail.other.tolist(), strict=True))
    assert len(found) == len(expected)
    assert set(found) == expected
    assert (tail.reaching(0.5).cells >= first_cell_from(0.5)).all()


@given(people=people_of, others=people_of, seed=st.integers(0, 99), rows=st.integers(1, 9))
def test_references_and_probes_are_compared_each_with_each(
    people: list[int], others: list[int], seed: int, rows: int
) -> None:
    """All cosines between the two, genuine or not, and none within either."""
    references, probes = templates_of(people, seed), templates_of(others, seed + 1)
    cells = cells_of(references.vectors @ probes.vectors.T)
    same = references.people[:, None] == probes.people[None, :]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "BLOCK_ROWS", rows)
        found = compare_between(references, probes)

    assert sorted(found.genuine_cells) == sorted(cells[same])
    assert np.array_equal(found.impostors, np.bincount(cells[~same], minlength=CELLS))
    assert sorted(found.genuine_people) == sorted(np.repeat(references.people, same.sum(axis=1)))
    tail = tail_between(references, probes, 0.3)
    assert len(tail.cells) == found.impostors[first_cell_from(0.3) :].sum()


@given(people=people_of, seed=st.integers(0, 99))
def test_what_is_counted_is_what_was_compared(people: list[int], seed: int) -> None:
    """So many events of so many pairs, whether within one set or between two."""
    templates = templates_of(people, seed)
    tail, sizes = tail_from(templates, 0.2), np.bincount(people, minlength=7)
    one, other = templates.people[tail.one], templates.people[tail.other]

    found = counted(one, other, sizes)
    all_pairs = compare_all(templates)

    assert found.pairs == all_pairs.impostors.sum()
    assert found.events == all_pairs.impostors[first_cell_from(0.2) :].sum()
    assert found.people == len({frozenset(pair) for pair in zip(one, other, strict=True)})
    between = counted(one[:0], other[:0], sizes, sizes)
    assert between.pairs == compare_between(templates, templates).impostors.sum()


def test_two_brothers_with_many_photos_are_one_pair_of_people() -> None:
    """Of a hundred by a hundred pairs all are alike, and it is one pair of three."""
    sizes = np.array([100, 100, 1])
    one, other = np.zeros(10_000, np.int32), np.ones(10_000, np.int32)

    found = counted(one, other, sizes)

    assert (found.events, found.people, found.most) == (10_000, 1, 10_000)
    assert found.rate == pytest.approx(10_000 / 10_200)
    assert found.per_people == pytest.approx(1 / 3)
