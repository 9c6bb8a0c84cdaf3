"""What an evaluation found, as values; :mod:`edge.evaluation.tables` and ``--json`` show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge.domain import ModelId, QualityReason
from edge.evaluation.calibration import Reliability
from edge.evaluation.det import DetCurve, OperatingPoint
from edge.evaluation.intervals import Interval, wilson
from edge.evaluation.protocol import FoldAccuracy
from edge.evaluation.subject import Sight


@dataclass(frozen=True, slots=True)
class Row:
    """The threshold for one target FMR; *interval* is the FNMR's, over people."""

    target: float
    point: OperatingPoint
    similarity: float
    interval: Interval


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """All pairs of one kind of template: every photo, accepted photos, or fused photos.

    *rows*, *equal_error_rate* and *curve* are empty where either kind of pair is missing.
    """

    title: str
    templates: int
    people: int
    genuine: int
    impostors: int
    rows: tuple[Row, ...] = ()
    reliability: tuple[Reliability, ...] = ()
    equal_error_rate: float | None = None
    curve: DetCurve | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A photo in which the person meant was not found."""

    photo: str
    sight: Sight


@dataclass(frozen=True, slots=True)
class Refusals:
    """What the door's quality gate would refuse of the photos with a face, and why."""

    photos: int
    reasons: tuple[tuple[QualityReason, int], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one evaluation found.

    *excluded* is how many photos and how many pairs of people a list left out.
    """

    model: ModelId
    photos: int
    people: int
    excluded: tuple[int, int]
    failures: tuple[Failure, ...]
    refusals: Refusals
    comparisons: tuple[Comparison, ...]
    folds: FoldAccuracy | None

    @property
    def failure_interval(self) -> Interval:
        """Wilson's interval of the share of photos without the person meant."""
        return wilson(len(self.failures), self.photos)

    def as_json(self) -> dict[str, Any]:
        """Return the report in types that JSON knows."""
        low, high = self.failure_interval.low, self.failure_interval.high
        return {
            "model": {"name": self.model.name, "digest": self.model.digest},
            "photos": self.photos,
            "people": self.people,
            "excluded": {"photos": self.excluded[0], "pairs_of_people": self.excluded[1]},
            "failures": {
                "count": len(self.failures),
                "interval_95": [low, high],
                "photos": {failure.photo: str(failure.sight) for failure in self.failures},
            },
            "refused_by_quality": {
                "count": self.refusals.photos,
                "reasons": {str(reason): count for reason, count in self.refusals.reasons},
            },
            "comparisons": [_comparison(comparison) for comparison in self.comparisons],
            "ten_fold": None if self.folds is None else _folds(self.folds),
        }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "title": comparison.title,
        "templates": comparison.templates,
        "people": comparison.people,
        "genuine_pairs": comparison.genuine,
        "impostor_pairs": comparison.impostors,
        "equal_error_rate": comparison.equal_error_rate,
        "operating_points": [
            {
                "target_fmr": row.target,
                **_point(row.point),
                "similarity": row.similarity,
                "fnmr_interval_95": [row.interval.low, row.interval.high],
            }
            for row in comparison.rows
        ],
        "reliability": [
            {"similarity": one.similarity, "claimed_fmr": one.claimed_fmr, **_point(one.observed)}
            for one in comparison.reliability
        ],
    }


def _point(point: OperatingPoint) -> dict[str, Any]:
    return {
        "cosine": point.threshold,
        "fmr": point.fmr,
        "false_matches": point.false_matches,
        "fnmr": point.fnmr,
        "false_non_matches": point.false_non_matches,
        "tmr": point.tmr,
    }


def _folds(folds: FoldAccuracy) -> dict[str, Any]:
    return {
        "accuracy": folds.mean,
        "standard_error": folds.standard_error,
        "folds": list(folds.folds),
        "pairs": folds.pairs,
        "pairs_without_face": folds.without_face,
    }
