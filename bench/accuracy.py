"""Measure the accuracy card and write it: docs/accuracy.json, docs/accuracy.md and its pictures.

    python bench/accuracy.py LFW [--cache FOLDER] [--jobs 2] [--only SECTION] [--write-only]

Of it edge/access/measured.py is written, too: the figures that doors and pages tell.

LFW is Labeled Faces in the Wild, deep-funneled: a folder with images/ (one folder per person) and
pairs.txt; it can be had from several mirrors, and is research use. Embeddings are biometric data
and kept only where --cache says. --only measures some sections anew and leaves the others as they
are, if they are of the same embedder; --write-only writes the page from docs/accuracy.json.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import track

from edge.access import measured
from edge.commands.evaluate import load_recognizer
from edge.config import Settings, load_settings
from edge.core import Core
from edge.errors import EvaluationError, OstiaryError
from edge.evaluation.cache import EmbeddingCache, fingerprint
from edge.evaluation.card.face_alone import module_text
from edge.evaluation.card.made import Made
from edge.evaluation.card.material import Material
from edge.evaluation.card.page import SECTIONS, Results, markdown, read, to_text
from edge.evaluation.card.pictures import draw
from edge.evaluation.dataset import Photo, read_dataset
from edge.evaluation.exclusions import read_exclusions
from edge.evaluation.measure import FaceRecognizer, Measured, measure
from edge.evaluation.protocol import read_pairs
from edge.evaluation.subject import FacePolicy
from edge.vision.card import EmbedderCard

DOCS = Path(__file__).parents[1] / "docs"
RESULTS, PAGE, PICTURES = DOCS / "accuracy.json", DOCS / "accuracy.md", DOCS / "pictures"
FACE_ALONE = Path(measured.__file__)
EXCLUSIONS = Path(__file__).with_name("lfw_exclusions.txt")
COMMAND = "make accuracy LFW=FOLDER"
COLLECTION = "Labeled Faces in the Wild (deep-funneled)"

_screen = Console(stderr=True)


def main() -> int:
    """Measure, write, and return the exit status."""
    options = _options()
    try:
        if not options.write_only:
            _measure(options)
        results = read(RESULTS)
        PAGE.write_text(markdown(results), encoding="utf-8")
        draw(results, PICTURES)
        FACE_ALONE.write_text(module_text(results), encoding="utf-8")
    except OstiaryError as error:
        _screen.print(str(error), style="red")
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("lfw", type=Path, nargs="?", help="the folder with images/ and pairs.txt")
    parser.add_argument(
        "--cache", type=Path, help="folder for embeddings, which are biometric data"
    )
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument(
        "--only", action="append", choices=[section.name for section in SECTIONS], default=[]
    )
    parser.add_argument("--write-only", action="store_true", help="measure nothing")
    return parser.parse_args()


def _measure(options: argparse.Namespace) -> None:
    """Measure section by section, and keep each as soon as it is there."""
    settings = load_settings(None)
    card = Core(settings).models.embedder(settings.models.embedder)
    material = _material(options, settings, card)
    made = Made(
        collection=COLLECTION,
        photos=len(material.measured),
        people=len(material.people),
        embedder=card.name,
        sha256=card.model.digest,
        command=COMMAND,
        machine=f"{platform.machine()} with {os.cpu_count()} cores",
        python=platform.python_version(),
        days={},
    )
    results = _continued(made) if options.only else Results(made=made)
    for section in SECTIONS:
        if not options.only or section.name in options.only:
            found = section.measured(material)
            today = dt.datetime.now(dt.UTC).date().isoformat()
            made = replace(made, days={**results.made.days, section.name: today})
            results = replace(results, made=made, **{section.name: found})
            RESULTS.write_text(to_text(results), encoding="utf-8")


def _continued(made: Made) -> Results:
    """Return the results there are, if they are of the same embedder.

    :raises EvaluationError: if they are of another one, or of an earlier form.
    """
    if not RESULTS.exists():
        return Results(made=made)
    former = read(RESULTS)
    if former.made.sha256 != made.sha256:
        raise EvaluationError(
            f"{RESULTS.name} is of another embedder.",
            remedy="Measure every section: leave out --only.",
        )
    return former


def _material(options: argparse.Namespace, settings: Settings, card: EmbedderCard) -> Material:
    if options.lfw is None or not (options.lfw / "images").is_dir():
        raise EvaluationError(
            "The card is measured on Labeled Faces in the Wild, which is not there.",
            remedy="Give the folder that holds its images/ (deep-funneled, one folder per person, "
            "13,233 photos) and its pairs.txt: make accuracy LFW=FOLDER. `ostiary evaluate` "
            "measures any other folder of people.",
        )
    photos = read_dataset(options.lfw / "images")
    load = partial(load_recognizer, settings)
    cache = None
    if options.cache:
        options.cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark = fingerprint(card.model, FacePolicy.NEAREST, settings.recognition)
        cache = EmbeddingCache(options.cache / "photos.npz", mark, card.model)
    return Material(
        measured=_photos(photos, load, cache, options.jobs),
        model=card.model,
        calibration=card.calibration,
        exclusions=read_exclusions(EXCLUSIONS, photos),
        folds=read_pairs(options.lfw / "pairs.txt"),
        load=load,
        jobs=options.jobs,
        cache=options.cache,
        progress=_screen.print,
    )


def _photos(
    photos: tuple[Photo, ...],
    load: Callable[[], FaceRecognizer],
    cache: EmbeddingCache | None,
    jobs: int,
) -> Mapping[Photo, Measured]:
    kept = {} if cache is None else cache.load(photos)
    missing = [photo for photo in photos if photo not in kept]
    found = measure(missing, load, policy=FacePolicy.NEAREST, jobs=jobs)
    try:
        kept.update(track(found, "finding faces", total=len(missing), console=_screen))
    finally:  # an interrupted run goes on where it stopped
        if cache is not None and missing:
            cache.save(kept)
    return kept


if __name__ == "__main__":
    sys.exit(main())
