"""Measure between which values the layers of the embedder work, so that it can be put into int8.

    python bench/ranges.py FOLDER --name "LFW deep-funneled" [--count 200] [--write MODULE]

FOLDER holds one folder of photos per person. Of people with one photo alone, spread evenly over the
alphabet, the aligned faces go through the float network: these photos are in no pair of one person,
so that nothing is fitted to what the evaluation asks. The range of a layer is not the whole span of
its values: rare ones are cut off where the mean squared error of all values, rounded to the 256
levels of the range, is least. Prints the ranges, and writes them as the catalogue's data module.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from data_module import data_module
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from edge.config import load_settings
from edge.domain import Pixels
from edge.evaluation.dataset import Photo, read_dataset
from edge.evaluation.subject import FacePolicy, person_meant
from edge.vision.catalogue import CATALOGUE
from edge.vision.convert import names_to_measure
from edge.vision.image import read_image
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from edge.vision.sources import find_source

FLOAT = "sface"
BINS = 4096
"""Of a histogram: sixteen for each of the 256 levels."""

CUTS = np.linspace(0.25, 1.0, 61)
"""What part of the way from zero to the extreme a range may end at."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one layer gives: its extremes, the range that costs least, and the share cut off."""

    low: float
    high: float
    range: tuple[float, float]
    cut: float


def main() -> None:
    """Measure, print and write."""
    options = _options()
    settings = load_settings(None).models
    store = ModelStore(settings.folder, mirror=settings.mirror)
    (entry,) = (entry for entry in CATALOGUE if entry.name == FLOAT)
    names = names_to_measure(find_source(entry, folder=settings.folder, mirror=settings.mirror))
    photos = lonely(read_dataset(options.folder), options.count)
    chips = _chips(photos, Recognizer.load(store, embedder=FLOAT))
    measured = measure(store.path(FLOAT), chips, names)
    Console(width=100).print(_table(measured))
    if options.write:
        today = dt.datetime.now(tz=dt.UTC).date().isoformat()
        provenance = (
            f"{options.name}, {len(chips)} photos of people with one photo alone; "
            f"model {FLOAT} {entry.prepared.sha256[:12]}; {today}; python bench/ranges.py"
        )
        ranges = {name: one.range for name, one in measured.items()}
        options.write.write_text(module_text(ranges, provenance), encoding="utf-8")


def lonely(photos: Sequence[Photo], count: int) -> tuple[Photo, ...]:
    """Return *count* of the photos whose person has no other, spread evenly; all if there are fewer."""
    owners = Counter(photo.person for photo in photos)
    alone = [photo for photo in photos if owners[photo.person] == 1]
    places = np.linspace(0, len(alone) - 1, min(count, len(alone))).astype(int)
    return tuple(alone[place] for place in places)


def measure(
    float_network: Path, chips: Sequence[Pixels], names: Sequence[str]
) -> dict[str, Measured]:
    """Return what the values *names* of *float_network* are between while it looks at *chips*."""
    network = _Watched(float_network, names)
    spans = dict.fromkeys(names, (np.inf, -np.inf))
    for values in track(network.watch(chips), "extremes", len(chips), transient=True):
        for name, one in values.items():
            low, high = spans[name]
            spans[name] = (min(low, float(one.min())), max(high, float(one.max())))
    counts = {name: np.zeros(BINS, np.int64) for name in names}
    for values in track(network.watch(chips), "histograms", len(chips), transient=True):
        for name, one in values.items():
            counts[name] += np.histogram(one, bins=BINS, range=spans[name])[0]
    return {name: _measured(*spans[name], counts[name]) for name in names}


def best_range(centres: NDArray[np.float64], counts: NDArray[np.int64]) -> tuple[float, float]:
    """Return the range in which *counts* values at *centres* lose least when put into 8 bits.

    Every pair of :data:`CUTS` is tried; the error is the mean squared one of rounding and cutting.
    """
    low, high = min(float(centres[0]), 0.0), max(float(centres[-1]), 0.0)
    tried = [(low * below, high * above) for below in CUTS for above in CUTS]
    return min(tried, key=lambda each: _error(centres, counts, *each))


def module_text(ranges: Mapping[str, tuple[float, float]], provenance: str) -> str:
    """Return the catalogue's data module of *ranges*."""
    return data_module(
        "Between which values the layers of SFace work, as measured on faces.",
        writer="bench/ranges.py",
        provenance=provenance,
        data=[
            "RANGES: dict[str, tuple[float, float]] = {",
            *(f'    "{name}": ({low}, {high}),' for name, (low, high) in ranges.items()),
            "}",
        ],
    )


class _Watched:
    """The float network, computed by kernels that leave every value in its place."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self._interpreter = Interpreter(
            model_path=str(path),
            num_threads=2,
            experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        self._interpreter.allocate_tensors()
        at = {one["name"]: one["index"] for one in self._interpreter.get_tensor_details()}
        self._places = {name: at[name] for name in names}

    def watch(self, chips: Sequence[Pixels]) -> Iterator[dict[str, NDArray[np.float32]]]:
        """Yield the watched values for each of *chips*, BGR."""
        source = self._interpreter.get_input_details()[0]["index"]
        for chip in chips:
            self._interpreter.set_tensor(source, chip[None, :, :, ::-1].astype(np.float32))
            self._interpreter.invoke()
            yield {
                name: self._interpreter.get_tensor(place) for name, place in self._places.items()
            }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="one folder of photos per person")
    parser.add_argument("--name", required=True, help="what the photos are called, for the record")
    parser.add_argument("--count", type=int, default=200, help="photos to measure")
    parser.add_argument("--write", type=Path, help="the catalogue's data module to write")
    return parser.parse_args()


def _chips(photos: Sequence[Photo], recognizer: Recognizer) -> list[Pixels]:
    chips = []
    for photo in photos:
        pixels = read_image(photo.path)
        height, width = pixels.shape[:2]
        faces = recognizer.faces(pixels)
        _, face = person_meant(faces, width=width, height=height, policy=FacePolicy.NEAREST)
        if face is not None:
            chips.append(recognizer.embedding.align(pixels, face.points))
    return chips


def _measured(low: float, high: float, counts: NDArray[np.int64]) -> Measured:
    edges = np.linspace(low, high, BINS + 1)
    centres = (edges[:-1] + edges[1:]) / 2
    best = best_range(centres, counts)
    inside = (centres >= best[0]) & (centres <= best[1])
    rounded = (float(f"{best[0]:.4g}"), float(f"{best[1]:.4g}"))
    return Measured(low, high, rounded, 1 - float(counts[inside].sum() / counts.sum()))


def _error(
    centres: NDArray[np.float64], counts: NDArray[np.int64], low: float, high: float
) -> float:
    scale = (high - low) / 255
    zero = np.rint(-low / scale)
    levels = np.clip(np.rint(centres / scale) + zero, 0, 255)
    return float(np.average(((levels - zero) * scale - centres) ** 2, weights=counts))


def _table(measured: Mapping[str, Measured]) -> Table:
    table = Table("values of", "least", "greatest", "range", "cut off", title="Ranges")
    for name, one in measured.items():
        low, high = one.range
        table.add_row(
            name, f"{one.low:.2f}", f"{one.high:.2f}", f"{low} to {high}", f"{100 * one.cut:.3f} %"
        )
    return table


if __name__ == "__main__":
    main()
