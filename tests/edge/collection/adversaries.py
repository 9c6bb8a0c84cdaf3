"""Galleries and probes that a search by rounded numbers might get wrong."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from edge.collection.vectors import Held

DIMENSION = 128
EMPTY = 8
"""The last numbers of every row that are zero, so that there are probes at right angles to all."""

Floats = NDArray[np.float32]


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return *vectors*, each of length one."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def gallery_of(count: int, generator: np.random.Generator) -> Held:
    """Return *count* vectors as a copy holds them, and among them all that is meant to mislead."""
    people = count // 2
    random = generator.standard_normal((people, DIMENSION))
    random[:, -EMPTY:] = 0
    random = unit(random)
    near = unit(random[: count // 8] + 0.02 * generator.standard_normal((count // 8, DIMENSION)))
    near[:, -EMPTY:] = 0
    spiky = np.zeros((count // 16, DIMENSION))
    spiky[np.arange(len(spiky)), generator.integers(0, DIMENSION - EMPTY, len(spiky))] = 1
    spiky[::2] += 1e-4 * random[: len(spiky[::2])]
    vectors = np.concatenate((random, unit(near), unit(spiky))).astype(np.float32)
    # Off length one as far as is stored, which moves distances but no angle.
    vectors[::7] *= np.float32(1.0009)
    vectors[1::7] *= np.float32(0.9991)
    twins = vectors[generator.integers(0, len(vectors), count - len(vectors))].copy()
    for twin in twins[::2]:
        # One number moved by the smallest step there is: the same to the eye, not to the order.
        place = int(generator.integers(0, DIMENSION - EMPTY))
        twin[place] = np.nextafter(twin[place], np.float32(2))
    vectors = np.concatenate((vectors, twins))
    coherences = generator.choice([1.0, 1.0, 0.999999, 0.9, 0.6, 0.05], len(vectors))
    held = np.empty((count, DIMENSION + 1), np.float32)
    held[:, :-1] = vectors * coherences.astype(np.float32)[:, np.newaxis]
    held[:, -1] = np.sqrt(1 - coherences**2)
    return held


def probes_of(held: Held, generator: np.random.Generator) -> Iterator[tuple[str, Floats]]:
    """Yield probes of every kind in turn, without end, each with what it is."""
    while True:
        row = held[int(generator.integers(0, len(held))), :-1].astype(np.float64)
        other = held[int(generator.integers(0, len(held))), :-1].astype(np.float64)
        anything = unit(generator.standard_normal(DIMENSION))
        across = np.zeros(DIMENSION)
        across[-EMPTY:] = generator.standard_normal(EMPTY)
        axis = np.zeros(DIMENSION)
        axis[int(generator.integers(0, DIMENSION - EMPTY))] = 1
        for kind, vector in (
            ("anybody", anything),
            ("somebody, seen anew", unit(row) + 0.8 * anything),
            ("a row itself", row),
            ("between two", unit(row) + unit(other)),
            ("the contrary of a row", -row),
            ("at right angles to all", across),
            ("one number alone", axis),
            ("somebody, as far off length one as may be", row),
        ):
            probe = unit(vector).astype(np.float32)
            if kind.startswith("somebody, as far"):
                probe *= np.float32(generator.choice([0.9992, 1.0008]))
            yield kind, probe
