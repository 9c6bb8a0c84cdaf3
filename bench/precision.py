"""What int8 costs, and what looking twice gives: the embedders over all pairs, in one run.

    python bench/precision.py FOLDER --pairs pairs.txt [--cache FILE] [--jobs 2] [--json FILE]

FOLDER holds one folder of photos per person. Every photo is aligned by three sets of points (the
detector's, the mesh's, and their mean, which the door uses) and embedded by both networks, some
views also in a mirror. Several views of a photo count as the mean of their unit vectors. All pairs,
nothing left out; the 6,000 listed pairs in ten folds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from edge.config import ModelSettings, load_settings
from edge.domain import Pixels, Points, Vector
from edge.evaluation.dataset import Photo, read_dataset
from edge.evaluation.det import ErrorRates
from edge.evaluation.pairs import Templates, compare_all
from edge.evaluation.protocol import Folds, fold_accuracy, read_pairs, stem_of
from edge.evaluation.subject import FacePolicy, person_meant
from edge.vision.catalogue.sface import FLOAT, INT8
from edge.vision.embed import Embedder
from edge.vision.image import read_image
from edge.vision.models import ModelStore
from edge.vision.recognizer import MESH_SHARE, Recognizer

TARGETS = (1e-3, 1e-4, 1e-5)
MEAN, DETECTOR, MESH = "mean", "detector", "mesh"


@dataclass(frozen=True, slots=True)
class View:
    """One look at a face: by which network, aligned to which points, in a mirror or not."""

    model: str
    points: str = MEAN
    mirrored: bool = False

    def __str__(self) -> str:
        return f"{self.model} {self.points}{' mirrored' if self.mirrored else ''}"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to embed a photo: the mean of some views."""

    name: str
    views: tuple[View, ...]


def _both(view: View) -> tuple[View, View]:
    return view, View(view.model, view.points, mirrored=True)


WAYS = (
    Way("float", (View(FLOAT.name),)),
    Way("int8", (View(INT8.name),)),
    Way("float, and in a mirror", _both(View(FLOAT.name))),
    Way("int8, and in a mirror", _both(View(INT8.name))),
    Way("int8, two alignments", (View(INT8.name, DETECTOR), View(INT8.name, MESH))),
    Way(
        "int8, two alignments, and in a mirror",
        (*_both(View(INT8.name, DETECTOR)), *_both(View(INT8.name, MESH))),
    ),
)
VIEWS = tuple(dict.fromkeys(view for way in WAYS for view in way.views))

Vectors: TypeAlias = Mapping[str, Vector]
"""Unit vectors of each view, ``(photos, dimension)``, by the view's name; zeros without a face."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one way reaches: FNMR by FMR, the thresholds, and ten-fold accuracy; shares, not %."""

    name: str
    views: int
    fnmr: dict[str, float]
    cosines: dict[str, float]
    accuracy: float
    standard_error: float


def main() -> None:
    """Embed, compare and print."""
    options = _options()
    photos = read_dataset(options.folder)
    vectors = _kept(options.cache, photos)
    missing = [view for view in VIEWS if str(view) not in vectors]
    if missing:
        vectors = {**vectors, **_embed(photos, missing, load_settings(None).models, options.jobs)}
        _keep(options.cache, photos, vectors)
    agreement = (vectors[str(View(FLOAT.name))] * vectors[str(View(INT8.name))]).sum(axis=1)
    folds = read_pairs(options.pairs)
    results = [_judge(way, photos, vectors, folds) for way in WAYS]
    console = Console(width=130)
    console.print(_table(results, len(photos)))
    console.print(
        f"Cosine of int8 with float of the same face: least {agreement.min():.4f}, 1 % below "
        f"{np.percentile(agreement, 1):.4f}, median {np.median(agreement):.4f}."
    )
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in results], indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="one folder of photos per person")
    parser.add_argument("--pairs", type=Path, required=True, help="LFW's pairs.txt")
    parser.add_argument(
        "--cache", type=Path, help="keep the embeddings, which are biometric data, in this file"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes that measure photos")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser.parse_args()


class _Looker:
    """Looks at photos in one process."""

    def __init__(self, views: Sequence[View], settings: ModelSettings) -> None:
        store = ModelStore(settings.folder, mirror=settings.mirror)
        self._recognizer = Recognizer.load(store)
        self._views = views
        self._embedders = {
            name: Embedder(store.embedder(name)) for name in {view.model for view in views}
        }

    def look(self, path: Path) -> dict[str, Vector]:
        """Return the vector of each view of the person meant; nothing if there is none."""
        pixels = read_image(path)
        height, width = pixels.shape[:2]
        faces = self._recognizer.faces(pixels)
        _, face = person_meant(faces, width=width, height=height, policy=FacePolicy.NEAREST)
        if face is None:
            return {}
        detection = next(
            one for one in self._recognizer.detector.detect(pixels) if one.box == face.box
        )
        mesh = ((face.points - (1 - MESH_SHARE) * detection.points) / MESH_SHARE).astype(np.float32)
        points: dict[str, Points] = {MEAN: face.points, DETECTOR: detection.points, MESH: mesh}
        chips = {
            name: self._recognizer.embedding.align(pixels, each) for name, each in points.items()
        }
        return {str(view): self._vector(view, chips[view.points]) for view in self._views}

    def _vector(self, view: View, chip: Pixels) -> Vector:
        shown = cv2.flip(chip, 1).astype(np.uint8) if view.mirrored else chip
        return self._embedders[view.model].embed(shown).vector


_looker: list[_Looker] = []
"""The one of this process."""


def _start(views: Sequence[View], settings: ModelSettings) -> None:
    cv2.setNumThreads(1)
    _looker.append(_Looker(views, settings))


def _look(path: Path) -> dict[str, Vector]:
    return _looker[0].look(path)


def _embed(
    photos: Sequence[Photo], views: Sequence[View], settings: ModelSettings, jobs: int
) -> Vectors:
    vectors = {str(view): np.zeros((len(photos), INT8.dimension), np.float32) for view in views}
    with ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start,
        initargs=(views, settings),
    ) as pool:
        found: Iterator[dict[str, Vector]] = pool.map(
            _look, (photo.path for photo in photos), chunksize=16
        )
        shown = track(found, "looking", len(photos), console=Console(stderr=True), transient=True)
        for row, one in enumerate(shown):
            for name, vector in one.items():
                vectors[name][row] = vector
    return vectors


def _judge(way: Way, photos: Sequence[Photo], vectors: Vectors, folds: Folds) -> Result:
    together = np.mean([vectors[str(view)] for view in way.views], axis=0)
    lengths = np.linalg.norm(together, axis=1)
    seen = lengths > 0
    unit = (together[seen] / lengths[seen, None]).astype(np.float32)
    owners = [photo.person for photo, found in zip(photos, seen, strict=True) if found]
    numbers = {person: number for number, person in enumerate(sorted(set(owners)))}
    people = np.array([numbers[owner] for owner in owners], np.int32)
    rates = ErrorRates.of(compare_all(Templates(unit, people)))
    points = {target: rates.at_fmr(target) for target in TARGETS}
    names = [stem_of(photo.name) for photo, found in zip(photos, seen, strict=True) if found]
    folded = fold_accuracy(folds, dict(zip(names, unit, strict=True)))
    return Result(
        name=way.name,
        views=len(way.views),
        fnmr={f"{target:g}": point.fnmr for target, point in points.items() if point},
        cosines={f"{target:g}": point.threshold for target, point in points.items() if point},
        accuracy=folded.mean,
        standard_error=folded.standard_error,
    )


def _marks() -> dict[str, str]:
    """Return of which file each view's vectors are."""
    digests = {card.name: card.model.digest for card in (FLOAT, INT8)}
    return {str(view): f"{view} {digests[view.model]}" for view in VIEWS}


def _kept(cache: Path | None, photos: Sequence[Photo]) -> Vectors:
    if cache is None or not cache.exists():
        return {}
    with np.load(cache, allow_pickle=False) as kept:
        if kept["photos"].tolist() != [photo.name for photo in photos]:
            return {}
        return {name: kept[mark] for name, mark in _marks().items() if mark in kept}


def _keep(cache: Path | None, photos: Sequence[Photo], vectors: Vectors) -> None:
    if cache is None:
        return
    cache.touch(mode=0o600)
    marks = _marks()
    kept: dict[str, Any] = {marks[name]: each for name, each in vectors.items()}
    kept["photos"] = np.array([photo.name for photo in photos])
    with cache.open("wb") as file:
        np.savez(file, **kept)


def _table(results: Sequence[Result], photos: int) -> Table:
    table = Table(
        "embedded by",
        "views",
        *(f"FNMR % at {target:g}" for target in TARGETS),
        "cosine at 1e-05",
        "ten folds %",
        title=f"All pairs of {photos:,} photos, nothing left out",
    )
    for one in results:
        table.add_row(
            one.name,
            str(one.views),
            *(_percent(one.fnmr.get(f"{target:g}")) for target in TARGETS),
            f"{one.cosines['1e-05']:.4f}" if "1e-05" in one.cosines else "–",
            f"{100 * one.accuracy:.3f} ± {100 * one.standard_error:.2f}",
        )
    return table


def _percent(share: float | None) -> str:
    """Write a rate; a dash where too few pairs were compared to measure it."""
    return "–" if share is None else f"{100 * share:.3f}"


if __name__ == "__main__":
    main()
