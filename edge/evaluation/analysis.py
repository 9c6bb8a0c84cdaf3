"""From measured photos to a report: which templates are compared, and what is read off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from edge.domain import ModelId
from edge.evaluation.calibration import reliability
from edge.evaluation.dataset import Photo
from edge.evaluation.det import FMR_TARGETS, ErrorRates
from edge.evaluation.exclusions import Exclusions
from edge.evaluation.grid import first_cell_from
from edge.evaluation.intervals import bootstrap_people
from edge.evaluation.measure import Measured
from edge.evaluation.pairs import Comparisons, Templates, compare_all
from edge.evaluation.protocol import FoldAccuracy, Folds, fold_accuracy, stem_of
from edge.evaluation.report import Comparison, Failure, Refusals, Report, Row
from edge.evaluation.subject import Sight
from edge.evaluation.templates import make_templates
from edge.similarity import Calibration


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked beyond all pairs of all photos.

    *good_only*: the same again for photos that the door's quality gate accepts. *fused*: the same
    again for sets of so many photos, if more than 1. *folds*: listed pairs for ten-fold accuracy.
    """

    good_only: bool = False
    fused: int = 1
    folds: Folds = ()


def analyse(
    measured: Mapping[Photo, Measured],
    *,
    model: ModelId,
    calibration: Calibration,
    exclusions: Exclusions,
    questions: Questions,
    progress: Callable[[int], object] = lambda _rows: None,
) -> Report:
    """Return what *measured* shows, without what *exclusions* leave out.

    :raises EvaluationError: if nothing can be compared.
    """
    kept = {photo: one for photo, one in measured.items() if exclusions.keeps(photo)}
    people = {name: at for at, name in enumerate(sorted({photo.person for photo in kept}))}
    never = [
        (people[one], people[other])
        for one, other in sorted(exclusions.pairs)
        if one in people and other in people
    ]

    def compared(title: str, which: Mapping[Photo, Measured], fused: int = 1) -> Comparison:
        templates = make_templates(which, people, fused=fused)
        comparisons = compare_all(templates, never=never, progress=progress)
        return summarize(title, templates, comparisons, calibration)

    comparisons = [compared("all photos", kept)]
    good = {photo: one for photo, one in kept.items() if not one.reasons}
    if questions.good_only:
        comparisons.append(compared("photos of good quality", good))
    if questions.fused > 1:
        each = f"sets of {questions.fused} photos, fused"
        comparisons.append(compared(each, kept, questions.fused))
        if questions.good_only:
            comparisons.append(compared(f"{each}, of good quality", good, questions.fused))
    return Report(
        model=model,
        photos=len(kept),
        people=len(people),
        excluded=(len(measured) - len(kept), len(exclusions.pairs)),
        failures=_failures(kept),
        refusals=_refusals(kept),
        comparisons=tuple(comparisons),
        folds=_fold_accuracy(measured, questions.folds) if questions.folds else None,
    )


def summarize(
    title: str, templates: Templates, comparisons: Comparisons, calibration: Calibration
) -> Comparison:
    """Return the table, the intervals and the reliability of *comparisons*."""
    rates = ErrorRates.of(comparisons)
    counted = Comparison(
        title=title,
        templates=len(templates),
        people=len(np.unique(templates.people)),
        genuine=rates.genuine,
        impostors=rates.impostors,
    )
    if not rates.genuine or not rates.impostors:
        return counted
    return replace(
        counted,
        rows=tuple(
            Row(
                target=target,
                point=point,
                similarity=calibration.similarity(point.threshold),
                interval=bootstrap_people(
                    comparisons.genuine_cells < first_cell_from(point.threshold),
                    comparisons.genuine_people,
                ),
            )
            for target in FMR_TARGETS
            if (point := rates.at_fmr(target)) is not None
        ),
        reliability=reliability(rates, calibration),
        equal_error_rate=rates.equal_error_rate(),
        curve=rates.curve(),
    )


def _failures(measured: Mapping[Photo, Measured]) -> tuple[Failure, ...]:
    return tuple(
        Failure(photo.name, measured[photo].sight)
        for photo in sorted(measured)
        if measured[photo].sight is not Sight.FOUND
    )


def _refusals(measured: Mapping[Photo, Measured]) -> Refusals:
    refused = [one.reasons for one in measured.values() if one.reasons]
    counted = Counter(reason for reasons in refused for reason in reasons)
    return Refusals(len(refused), tuple(counted.most_common()))


def _fold_accuracy(measured: Mapping[Photo, Measured], folds: Folds) -> FoldAccuracy:
    vectors = {
        stem_of(photo.name): one.embedding.vector
        for photo, one in measured.items()
        if one.embedding is not None
    }
    return fold_accuracy(folds, vectors)
