"""Which library multiplies many vectors by one the fastest: in float, and in eight bits.

    python bench/products.py [SIZE …]

One thread; the ways take turns, and of each the quickest of all rounds counts: whatever else the
machine does makes nothing quicker. Time is that of the products alone, of faiss that of a search for
two. "MB" is what importing a library adds to the memory of a process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when numpy is imported
os.environ["OMP_NUM_THREADS"] = "1"

import faiss
import numkong
import numpy as np
import simsimd
from rich.console import Console
from rich.table import Table
from searchers import Vectors, floor

from edge.collection.quantized import rounded

DIMENSION = 128
SIZES = (100_000, 1_000_000)
ROUNDS = 15
_RESIDENT = (
    "import re,sys,numpy,ctypes,multiprocessing;"
    "held=lambda:int(re.search(r'VmRSS:\\s+(\\d+)',open('/proc/self/status').read())[1]);"
    "before=held();__import__(sys.argv[1]);print(held()-before)"
)


def ways(vectors: Vectors) -> dict[str, Callable[[], object]]:
    """Return what is timed, by name."""
    rows = rounded(np.column_stack((vectors, np.zeros(len(vectors), np.float32))))
    levels, probe = rows.levels, rows.levels[5:6].copy()
    query = vectors[5:6].copy()
    flat = faiss.IndexFlatIP(DIMENSION)
    flat.add(vectors)
    scalar = faiss.IndexScalarQuantizer(
        DIMENSION, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    scalar.train(vectors[:10_000])
    scalar.add(vectors)
    packed = numkong.dots_pack(levels, "int8")
    return {
        "reading the floats": floor(vectors),
        "reading the bytes": floor(levels),
        "numpy, float": lambda: vectors @ query[0],
        "simsimd, float": lambda: simsimd.cdist(query, vectors, "dot"),
        "faiss, float": lambda: flat.search(query, 2),
        "simsimd, int8": lambda: simsimd.cdist(probe, levels, "dot"),
        "numkong, int8": lambda: numkong.cdist(probe, levels, "dot"),
        "numkong, int8, packed": lambda: numkong.dots_packed(probe, packed),
        "faiss, int8": lambda: scalar.search(query, 2),
    }


def main(sizes: Sequence[int]) -> None:
    """Print one table."""
    table = Table(title=f"{DIMENSION} numbers, ms, the quickest of {ROUNDS}")
    table.add_column("way")
    best: dict[int, dict[str, float]] = {}
    for size in sizes:
        generator = np.random.default_rng(1)
        vectors = generator.standard_normal((size, DIMENSION), np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        contenders = ways(vectors)
        best[size] = dict.fromkeys(contenders, float("inf"))
        for _ in range(ROUNDS):
            for name, run in contenders.items():
                started = time.perf_counter()
                run()
                taken = 1000 * (time.perf_counter() - started)
                best[size][name] = min(best[size][name], taken)
        table.add_column(f"{size:,}", justify="right")
        table.add_column("×", justify="right")
    table.add_column("MB", justify="right")
    for name in best[sizes[0]]:
        library = name.partition(",")[0]
        told = f"{_resident(library):.1f}" if library in {"simsimd", "numkong", "faiss"} else ""
        cells = [
            cell
            for size in sizes
            for cell in (
                f"{best[size][name]:.3g}",
                f"{best[size][name] / best[size]['reading the floats']:.2f}",
            )
        ]
        table.add_row(name, *cells, told)
    Console(width=100).print(table)


def _resident(library: str) -> float:
    """Return by how many megabytes a process with numpy grows that imports *library*."""
    command = (sys.executable, "-c", _RESIDENT, library)
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", nargs="*", type=int, metavar="SIZE")
    main(parser.parse_args().sizes or SIZES)
