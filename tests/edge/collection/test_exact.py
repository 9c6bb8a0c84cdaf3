"""The arrays of a large gallery: what comes, goes and changes, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import sqlite_vec
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.collection.exact import ExactVectors
from edge.collection.vectors import Held
from edge.errors import StorageError
from edge.storage.database import Database
from edge.storage.sqlite import open_memory

DIMENSION = 16


@pytest.fixture(scope="module")
def memory() -> Iterator[Database]:
    """Give what computes distances."""
    with open_memory(extensions=(sqlite_vec.loadable_path(),)) as memory:
        yield memory


def _some(count: int, seed: int) -> Held:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION + 1))
    vectors[:, -1] = 0
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(units, np.float32)


def _answers(vectors: ExactVectors, held: dict[int, Held]) -> None:
    """Hold *vectors* against what they should hold, row by row and by a search with its ties."""
    probe = _some(1, 99)[0, :-1]
    expected = {row: float(vector[:-1] @ probe) for row, vector in held.items()}
    for row, product in expected.items():
        assert vectors.cosine(row, probe.tobytes()) == pytest.approx(product, abs=1e-5)
    limit = min(3, len(held))
    if limit:
        found = vectors.nearest(probe.tobytes(), limit, size=len(held))
        best = sorted(expected.values(), reverse=True)[: len(found)]
        assert len(found) >= limit
        assert sorted((cosine for _, cosine in found), reverse=True) == pytest.approx(
            best, abs=1e-5
        )
        for row, cosine in found:
            assert cosine == pytest.approx(expected[row], abs=1e-5)


changes = st.lists(
    st.tuples(
        st.sets(st.integers(1, 30), max_size=12),
        st.sets(st.integers(1, 30), max_size=12),
        st.integers(0, 50),
    ),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=60)
@given(changes)
def test_any_changes_leave_what_they_should(
    memory: Database, steps: list[tuple[set[int], set[int], int]]
) -> None:
    """Whoever is enrolled, changed or erased, in whatever order."""
    vectors = ExactVectors(memory, DIMENSION)
    model: dict[int, Held] = {}
    for gone, come, seed in steps:
        held = _some(len(come), seed)
        vectors.replace(sorted(gone | come), sorted(come), held)
        model = {row: vector for row, vector in model.items() if row not in gone}
        model |= dict(zip(sorted(come), held, strict=True))

        _answers(vectors, model)
        for row in set(range(1, 31)) - set(model):
            assert vectors.cosine(row, bytes(4 * DIMENSION)) is None


def test_a_deleted_vector_is_overwritten(memory: Database) -> None:
    """Neither its floats nor its bytes are in memory that the gallery holds."""
    vectors, held = ExactVectors(memory, DIMENSION), _some(40, 1)
    vectors.replace((), range(1, 41), held)
    levels = vectors._columns.levels.copy()

    vectors.replace((3, 17, 40), (), held[:0])

    kept_floats = vectors._columns.held.tobytes()
    kept_bytes = vectors._columns.levels.tobytes()
    for row in range(1, 41):
        gone = row in {3, 17, 40}
        assert (held[row - 1].tobytes() in kept_floats) is not gone
        assert (levels[row - 1].tobytes() in kept_bytes) is not gone


def test_what_cannot_be_held_changes_nothing(memory: Database) -> None:
    """A replacement happens whole or not at all."""
    vectors, held = ExactVectors(memory, DIMENSION), _some(20, 2)
    vectors.replace((), range(1, 21), held)

    with pytest.raises(ValueError, match="shape"):
        vectors.replace((1, 2), (21, 22), held[:2, :5])

    _answers(vectors, dict(zip(range(1, 21), held, strict=True)))


def test_a_gallery_that_lost_somebody_answers_nothing(memory: Database) -> None:
    """Fewer vectors than there are people are no answer, nor fewer of a group."""
    vectors, held = ExactVectors(memory, DIMENSION), _some(20, 3)
    vectors.replace((), range(1, 21), held)
    probe = held[0, :-1].tobytes()

    with pytest.raises(StorageError, match="2 neighbours of 21 found 20"):
        vectors.nearest(probe, 2, size=21)
    with pytest.raises(StorageError, match="1 neighbours of 3 found 2"):
        vectors.nearest(probe, 1, size=3, among=np.array([1, 2, 77]))


def test_a_vector_that_goes_bad_in_memory_is_no_answer(memory: Database) -> None:
    """It is never ruled out by its bytes, and its distance is none."""
    vectors, held = ExactVectors(memory, DIMENSION), _some(20, 4)
    vectors.replace((), range(1, 21), held)
    vectors._columns.held[5] = np.nan

    with pytest.raises(StorageError, match="could not be computed"):
        vectors.nearest(held[5, :-1].tobytes(), 1, size=20)
