import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.evaluation import pairs
from edge.evaluation.grid import CELLS, cells_of
from edge.evaluation.pairs import Templates, compare_all

people_of = st.lists(st.integers(0, 6), min_size=1, max_size=40).map(sorted)


def templates_of(people: list[int], seed: int) -> Templates:
    """Return random unit vectors of *people*."""
    vectors = np.random.default_rng(seed).normal(size=(len(people), 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Templates(vectors, np.array(people, np.int32))


def naive(templates: Templates, never: set[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Compare pair by pair; return the cells of genuine and of impostor pairs."""
    genuine, impostors = [], []
    for first, second in itertools.combinations(range(len(templates)), 2):
        one, other = int(templates.people[first]), int(templates.people[second])
        cell = int(cells_of(templates.vectors[first] @ templates.vectors[second]))
        if one == other:
            genuine.append(cell)
        elif (one, other) not in never and (other, one) not in never:
            impostors.append(cell)
    return sorted(genuine), sorted(impostors)


@given(
    people=people_of,
    seed=st.integers(0, 99),
    rows=st.integers(1, 9),
    never=st.sets(st.tuples(st.integers(0, 3), st.integers(4, 6)), max_size=3),
)
def test_blocks_count_what_a_loop_over_all_pairs_counts(
    people: list[int], seed: int, rows: int, never: set[tuple[int, int]]
) -> None:
    """Whatever the block size and the exclusions, every pair is counted once, in its cell."""
    templates = templates_of(people, seed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "BLOCK_ROWS", rows)
        comparisons = compare_all(templates, never=never)

    genuine, impostors = naive(templates, never)
    # A dot product in a block may be summed in another order: at most the next cell.
    counted = np.repeat(np.arange(CELLS), comparisons.impostors)
    assert len(counted) == len(impostors)
    assert np.abs(counted - impostors).max(initial=0) <= 1
    assert len(comparisons.genuine_cells) == len(genuine)
    assert np.abs(np.sort(comparisons.genuine_cells) - genuine).max(initial=0) <= 1


def test_genuine_pairs_know_their_person() -> None:
    """Three photos of one person are three pairs, two photos of another are one."""
    comparisons = compare_all(templates_of([0, 2, 2, 2, 5, 5], seed=1))

    assert sorted(comparisons.genuine_people.tolist()) == [2, 2, 2, 5]


def test_templates_out_of_order_are_refused() -> None:
    """Blocks rely on the order, so another order must not pass."""
    with pytest.raises(ValueError, match="sorted"):
        templates_of([1, 0], seed=0)
