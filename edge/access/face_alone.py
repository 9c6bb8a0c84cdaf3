"""What a face alone is worth in a gallery of N people, in numbers that may be shown.

The threshold rises with N so that a stranger is taken for somebody (FPIR, ISO/IEC 19795-1) no more
often than is accepted: FPIR = 1 − (1 − FMR)^N at the threshold in force. Where the threshold lies
beyond what the calibration measured, the rate is only claimed. On Labeled Faces in the Wild the
claims held up to 99.4 %, and about up to 99.6 % (FMR 1e-6); beyond, pairs stop getting rarer, which are
nearly all one person under two names, twins, or in a wrong folder (docs/accuracy.md): what strangers
would do there nobody has enough of them to see.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from edge.access.measured import FNMR_MEASURED, MEASURED_FLOOR
from edge.similarity import (
    TARGET_FPIR,
    UNLOCK_SIMILARITY,
    fmr_of_similarity,
    gallery_threshold,
)

MEASURED_UP_TO = 99.6
"""Percent beyond which the claimed FMR is an extrapolation (docs/accuracy.md)."""


@dataclass(frozen=True, slots=True)
class FaceAlone:
    """What a face alone is worth among *people*; percentages are similarities, rates 0 to 1.

    *threshold*: what a match must exceed. *claimed*: the rate at which a stranger who stands before
    the door is taken for somebody, by the calibration. *expected*: the same, but no comparison is
    trusted to be rarer than was measured; this is the figure to show and to limit. *extrapolated*:
    the threshold lies beyond what was measured. *missed*: share of presentations of enrolled people
    that the threshold refuses, None where nothing was measured. *most_people*: the largest gallery
    whose threshold is not extrapolated.
    """

    people: int
    threshold: float
    claimed: float
    expected: float
    extrapolated: bool
    missed: float | None
    most_people: int

    def exceeds(self, limit: float | None) -> bool:
        """Tell whether a face alone may not open a door that accepts *limit* (None: any rate).

        A limit cannot be kept where nobody knows the rate: a threshold that is extrapolated exceeds
        every limit.
        """
        return limit is not None and (self.extrapolated or not self.expected <= limit)

    @property
    def one_in(self) -> int | None:
        """So many strangers come to one false unlock; None where no one is enrolled."""
        return round(1 / self.expected) if self.expected > 0 else None


def face_alone(
    people: int, *, target_fpir: float = TARGET_FPIR, floor: float = UNLOCK_SIMILARITY
) -> FaceAlone:
    """Return what a face alone is worth in a gallery of *people*.

    *target_fpir* and *floor* are those of the door's decisions.
    """
    threshold = gallery_threshold(people, target_fpir=target_fpir, floor=floor)
    fmr = fmr_of_similarity(threshold)
    return FaceAlone(
        people=people,
        threshold=threshold,
        claimed=_fpir(fmr, people),
        expected=_fpir(max(fmr, MEASURED_FLOOR), people),
        extrapolated=threshold > MEASURED_UP_TO,
        missed=_missed(threshold),
        most_people=math.floor(target_fpir / fmr_of_similarity(MEASURED_UP_TO) + 1e-6),
    )


def false_unlock_rate(people: int) -> float:
    """Return how often a stranger before the door is taken for one of *people*, 0 to 1."""
    return face_alone(people).expected


def _fpir(fmr: float, people: int) -> float:
    """Return 1 − (1 − fmr)^people, exact for the small rates that matter."""
    return -math.expm1(people * math.log1p(-min(fmr, 1 - 1e-12)))


def _missed(threshold: float) -> float | None:
    """Return the measured share at the next similarity that is not below *threshold*."""
    return next((missed for similarity, missed in FNMR_MEASURED if threshold <= similarity), None)
