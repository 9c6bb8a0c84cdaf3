"""The bound that rules people out: never wrong, whatever the numbers are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import simsimd
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.collection import quantized
from edge.collection.quantized import contenders, rounded, slack

DIMENSION = 24
LEAST_COHERENCE = 1e-3

numbers = st.lists(
    st.one_of(
        st.floats(-1, 1, width=32), st.sampled_from([0.0, 1.0, -1.0, 1e-7, -1e-20, 0.5, 127.0])
    ),
    min_size=DIMENSION,
    max_size=DIMENSION,
).filter(lambda each: np.linalg.norm(each) > 1e-3)


def _held(vectors: NDArray[np.float64], coherences: NDArray[np.float64]) -> NDArray[np.float32]:
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    rest = np.sqrt(1 - coherences**2)
    return np.column_stack((units * coherences[:, np.newaxis], rest)).astype(np.float32)


@given(
    rows=st.lists(st.tuples(numbers, st.floats(LEAST_COHERENCE, 1)), min_size=1, max_size=12),
    probe=numbers,
)
def test_the_product_lies_between_its_bounds(
    rows: list[tuple[list[float], float]], probe: list[float]
) -> None:
    """Lower bound, true product and upper bound are in this order, but for rounding."""
    vectors = np.array([vector for vector, _ in rows])
    held = _held(vectors, np.array([coherence for _, coherence in rows]))
    query = (np.array(probe) / np.linalg.norm(probe)).astype(np.float32)

    lower, upper, more = quantized._bounds(rounded(held), query)

    true = held[:, :-1].astype(np.float64) @ query.astype(np.float64)
    assert (lower - more - slack(DIMENSION) <= true).all()
    assert (true <= upper + more + slack(DIMENSION)).all()


@given(
    rows=st.lists(numbers, min_size=3, max_size=30),
    probe=numbers,
    k=st.integers(1, 3),
)
def test_nobody_who_is_among_the_nearest_is_ruled_out(
    rows: list[list[float]], probe: list[float], k: int
) -> None:
    """Nor who is as near as the last of them; also among some rows alone."""
    held = _held(np.array(rows), np.ones(len(rows)))
    query = (np.array(probe) / np.linalg.norm(probe)).astype(np.float32)
    among = np.arange(0, len(rows), 2)
    true = held[:, :-1].astype(np.float64) @ query.astype(np.float64)

    for places in (None, among):
        values = true if places is None else true[places]
        wanted = min(k, len(values))
        nearest = np.flatnonzero(values >= np.sort(values)[-wanted])
        expected = nearest if places is None else places[nearest]
        assert set(expected) <= set(contenders(rounded(held), query, wanted, places))


@pytest.mark.parametrize("damaged", ["scales", "errors"])
def test_a_damaged_bound_rules_nobody_out(damaged: str) -> None:
    """What is no number makes a search slower, not wrong."""
    generator = np.random.default_rng(1)
    held = _held(generator.standard_normal((500, DIMENSION)), np.ones(500))
    rows = rounded(held)
    query = held[77, :-1].copy()

    getattr(rows, damaged)[77] = np.nan

    assert 77 in contenders(rows, query, 1)


@pytest.mark.parametrize("k", [1, 2, 7, 100, 5000])
def test_the_threshold_is_never_above_the_kth(k: int) -> None:
    """Groups of rows stand for their best, and what is left over for itself."""
    generator = np.random.default_rng(2)
    for count in (5000, 5001, 6463):
        values = generator.standard_normal(count).astype(np.float32)
        assert quantized._kth_largest(values, k) <= np.sort(values)[-k]


@pytest.fixture(
    params=[name for name, there in simsimd.get_capabilities().items() if there], name="only"
)
def only_one_instruction_set(request: pytest.FixtureRequest) -> Iterator[str]:
    """Let the library use one set of instructions of this processor, as on another one."""
    there = [name for name, here in simsimd.get_capabilities().items() if here]
    others = [name for name in there if name not in {request.param, "serial"}]
    for name in others:
        simsimd.disable_capability(name)
    yield request.param
    for name in others:
        simsimd.enable_capability(name)


def test_products_of_bytes_are_exact(only: str) -> None:
    """By every set of instructions, at every length, at the ends of the range."""
    generator = np.random.default_rng(3)
    for dimension in (1, 7, 64, 128, 192, 512):
        rows = generator.integers(-127, 128, (300, dimension), np.int8)
        rows[:100] = generator.choice(np.array([-127, 127], np.int8), (100, dimension))
        query = rows[:1]

        products = np.asarray(simsimd.cdist(query, rows, "dot")).reshape(-1)

        expected = rows.astype(np.int64) @ query[0].astype(np.int64)
        assert products.tolist() == expected.tolist(), only
