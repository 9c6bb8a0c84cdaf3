"""How near the embedders come to what the processor can do.

    python bench/limit.py [--rounds 40]

The limit is what the interpreter's own library reaches in a matrix product that suits it: chains of
1×1 convolutions of 512 channels over 14×14 places, of two lengths, whose difference in time leaves
nothing but products. Networks and chains take turns, one thread, and of each the quickest of all
rounds counts: whatever else the machine does makes nothing quicker.

Intensity: multiplications by byte of weights and of values that go in and out of the layers. A
processor that fetches fewer bytes a second than its peak divided by this waits for its memory.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from edge.config import load_settings
from edge.vision.catalogue import CATALOGUE, CatalogueEntry
from edge.vision.catalogue.sface import FLOAT, INT8
from edge.vision.convert.fold import fold
from edge.vision.convert.int8 import Int8, measured_values
from edge.vision.convert.network import Convolution, Dense, Layer, sources_of
from edge.vision.convert.network import Network as Graph
from edge.vision.convert.onnx_reader import read_onnx
from edge.vision.convert.storing import FLOAT32, Float32, Numbers
from edge.vision.convert.tflite_writer import write_tflite
from edge.vision.models import ModelStore
from edge.vision.sources import find_source
from edge.vision.tflite import Network

SIDE, CHANNELS = 14, 512
SHORT, LONG = 2, 10
RANGE = (-4.0, 4.0)


@dataclass(frozen=True, slots=True)
class Work:
    """What one run takes: multiplications in eight bits and in float, and bytes moved."""

    eight: int
    whole: int
    bytes: int

    @property
    def all(self) -> int:
        return self.eight + self.whole


def main() -> None:
    """Time and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=40, help="times everything takes its turn")
    rounds = parser.parse_args().rounds
    settings = load_settings(None).models
    store = ModelStore(settings.folder, mirror=settings.mirror)
    entries = {entry.name: entry for entry in CATALOGUE}
    published = find_source(entries[FLOAT.name], folder=settings.folder, mirror=settings.mirror)
    graph = fold(read_onnx(published))
    work = {
        name: work_of(graph, _numbers(entries[name], graph)) for name in (INT8.name, FLOAT.name)
    }
    with TemporaryDirectory() as scratch:
        files = {name: store.path(name) for name in work}
        files |= _chains(Path(scratch))
        best = _quickest(files, rounds)
    Console(width=110).print(
        _table(work, best, {kind: peak(best, kind) for kind in ("int8", "float")})
    )


def peak(best: Mapping[str, float], kind: str) -> float:
    """Return the multiplications a second in products alone, from the *best* times of two chains."""
    seconds = best[f"{kind} {LONG}"] - best[f"{kind} {SHORT}"]
    if seconds <= 0:
        raise SystemExit("The machine is too busy to be measured: try more --rounds, or later.")
    return (LONG - SHORT) * (SIDE * CHANNELS) ** 2 / seconds


def work_of(graph: Graph, numbers: Numbers) -> Work:
    """Return what one run of *graph* takes when it is stored as *numbers* has it."""
    shapes = {graph.source: graph.shape}
    eight = whole = moved = 0
    for layer in graph.layers:
        shapes[layer.name] = _shape(layer, shapes[layer.source])
        reads = gives = 4
        if isinstance(layer, Convolution | Dense):
            places = math.prod(shapes[layer.name][:2])
            multiplied = places * layer.kernel.size
            reads, gives = (
                4 if kind == FLOAT32 else 1 for kind in (numbers.reads(layer), numbers.gives(layer))
            )
            whole, eight = (
                (whole + multiplied, eight) if reads == 4 else (whole, eight + multiplied)
            )
            moved += reads * layer.kernel.size
        moved += sum(reads * math.prod(shapes[source]) for source in sources_of(layer))
        moved += gives * math.prod(shapes[layer.name])
    return Work(eight, whole, moved)


def _shape(layer: Layer, before: tuple[int, int, int]) -> tuple[int, int, int]:
    match layer:
        case Convolution():
            above, left, below, right = layer.padding
            out, rows, columns, _ = layer.kernel.shape
            return (
                (before[0] + above + below - rows) // layer.strides[0] + 1,
                (before[1] + left + right - columns) // layer.strides[1] + 1,
                out,
            )
        case Dense():
            return 1, 1, len(layer.kernel)
        case _:
            return before


def _numbers(entry: CatalogueEntry, graph: Graph) -> Numbers:
    return Float32() if entry.ranges is None else Int8(graph, entry.ranges)


def _chains(folder: Path) -> dict[str, Path]:
    """Write chains of products, in both kinds and lengths; the first reads the picture, in float."""
    files = {}
    for length in (SHORT, LONG):
        layers = tuple(
            Convolution(
                name=f"product {at}",
                source=f"product {at - 1}" if at else "data",
                kernel=np.random.default_rng(at).normal(
                    0, CHANNELS**-0.5, (CHANNELS, 1, 1, CHANNELS)
                ),
                bias=np.zeros(CHANNELS),
                strides=(1, 1),
                padding=(0, 0, 0, 0),
                depthwise=False,
            )
            for at in range(length + 1)
        )
        graph = Graph("data", (SIDE, SIDE, CHANNELS), layers, layers[-1].name)
        ranges = dict.fromkeys(measured_values(graph), RANGE)
        for kind, numbers in (("int8", Int8(graph, ranges)), ("float", Float32())):
            path = folder / f"{kind}-{length}.tflite"
            path.write_bytes(write_tflite(graph, description=path.name, numbers=numbers))
            files[f"{kind} {length}"] = path
    return files


def _quickest(files: dict[str, Path], rounds: int) -> dict[str, float]:
    networks = {name: Network(path) for name, path in files.items()}
    random = np.random.default_rng(0)
    shown = {
        name: random.uniform(0, 255, network.input_shape).astype(np.float32)
        for name, network in networks.items()
    }
    best = dict.fromkeys(files, math.inf)
    for _ in track(range(rounds), "rounds", console=Console(stderr=True), transient=True):
        for name, network in networks.items():
            network.run(shown[name])
            for _ in range(5):
                began = time.perf_counter()
                network.run(shown[name])
                best[name] = min(best[name], time.perf_counter() - began)
    return best


def _table(work: dict[str, Work], best: dict[str, float], peaks: dict[str, float]) -> Table:
    table = Table(
        "network", "ms", "GMAC", "in int8 %", "MB moved", "MAC/byte", "GMAC/s", "limit ms", "÷ limit",
        title="Embedders against the library's own matrix product, 1 thread",
        caption="Peaks: "
        + ", ".join(f"{kind} {peak / 1e9:.0f} GMAC/s" for kind, peak in peaks.items()),
    )  # fmt: skip
    for name, one in work.items():
        limit = one.eight / peaks["int8"] + one.whole / peaks["float"]
        table.add_row(
            name,
            f"{1000 * best[name]:.2f}",
            f"{one.all / 1e9:.3f}",
            f"{100 * one.eight / one.all:.1f}",
            f"{one.bytes / 1e6:.1f}",
            f"{one.all / one.bytes:.1f}",
            f"{one.all / best[name] / 1e9:.0f}",
            f"{1000 * limit:.2f}",
            f"{best[name] / limit:.2f}",
        )
    return table


if __name__ == "__main__":
    main()
