"""By how much the coherence of fused faces should count: what each power misses, and promises.

    python bench/fusing.py FOLDER --cache FILE [--power 0.5 …]

FOLDER holds one folder of photos per person; the cache is that of `ostiary evaluate --cache` or of
bench/accuracy.py. For each power: how many of 1,000 people with three photos are missed when they
show three (FNIR) and how many strangers are taken for somebody (FPIR), at the automatic threshold;
and the observed over the claimed FMR of sets against sets, every pair of people counted once.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from edge.config import load_settings
from edge.core import Core
from edge.domain import COHERENCE_POWER, Embedding
from edge.evaluation.cache import EmbeddingCache, fingerprint
from edge.evaluation.dataset import Photo, read_dataset
from edge.evaluation.judging import Identified, judged
from edge.evaluation.measure import Measured
from edge.evaluation.open_set import Draw, Setting, draws, joined, search
from edge.evaluation.pairs import Templates
from edge.evaluation.subject import FacePolicy
from edge.evaluation.tail import counted, tail_between, tail_from
from edge.evaluation.templates import make_templates, make_two_kinds, shots_of
from edge.similarity import Calibration, fmr_of_similarity

POWERS = (1.0, 0.75, 0.5, 0.25, 0.0)
WAYS = ((1, 3), (3, 1), (3, 3), (5, 3), (5, 5))
SIMILARITIES = (93.7, 97.5, 99.0, 99.4)
SETTING = Setting(people=1000, enrolled=3, shown=3)
TIMES = 10


def main() -> None:
    """Compare and print."""
    options = _options()
    settings = load_settings(None)
    card = Core(settings).models.embedder(settings.models.embedder)
    photos = read_dataset(options.folder)
    mark = fingerprint(card.model, FacePolicy.NEAREST, settings.recognition)
    measured = EmbeddingCache(options.cache, mark, card.model).load(photos)
    if len(measured) < len(photos):
        raise SystemExit(
            f"{options.cache} has {len(measured):,} of {len(photos):,} photos as this program "
            "measures them: run ostiary evaluate FOLDER --cache FILE first."
        )
    people = {name: at for at, name in enumerate(sorted({photo.person for photo in photos}))}
    rows = [
        (power, _identified(measured, people, card.calibration, power),
         [_ratios(measured, people, card.calibration, way, power) for way in WAYS])
        for power in options.power or POWERS
    ]  # fmt: skip
    Console(width=130).print(_table(rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="one folder of photos per person")
    parser.add_argument("--cache", type=Path, required=True, help="embeddings of these photos")
    parser.add_argument("--power", type=float, action="append", help="try this one; repeatable")
    return parser.parse_args()


def counting(embedding: Embedding, power: float) -> Embedding:
    """Return *embedding* so that its coherence counts by *power* when it is compared."""
    return replace(embedding, coherence=embedding.coherence ** (power / COHERENCE_POWER))


def _identified(
    measured: Mapping[Photo, Measured],
    people: Mapping[str, int],
    calibration: Calibration,
    power: float,
) -> Identified:
    shots = shots_of(measured, people)
    found = [
        search(
            Draw(*(
                [(person, counting(each, power)) for person, each in part]
                for part in (draw.gallery, draw.members, draw.strangers)
            ))
        )
        for draw in draws(shots, SETTING, times=TIMES)
    ]  # fmt: skip
    alone = {person for person, each in shots.items() if len(each) == 1}
    return judged(joined(found), SETTING, calibration, alone=alone, draws=TIMES)


def _ratios(
    measured: Mapping[Photo, Measured],
    people: Mapping[str, int],
    calibration: Calibration,
    way: tuple[int, int],
    power: float,
) -> list[float]:
    """Return observed ÷ claimed FMR at each similarity, every pair of people counted once."""
    enrolled, shown = way
    if enrolled == shown:
        references = probes = _by(make_templates(measured, people, fused=enrolled), power)
    else:
        both = make_two_kinds(measured, people, enrolled=enrolled, shown=shown)
        references, probes = (_by(each, power) for each in both)
    sizes = [np.bincount(each.people, minlength=len(people)) for each in (references, probes)]
    ratios = []
    for similarity in SIMILARITIES:
        cosine = calibration.cosine(similarity)
        tail = (
            tail_from(references, cosine)
            if references is probes
            else tail_between(references, probes, cosine)
        )
        found = counted(
            references.people[tail.one],
            probes.people[tail.other],
            *(sizes[:1] if references is probes else sizes),
        )
        ratios.append(found.per_people / fmr_of_similarity(similarity))
    return ratios


def _by(templates: Templates, power: float) -> Templates:
    """Return *templates*, whose lengths are their reaches, with lengths of another power."""
    lengths = np.linalg.norm(templates.vectors, axis=1, keepdims=True)
    scaled = templates.vectors * lengths ** (power / COHERENCE_POWER - 1)
    return Templates(scaled.astype(np.float32), templates.people)


def _table(rows: Sequence[tuple[float, Identified, list[list[float]]]]) -> Table:
    table = Table(
        "power", "FNIR %", "FPIR %, one photo", "FPIR %, fused",
        *(f"{enrolled}, {shown}" for enrolled, shown in WAYS),
        title=f"{SETTING.people:,} people, three photos, three shown; and observed ÷ claimed FMR at "
        + ", ".join(f"{each:g} %" for each in SIMILARITIES),
    )  # fmt: skip
    for power, found, ratios in rows:
        table.add_row(
            f"{power:g}",
            f"{100 * found.fnir.share:.2f}",
            f"{100 * found.fpir.share:.2f}",
            "–" if found.fpir_fused is None else f"{100 * found.fpir_fused.share:.2f}",
            *(" ".join(f"{each:.2f}" for each in of_way) for of_way in ratios),
        )
    return table


if __name__ == "__main__":
    main()
