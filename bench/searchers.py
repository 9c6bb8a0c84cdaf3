"""Ways to find the vector most alike to a probe; each is made of an array, one row a person."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
import simsimd  # noqa: F401 - before usearch, whose library replaces functions of later ones
import usearch.index
from numpy.typing import NDArray

from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.domain import ModelId
from edge.storage.database import Database
from edge.storage.key import Key

Vectors = NDArray[np.float32]
Search = Callable[[Vectors], int]
"""Return the number of the row nearest to a probe, from 0."""

MODEL = ModelId("bench", "0" * 64)
CONNECTIONS = 32
"""Neighbours of a vector in a graph, as in the examples of both libraries."""
LOOKED_AT = 64
"""Candidates that a search in a graph keeps, likewise."""


def numpy_(vectors: Vectors) -> Search:
    """A matrix product, and its largest element."""
    return lambda probe: int((vectors @ probe).argmax())


def faiss_flat(vectors: Vectors) -> Search:
    """Brute force of faiss; two are asked for, as a door does."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return lambda probe: int(index.search(probe[np.newaxis], 2)[1][0, 0])


def faiss_graph(vectors: Vectors) -> Search:
    """A graph of faiss (HNSW), which may miss the nearest."""
    index = faiss.IndexHNSWFlat(vectors.shape[1], CONNECTIONS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efSearch = LOOKED_AT
    index.add(vectors)
    return lambda probe: int(index.search(probe[np.newaxis], 2)[1][0, 0])


def usearch_exact(vectors: Vectors) -> Search:
    """Brute force of usearch."""
    return lambda probe: int(
        usearch.index.search(
            vectors, probe[np.newaxis], 2, usearch.index.MetricKind.IP, exact=True, threads=1
        ).keys.flat[0]
    )


def usearch_graph(vectors: Vectors) -> Search:
    """A graph of usearch (HNSW), which may miss the nearest."""
    index = usearch.index.Index(
        ndim=vectors.shape[1],
        metric=usearch.index.MetricKind.IP,
        dtype="f32",
        connectivity=CONNECTIONS,
        expansion_search=LOOKED_AT,
    )
    index.add(np.arange(len(vectors)), vectors, threads=1)
    return lambda probe: int(index.search(probe, 2, threads=1).keys[0])


def vec0(database: Database, vectors: Vectors) -> Search:
    """A sqlite-vec table."""
    with database.transaction():
        database.execute(
            f"CREATE VIRTUAL TABLE vectors USING vec0(vector float[{vectors.shape[1]}])"
        )
        database.execute_many(
            "INSERT INTO vectors (rowid, vector) VALUES (?, ?)",
            ((number, vector.tobytes()) for number, vector in enumerate(vectors)),
        )
    sql = "SELECT rowid FROM vectors WHERE vector MATCH ? AND k = 2 ORDER BY distance"
    return lambda probe: int(database.rows(sql, (probe.tobytes(),))[0][0])


def scan(database: Database) -> Search:
    """Every row of Ostiary's file, compared by sqlite-vec's function."""
    sql = "SELECT row - 1 FROM people ORDER BY vec_distance_l2(vector, ?) LIMIT 1"
    return lambda probe: int(database.rows(sql, (probe.tobytes(),))[0][0])


def floor(vectors: Vectors | NDArray[np.int8]) -> Callable[[], object]:
    """Return the quickest pass over all bytes of *vectors* that numpy has: it joins their bits."""
    numbers = vectors.reshape(-1).view(np.int64)
    return lambda: np.bitwise_or.reduce(numbers)


def enrolled(path: Path, key: Key, vectors: Vectors) -> list[str]:
    """Enroll a person with a badge for each of *vectors*; return their ids by row."""
    random = np.random.default_rng(0)
    ids = [str(uuid.UUID(bytes=random.bytes(16), version=4)) for _ in vectors]
    with open_collection(path, key) as database, database.transaction():
        Collections(database).create("badges", model=MODEL, dimension=vectors.shape[1])
        database.execute_many(
            "INSERT INTO people (person_id, collection, name, sort_name, vector, created_at)"
            " VALUES (?, 1, ?, ?, ?, '2026-01-01T00:00:00.000000Z')",
            (
                (person_id, f"Person {number}", f"person {number}", vector.tobytes())
                for number, (person_id, vector) in enumerate(zip(ids, vectors, strict=True))
            ),
        )
        database.execute(
            "INSERT INTO badges (collection, person, number, created_at)"
            " SELECT 1, row, printf('%09d', row), created_at FROM people"
        )
    return ids
