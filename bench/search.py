"""1:N search, timed: the gallery a door asks, sqlite-vec in a file and in memory, and numpy.

Run ``python bench/search.py [SIZE …]``. Vectors are random unit vectors of 128 numbers; numpy
computes a matrix product and its largest element. Every way has one thread, and must find the same
person for every probe, else the run fails. Times are medians of whole calls, the ways taking turns:
once probe after probe, when the processor's cache holds the vectors, and once with the cache filled
with other things before each, as it is at a door, where a frame and two networks come between.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # sqlite-vec has one thread; read when numpy is imported

import numpy as np
import sqlite_vec
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.domain import Embedding, ModelId, normalized
from edge.similarity import Calibration
from edge.storage.database import Database
from edge.storage.key import Key
from edge.storage.sqlite import open_memory

DIMENSION = 128
SIZES = (1_000, 10_000, 100_000)
PROBES = 16
ROUNDS = 3
OTHER_BYTES = 64_000_000
"""Read between two searches: more than any cache of the processors meant here."""
MODEL = ModelId("bench", "0" * 64)
CALIBRATION = Calibration((0.0, 1.0), (0.0, -10.0), "a straight line: only time matters here")

Search = Callable[[Embedding], int]
"""Return the number of the row nearest to a probe, from 0."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One way at one size: milliseconds of a search, and seconds to become ready."""

    name: str
    in_a_row: float
    between_frames: float
    ready: float | None


def main(sizes: Sequence[int]) -> None:
    """Print one table."""
    table = Table(
        title=f"Search 1:N, {DIMENSION} numbers, ms, median of {ROUNDS} × {PROBES} probes",
        caption="row: probe after probe; door: other work in between; ×: of numpy's time",
    )
    for column in ("people", "way", "row", "×", "door", "×", "ready after s"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for size in sizes:
        timings = timed(size)
        numpy = timings[0]
        for timing in timings:
            table.add_row(
                f"{size:,}",
                timing.name,
                f"{timing.in_a_row:.2f}",
                f"{timing.in_a_row / numpy.in_a_row:.1f}",
                f"{timing.between_frames:.2f}",
                f"{timing.between_frames / numpy.between_frames:.1f}",
                "" if timing.ready is None else f"{timing.ready:.2f}",
            )
        table.add_section()
    Console().print(table)


def timed(size: int) -> list[Timing]:
    """Time every way with *size* people; the first is numpy."""
    generator = np.random.default_rng(1)
    vectors = generator.standard_normal((size, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    noise = generator.standard_normal((PROBES, DIMENSION)).astype(np.float32)
    rows = generator.integers(0, size, PROBES)
    probes = [
        normalized(vectors[row] + 0.07 * each, MODEL) for row, each in zip(rows, noise, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        key = Key.random()
        ways: dict[str, Search] = {"numpy": _numpy(vectors)}
        ready: dict[str, float] = {}
        path = Path(folder) / "collection.db"
        ids = _enrolled(path, key, vectors)
        started = time.perf_counter()
        gallery = stack.enter_context(Gallery(path, key, "badges", calibration=CALIBRATION))
        name = "Gallery, memory"
        ready[name] = time.perf_counter() - started
        numbers = {person_id: number for number, person_id in enumerate(ids)}
        ways[name] = lambda probe: numbers[gallery.candidates(probe)[0].match.person_id]
        memory = stack.enter_context(open_memory(extensions=(sqlite_vec.loadable_path(),)))
        ways["vec0, memory"] = _vec0(memory, vectors)
        file = stack.enter_context(open_collection(Path(folder) / "vec0.db", key))
        ways["vec0, encrypted"] = _vec0(file, vectors)
        people = stack.enter_context(open_collection(path, key, read_only=True))
        ways["our file, no copy"] = _scan(people)
        for way, search in ways.items():
            found = [search(probe) for probe in probes]
            if found != rows.tolist():
                sys.exit(f"{way} does not find the same people as they are")
        in_a_row = _milliseconds(ways, probes, between=lambda: None)
        other = np.ones(OTHER_BYTES, np.uint8)
        between_frames = _milliseconds(ways, probes, between=other.sum)
    return [Timing(way, in_a_row[way], between_frames[way], ready.get(way)) for way in ways]


def _milliseconds(
    ways: dict[str, Search], probes: Sequence[Embedding], *, between: Callable[[], object]
) -> dict[str, float]:
    """Return the median of each way's searches, *between* called before each."""
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, search in ways.items():
            for probe in probes:
                between()
                started = time.perf_counter()
                search(probe)
                seconds[way].append(time.perf_counter() - started)
    return {way: 1000 * float(np.median(taken)) for way, taken in seconds.items()}


def _numpy(vectors: NDArray[np.float32]) -> Search:
    return lambda probe: int((vectors @ probe.vector).argmax())


def _vec0(database: Database, vectors: NDArray[np.float32]) -> Search:
    with database.transaction():
        database.execute(f"CREATE VIRTUAL TABLE vectors USING vec0(vector float[{DIMENSION}])")
        database.execute_many(
            "INSERT INTO vectors (rowid, vector) VALUES (?, ?)",
            ((number, vector.tobytes()) for number, vector in enumerate(vectors)),
        )
    sql = "SELECT rowid FROM vectors WHERE vector MATCH ? AND k = 1"
    return lambda probe: int(database.rows(sql, (probe.vector.tobytes(),))[0][0])


def _scan(database: Database) -> Search:
    sql = "SELECT row - 1 FROM people ORDER BY vec_distance_l2(vector, ?) LIMIT 1"
    return lambda probe: int(database.rows(sql, (probe.vector.tobytes(),))[0][0])


def _enrolled(path: Path, key: Key, vectors: NDArray[np.float32]) -> list[str]:
    """Enroll a person for each of *vectors*, whose fused vector it is, and return their ids."""
    with open_collection(path, key) as database, database.transaction():
        Collections(database).create("badges", model=MODEL, dimension=DIMENSION)
        people = People(database)
        ids = []
        for number, vector in enumerate(vectors):
            person = people.enroll("badges", NewPerson(f"Person {number}"))
            database.execute(
                "UPDATE people SET vector = ? WHERE person_id = ?",
                (vector.tobytes(), person.person_id),
            )
            ids.append(person.person_id)
    return ids


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, metavar="SIZE", help="people in the gallery")
    main(parser.parse_args().sizes or SIZES)
