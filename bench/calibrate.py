"""Fit what a cosine is worth: the false match rate of an embedder over all pairs of strangers.

    python bench/calibrate.py FOLDER --name "LFW deep-funneled" [--embedder NAME] [--write MODULE]
        [--cache FILE]

FOLDER holds one folder of photos per person; the published calibration is fitted on Labeled Faces
in the Wild, nothing left out. Prints the fit and how well it keeps its promise, and writes it as
the catalogue's data module. Then looks at what the door really compares: fused photos. A promise
fitted on single photos must hold for them, too.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from data_module import data_module
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from edge.commands.evaluate import load_recognizer
from edge.config import load_settings
from edge.core import Core
from edge.domain import ModelId
from edge.evaluation.cache import EmbeddingCache, fingerprint
from edge.evaluation.calibration import fit_calibration, reliability
from edge.evaluation.dataset import Photo, read_dataset
from edge.evaluation.det import ErrorRates
from edge.evaluation.measure import Measured, measure
from edge.evaluation.pairs import Comparisons, Templates, compare_all
from edge.evaluation.subject import FacePolicy
from edge.evaluation.templates import make_templates
from edge.similarity import Calibration, fmr_of_similarity

SIMILARITIES = (93.7, 97.5, 99.0, 99.4, 99.6)
FUSED = 3
"""What the door demands at least: three enrolled photos, three good frames."""


@dataclass(frozen=True, slots=True)
class Strangers:
    """How often strangers reach each threshold, for one kind of template.

    *per_pair*: the share of all pairs of templates. *per_people*: every pair of people counts the
    same, however many photos there are of them.
    """

    kind: str
    per_pair: NDArray[np.float64]
    per_people: NDArray[np.float64]


def main() -> None:
    """Measure, fit, print and write."""
    options = _options()
    settings = load_settings(None)
    if options.embedder:
        models = replace(settings.models, embedder=options.embedder)
        settings = replace(settings, models=models)
    model = Core(settings).models.embedder(settings.models.embedder).model
    photos = read_dataset(options.folder)
    cache = None
    if options.cache:
        mark = fingerprint(model, FacePolicy.NEAREST, settings.recognition)
        cache = EmbeddingCache(options.cache, mark, model)
    measured = {} if cache is None else cache.load(photos)
    missing = [photo for photo in photos if photo not in measured]
    load = partial(load_recognizer, settings)
    if missing:
        found = measure(missing, load, policy=FacePolicy.NEAREST, jobs=options.jobs)
        screen = Console(stderr=True)
        measured.update(track(found, "finding faces", total=len(missing), console=screen))
    if cache is not None and missing:
        cache.save(measured)

    people = {name: at for at, name in enumerate(sorted({photo.person for photo in photos}))}
    comparisons = compare_all(make_templates(measured, people))
    calibration = fit_calibration(
        comparisons.impostors, provenance=_provenance(options.name, len(photos), comparisons, model)
    )
    console = Console(width=120)
    console.print(_fit_table(calibration))
    console.print(_reliability_table(comparisons, calibration))
    console.print(_fused_table(_fused(measured, people, calibration)))
    if options.write:
        options.write.write_text(module_text(calibration), encoding="utf-8")


def module_text(calibration: Calibration) -> str:
    """Return the catalogue's data module of *calibration*."""
    knots = zip(calibration.cosines, calibration.log10_fmrs, strict=True)
    return data_module(
        "What a cosine is worth: the false match rate at each knot, as measured.",
        writer="bench/calibrate.py",
        provenance=calibration.provenance,
        data=[
            "KNOTS: tuple[tuple[float, float], ...] = (",
            "    # cosine, log10 FMR",
            *(f"    ({cosine}, {rate})," for cosine, rate in knots),
            ")",
        ],
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="one folder of photos per person")
    parser.add_argument("--name", required=True, help="what the photos are called, for the record")
    parser.add_argument("--embedder", help="another than the settings name")
    parser.add_argument("--write", type=Path, help="the catalogue's data module to write")
    parser.add_argument("--cache", type=Path, help="keep the embeddings here; as in `evaluate`")
    parser.add_argument("--jobs", type=int, default=2, help="processes that measure photos")
    return parser.parse_args()


def _provenance(name: str, photos: int, comparisons: Comparisons, model: ModelId) -> str:
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    return (
        f"{name}, {photos:,} photos, all pairs: {int(comparisons.impostors.sum()):,} impostor, "
        f"{len(comparisons.genuine_cells):,} genuine, nothing left out; model {model.name} "
        f"{model.digest[:12]}; {today}; python bench/calibrate.py"
    )


def _fused(
    measured: dict[Photo, Measured], people: dict[str, int], calibration: Calibration
) -> Sequence[Strangers]:
    """Return strangers of the people who have enough photos: single, mixed and fused.

    The single photos of the same people come along: those who are photographed often differ from
    everybody, and the comparison shall show the fusing alone.
    """
    enough = {
        person
        for person in people
        if sum(
            one.embedding is not None for photo, one in measured.items() if photo.person == person
        )
        >= 2 * FUSED
    }
    often = {photo: one for photo, one in measured.items() if photo.person in enough}
    single, fused = make_templates(often, people), make_templates(often, people, fused=FUSED)
    whose = f"of {len(enough)} people with at least {2 * FUSED} photos"
    cosines = [calibration.cosine(similarity) for similarity in SIMILARITIES]
    return (
        _strangers(f"1 against 1, {whose}", single, single, cosines),
        _strangers(f"1 against {FUSED} fused, of the same", single, fused, cosines),
        _strangers(f"{FUSED} fused against {FUSED} fused", fused, fused, cosines),
    )


def _strangers(
    kind: str, probes: Templates, references: Templates, cosines: Sequence[float]
) -> Strangers:
    """Compare every probe with the references of everybody else."""
    numbered = int(max(probes.people.max(), references.people.max())) + 1
    of_probe = np.bincount(probes.people, minlength=numbered)[probes.people]
    of_reference = np.bincount(references.people, minlength=numbered)[references.people]
    hits, weighted, pairs, weight = np.zeros(len(cosines)), np.zeros(len(cosines)), 0, 0.0
    for row, vector in enumerate(probes.vectors):
        strangers = references.people != probes.people[row]
        scores = references.vectors[strangers] @ vector
        share = 1 / (of_probe[row] * of_reference[strangers])
        reached = scores[None, :] >= np.array(cosines)[:, None]
        hits += reached.sum(axis=1)
        weighted += reached @ share
        pairs += len(scores)
        weight += float(share.sum())
    return Strangers(kind, hits / pairs, weighted / weight)


def _fit_table(calibration: Calibration) -> Table:
    table = Table("cosine", "log10 FMR", "similarity %", title="Knots of the fit")
    for cosine, rate in zip(calibration.cosines, calibration.log10_fmrs, strict=True):
        table.add_row(f"{cosine:.4f}", f"{rate:.3f}", f"{calibration.similarity(cosine):.3f}")
    return table


def _reliability_table(comparisons: Comparisons, calibration: Calibration) -> Table:
    table = Table(
        "similarity %", "cosine", "FMR claimed", "FMR observed", "false matches", "FNMR %",
        title="The promise on the pairs it was fitted to",
    )  # fmt: skip
    for one in reliability(ErrorRates.of(comparisons), calibration):
        table.add_row(
            f"{one.similarity:g}",
            f"{one.observed.threshold:.4f}",
            f"{one.claimed_fmr:.2e}",
            f"{one.observed.fmr:.2e}",
            f"{one.observed.false_matches:,}",
            f"{100 * one.observed.fnmr:.3f}",
        )
    return table


def _fused_table(strangers: Sequence[Strangers]) -> Table:
    table = Table(
        "what is compared",
        *(f"{each:g} %" for each in SIMILARITIES),
        title="Observed ÷ claimed FMR at each similarity",
        caption="In brackets with every pair of people counted once: two brothers with hundreds of "
        "photos are then one pair, and not tens of thousands.",
    )
    claimed = np.array([fmr_of_similarity(similarity) for similarity in SIMILARITIES])
    for one in strangers:
        ratios = zip(one.per_pair / claimed, one.per_people / claimed, strict=True)
        table.add_row(one.kind, *(f"{pair:.2f} ({people:.2f})" for pair, people in ratios))
    return table


if __name__ == "__main__":
    main()
