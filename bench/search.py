"""1:N search, timed: the gallery a door asks, sqlite-vec, numpy, faiss, usearch, and reading alone.

    python bench/search.py [SIZE …] [--faces EMBEDDINGS] [--graphs-to SIZE]

Vectors are random unit vectors of 128 numbers. Every way has one thread, and must find the same
person for every probe, else the run fails; graphs (HNSW) may miss, and how often they find is told.
Times are medians of whole calls, the ways taking turns: once probe after probe, when the
processor's cache holds what it can, and once with the cache filled with other things before each, as
it is at a door, where a frame and two networks come between. "Reading the floats" is numpy's
quickest pass over their bytes; × is of its time.

The memory is the peak of a process that opens the gallery and searches once, and nothing else.

EMBEDDINGS is what `ostiary evaluate --cache` writes. Every other photo in it is the gallery, the
rest are probes: how often does a graph find whom an exact search finds, among real faces?
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # sqlite-vec has one thread; read when numpy is imported
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import sqlite_vec
from rich.console import Console
from rich.table import Table
from searchers import (
    MODEL,
    Search,
    Vectors,
    enrolled,
    faiss_flat,
    faiss_graph,
    floor,
    numpy_,
    scan,
    usearch_exact,
    usearch_graph,
    vec0,
)

from edge.collection.database import open_collection
from edge.collection.search import Gallery
from edge.domain import normalized
from edge.similarity import Calibration
from edge.storage.key import Key
from edge.storage.sqlite import open_memory

DIMENSION = 128
SIZES = (1_000, 10_000, 100_000, 1_000_000)
PROBES = 16
ROUNDS = 3
SECONDS = 2.0
"""Spent on a way in a round, about; at least three probes are searched."""
LARGEST_GRAPH = 10_000
"""Beyond, building a graph takes longer than all the rest; another one by --graphs-to."""
OTHER_BYTES = 64_000_000
"""Read between two searches: more than any cache of the processors meant here."""
CALIBRATION = Calibration((0.0, 1.0), (0.0, -10.0), "a straight line: only time matters here")
OURS = "Ostiary's gallery"
FLOOR = "reading the floats"


@dataclass(frozen=True, slots=True)
class Timing:
    """One way at one size: milliseconds of a search, and what it takes and finds.

    *ready* is in seconds, *peak* in megabytes, *recall* the share of probes found; None: untold.
    """

    name: str
    in_a_row: float
    between_frames: float
    ready: float | None = None
    peak: float | None = None
    recall: float | None = None


def main(sizes: Sequence[int], faces: Path | None, largest_graph: int) -> None:
    """Print one table, and another one of real faces if there are any."""
    table = Table(
        title=f"Search 1:N, {DIMENSION} numbers, ms, one thread, medians",
        caption="row: probe after probe; door: other work in between; ×: of reading the floats",
    )
    for column in ("people", "way", "row", "×", "door", "×", "ready s", "peak MB", "found"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for size in sizes:
        timings = timed(size, graphs=size <= largest_graph)
        read = timings[0]
        for timing in timings:
            table.add_row(
                f"{size:,}",
                timing.name,
                f"{timing.in_a_row:.3g}",
                f"{timing.in_a_row / read.in_a_row:.2g}",
                f"{timing.between_frames:.3g}",
                f"{timing.between_frames / read.between_frames:.2g}",
                "" if timing.ready is None else f"{timing.ready:.2f}",
                "" if timing.peak is None else f"{timing.peak:.0f}",
                "" if timing.recall is None else f"{timing.recall:.3f}",
            )
        table.add_section()
    Console(width=110).print(table)
    if faces is not None:
        Console(width=110).print(recalls(faces))


def timed(size: int, *, graphs: bool) -> list[Timing]:
    """Time every way with *size* people; the first is reading the floats."""
    generator = np.random.default_rng(1)
    vectors = generator.standard_normal((size, DIMENSION), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    noise = generator.standard_normal((PROBES, DIMENSION), np.float32)
    rows = generator.integers(0, size, PROBES)
    probes = vectors[rows] + np.float32(0.07) * noise
    probes /= np.linalg.norm(probes, axis=1, keepdims=True)
    ready: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        key = Key.random()
        path = Path(folder) / "collection.db"
        ids = enrolled(path, key, vectors)
        numbers = {person_id: number for number, person_id in enumerate(ids)}
        peak = _peak(path, key)
        started = time.perf_counter()
        gallery = stack.enter_context(Gallery(path, key, "badges", calibration=CALIBRATION))
        ready[OURS] = time.perf_counter() - started

        def ours(probe: Vectors) -> int:
            return numbers[gallery.candidates(normalized(probe, MODEL))[0].match.person_id]

        memory = stack.enter_context(open_memory(extensions=(sqlite_vec.loadable_path(),)))
        file = stack.enter_context(open_collection(Path(folder) / "vec0.db", key))
        people = stack.enter_context(open_collection(path, key, read_only=True))
        exact: dict[str, Search] = {OURS: ours, "numpy": numpy_(vectors)}
        makers: dict[str, Callable[[], Search]] = {
            "faiss, flat": lambda: faiss_flat(vectors),
            "usearch, exact": lambda: usearch_exact(vectors),
            "sqlite-vec, memory": lambda: vec0(memory, vectors),
            "sqlite-vec, encrypted file": lambda: vec0(file, vectors),
            "Ostiary's file without a gallery": lambda: scan(people),
        }
        for name, make in makers.items():
            started = time.perf_counter()
            exact[name] = make()
            ready[name] = time.perf_counter() - started
        inexact: dict[str, Search] = {}
        for name, graph in GRAPHS.items() if graphs else ():
            started = time.perf_counter()
            inexact[name] = graph(vectors)
            ready[name] = time.perf_counter() - started
        found = {way: [s(probe) for probe in probes] for way, s in {**exact, **inexact}.items()}
        for way in exact:
            if found[way] != rows.tolist():
                sys.exit(f"{way} does not find the same people as they are")
        recall = {way: float(np.mean(np.array(found[way]) == rows)) for way in inexact}
        read = floor(vectors)
        ways: dict[str, Search] = {FLOOR: lambda _: int(bool(read())), **exact, **inexact}
        in_a_row = _milliseconds(ways, probes, between=lambda: None)
        other = np.ones(OTHER_BYTES, np.uint8)
        between_frames = _milliseconds(ways, probes, between=other.max)
    return [
        Timing(
            way,
            in_a_row[way],
            between_frames[way],
            ready.get(way),
            peak if way == OURS else None,
            recall.get(way),
        )
        for way in ways
    ]


def _milliseconds(
    ways: Mapping[str, Search], probes: Vectors, *, between: Callable[[], object]
) -> dict[str, float]:
    """Return the median of each way's searches, *between* called before each."""
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, search in ways.items():
            begun = time.perf_counter()
            for number, probe in enumerate(probes):
                if number >= 3 and time.perf_counter() - begun > SECONDS:
                    break
                between()
                started = time.perf_counter()
                search(probe)
                seconds[way].append(time.perf_counter() - started)
    return {way: 1000 * float(np.median(taken)) for way, taken in seconds.items()}


def recalls(path: Path) -> Table:
    """Return how often graphs find whom an exact search finds among the faces in *path*."""
    with np.load(path, allow_pickle=False) as kept:
        faces = kept["vector"][kept["sight"] == "found"].astype(np.float32)
    faces /= np.linalg.norm(faces, axis=1, keepdims=True)
    gallery, probes = np.ascontiguousarray(faces[::2]), faces[1::2]
    exact = numpy_(gallery)
    nearest = np.array([exact(probe) for probe in probes])
    table = Table(title=f"Real faces: {len(gallery):,} in the gallery, {len(probes):,} probes")
    for column in ("way", "finds the nearest", "misses"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for name, make in {"faiss, flat": faiss_flat, **GRAPHS}.items():
        search = make(gallery)
        hit = int(sum(search(probe) == row for probe, row in zip(probes, nearest, strict=True)))
        table.add_row(name, f"{hit / len(probes):.4f}", f"{len(probes) - hit:,}")
    return table


def _peak(path: Path, key: Key) -> float:
    """Return the peak memory, in megabytes, of a process that holds the people in *path*."""
    command = (sys.executable, str(Path(__file__).with_name("hold.py")), str(path))
    told = subprocess.run(
        command, input=key.digits, check=True, capture_output=True, text=True
    ).stdout
    return float(told)


GRAPHS: dict[str, Callable[[Vectors], Search]] = {
    "faiss, graph": faiss_graph,
    "usearch, graph": usearch_graph,
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, metavar="SIZE", help="people in the gallery")
    parser.add_argument("--faces", type=Path, help="embeddings of real faces")
    parser.add_argument("--graphs-to", type=int, default=LARGEST_GRAPH, metavar="SIZE")
    arguments = parser.parse_args()
    main(arguments.sizes or SIZES, arguments.faces, arguments.graphs_to)
