"""A large gallery answers what a small one would, and what exact arithmetic says."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
import sqlite_vec

from edge.collection.exact import ExactVectors
from edge.collection.quantized import contenders, rounded, slack
from edge.collection.vec0 import Vec0Vectors
from edge.collection.vectors import Held, Rows
from edge.errors import StorageError
from edge.storage.sqlite import open_memory
from tests.edge.collection.adversaries import DIMENSION, Floats, gallery_of, probes_of

LIMITS = (1, 2, 5, 40)


@dataclass(frozen=True, slots=True)
class Both:
    """The same vectors, held in both ways, and as they are."""

    held: Held
    few: Vec0Vectors
    many: ExactVectors

    def ask(self, probe: Floats, limit: int, among: Rows | None = None) -> list[tuple[int, float]]:
        """Return the answer of both, which must be one, most alike first."""
        size = len(self.held) if among is None else len(among)
        first, second = (
            sorted(
                vectors.nearest(probe.tobytes(), limit, size=size, among=among),
                key=lambda found: (-found[1], found[0]),
            )[:limit]
            for vectors in (self.few, self.many)
        )
        assert first == second
        return second


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    """Hold 2,000 vectors that are meant to mislead."""
    held = gallery_of(2000, np.random.default_rng(1))
    with open_memory(extensions=(sqlite_vec.loadable_path(),)) as memory:
        few, many = Vec0Vectors(memory, DIMENSION), ExactVectors(memory, DIMENSION)
        for vectors in (few, many):
            vectors.replace((), range(1, len(held) + 1), held)
        yield Both(held, few, many)


def ask_both(both: Both, count: int, seed: int) -> None:
    """Ask *count* probes, and hold every answer against exact arithmetic."""
    generator = np.random.default_rng(seed)
    exact = both.held.astype(np.float64)
    lengths = np.square(exact).sum(axis=1)
    for number, (kind, probe) in enumerate(
        itertools.islice(probes_of(both.held, generator), count)
    ):
        limit = LIMITS[number % len(LIMITS)]
        found = both.ask(probe, limit)
        asked = probe.astype(np.float64)
        true = 1 - (lengths + np.square(asked).sum() - 2 * exact[:, :-1] @ asked) / 2
        true = np.clip(true, -1, 1)
        told = {row - 1: cosine for row, cosine in found}
        for row, cosine in told.items():
            assert abs(true[row] - cosine) <= slack(DIMENSION) / 2, kind
        others = np.delete(true, list(told))
        assert others.max() <= min(told.values()) + slack(DIMENSION) / 2, kind


def test_many_answer_as_few_do(both: Both) -> None:
    """Row for row and bit for bit, with ties, near-ties and everything else that misleads."""
    ask_both(both, 800, seed=2)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_hundred_thousand_probes_are_answered_alike(both: Both) -> None:
    """Row for row and bit for bit."""
    ask_both(both, 100_000, seed=3)


def test_a_group_is_answered_alike(both: Both) -> None:
    """The nearest of some rows, which need not be near at all."""
    generator = np.random.default_rng(4)
    for number, (_, probe) in enumerate(itertools.islice(probes_of(both.held, generator), 160)):
        size = (1, 3, 60, 1500)[number % 4]
        among = np.sort(generator.choice(len(both.held), size, replace=False) + 1)

        found = both.ask(probe, min(size, 5), among)

        assert {row for row, _ in found} <= set(among.tolist())


def test_comparing_with_one_row_is_answered_alike(both: Both) -> None:
    """1:1 is the same number in both, and that of the search; nobody has none."""
    generator = np.random.default_rng(5)
    for _, probe in itertools.islice(probes_of(both.held, generator), 80):
        for row, cosine in both.ask(probe, 5):
            assert both.few.cosine(row, probe.tobytes()) == cosine
            assert both.many.cosine(row, probe.tobytes()) == cosine
    assert both.few.cosine(5000, probe.tobytes()) is None
    assert both.many.cosine(5000, probe.tobytes()) is None


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_no_probe(both: Both, bad: float) -> None:
    """Embeddings refuse it before; whoever gets past them gets no stranger for an answer."""
    probe = np.eye(DIMENSION, dtype=np.float32)[0].copy()
    probe[5] = bad

    for vectors in (both.few, both.many):
        with pytest.raises(StorageError, match="could not be computed"):
            vectors.nearest(probe.tobytes(), 2, size=len(both.held))
        with pytest.raises(StorageError, match="could not be computed"):
            vectors.cosine(1, probe.tobytes())


def test_few_rows_are_looked_at_twice() -> None:
    """Bytes alone rule out nearly everybody, else they would spare no time."""
    generator = np.random.default_rng(6)
    people = generator.standard_normal((20_000, DIMENSION))
    people /= np.linalg.norm(people, axis=1, keepdims=True)
    rows = rounded(np.column_stack((people, np.zeros(len(people)))).astype(np.float32))
    looked_at = []
    for person in people[:50]:
        probe = person + 0.09 * generator.standard_normal(DIMENSION)
        probe = (probe / np.linalg.norm(probe)).astype(np.float32)
        looked_at.append(contenders(rows, probe, 2).size)

    assert np.median(looked_at) < 100
    assert min(looked_at) >= 2
