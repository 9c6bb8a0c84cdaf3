"""Galleries of people who do not exist: random vectors, in an encrypted file of their own.

Time to search depends on how many people there are, not on who they are.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.domain import Embedding, normalized
from edge.storage.key import Key
from edge.vision.card import EmbedderCard

COLLECTION = "benchmark"
PROBES = 16

OTHER_BYTES = 64_000_000
"""Read between two searches, as a door has a frame and networks between: more than any cache."""


@dataclass(frozen=True, slots=True)
class SearchTime:
    """One question to a gallery of so many *people*: median milliseconds.

    *in_a_row*: question after question. *at_a_door*: with other work between. *ready* is how many
    seconds the gallery took to be read from its file.
    """

    people: int
    in_a_row: float
    at_a_door: float
    ready: float


@dataclass(frozen=True, slots=True)
class Crowd:
    """A file of people, and its key."""

    path: Path
    key: Key

    def gallery(self, card: EmbedderCard) -> Gallery:
        """Return the people as a door has them in memory; *card* is of whoever made the crowd."""
        return Gallery(self.path, self.key, COLLECTION, calibration=card.calibration)


@contextmanager
def crowd(card: EmbedderCard, people: int) -> Iterator[Crowd]:
    """Lend the file of so many *people* with vectors of the embedder *card*."""
    with TemporaryDirectory() as folder:
        made = Crowd(Path(folder) / "people.db", Key.random())
        _enroll(made, card, _directions(people, card.dimension, seed=1))
        yield made


def time_searches(made: Crowd, card: EmbedderCard, *, seconds: float) -> SearchTime:
    """Return how long questions to a crowd take, asked for *seconds*, and each probe once."""
    probes = [
        normalized(vector, card.model) for vector in _directions(PROBES, card.dimension, seed=2)
    ]
    other = np.ones(OTHER_BYTES, np.uint8)
    began = time.perf_counter()
    with made.gallery(card) as gallery:
        ready = time.perf_counter() - began
        return SearchTime(
            people=gallery.people_count,
            in_a_row=_asked(gallery, probes, seconds / 2, other[:0]),
            at_a_door=_asked(gallery, probes, seconds / 2, other),
            ready=ready,
        )


def _asked(
    gallery: Gallery, probes: list[Embedding], seconds: float, other: NDArray[np.uint8]
) -> float:
    taken: list[float] = []
    until = time.perf_counter() + seconds
    while not taken or time.perf_counter() < until:
        for probe in probes:
            other.sum()
            began = time.perf_counter()
            gallery.candidates(probe)
            taken.append(time.perf_counter() - began)
    return 1000 * statistics.median(taken)


def _directions(count: int, dimension: int, *, seed: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _enroll(made: Crowd, card: EmbedderCard, vectors: NDArray[np.float32]) -> None:
    """Enroll a person for each of *vectors*, whose fused vector it is."""
    with open_collection(made.path, made.key) as database, database.transaction():
        Collections(database).create(COLLECTION, model=card.model, dimension=card.dimension)
        people = People(database)
        enrolled = [
            people.enroll(COLLECTION, NewPerson(f"Person {number}")).person_id
            for number in range(len(vectors))
        ]
        database.execute_many(
            "UPDATE people SET vector = ? WHERE person_id = ?",
            (
                (vector.tobytes(), person_id)
                for vector, person_id in zip(vectors, enrolled, strict=True)
            ),
        )
