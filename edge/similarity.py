"""Cosine to calibrated similarity, and the similarity that a gallery of N people demands.

The percentage is defined by the false match rate (FMR, ISO/IEC 19795-1) of the embedder that made
the vectors, measured over impostor pairs and kept with the model's catalogue entry:

    similarity = 100 · (1 − FMR(cosine) ^ 0.4)

so 99 % means FMR 1e-5: fewer than one stranger in 100,000 scores that high. 97.5 % means 1e-4,
93.7 % means 1e-3, 99.6 % means 1e-6. A raw cosine is never shown as a percentage.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

EXPONENT = 0.4
"""Makes 99 % mean FMR 1e-5: 1 − (1e-5) ** 0.4 = 0.99."""

UNLOCK_SIMILARITY = 99.0
"""Percent that must be exceeded to unlock, however small the gallery."""

TARGET_FPIR = 0.003
"""False positive identification rate of NIST FRTE 1:N's operating point for access to a facility."""

SAME_FACE_FMR = 1e-3
"""False match rate at which two frames of one approach count as one face. A stranger who steps in
is noticed by 999 of 1,000 frames, while frames of one face, seconds apart, are far more alike."""


def similarity_of_fmr(fmr: float) -> float:
    """Return the similarity, in percent, whose false match rate is *fmr* (0 to 1)."""
    return 100.0 * (1.0 - math.pow(min(max(fmr, 0.0), 1.0), EXPONENT))


def fmr_of_similarity(similarity: float) -> float:
    """Return the false match rate (0 to 1) that *similarity*, in percent, stands for."""
    return math.pow(1.0 - min(max(similarity, 0.0), 100.0) / 100.0, 1.0 / EXPONENT)


def gallery_threshold(
    people: int, *, target_fpir: float = TARGET_FPIR, floor: float = UNLOCK_SIMILARITY
) -> float:
    """Return the similarity, in percent, that a match must exceed in a gallery of *people*.

    A stranger is compared with everybody who may open the door, so the rate of false unlocks
    (FPIR) is about N · FMR: the more people, the more alike two faces must be.
    """
    return max(floor, similarity_of_fmr(target_fpir / max(people, 1)))


@dataclass(frozen=True, slots=True)
class Calibration:
    """The false match rate of one embedder as a function of the cosine.

    *cosines* rise strictly, *log10_fmrs* fall strictly and end below the last measured rate;
    between the knots log10 FMR is linear. *provenance* says what was measured, how, and when.

    :raises ValueError: if the table is not monotone or has fewer than two knots.
    """

    cosines: tuple[float, ...]
    log10_fmrs: tuple[float, ...]
    provenance: str

    def __post_init__(self) -> None:
        if len(self.cosines) != len(self.log10_fmrs) or len(self.cosines) < 2:
            raise ValueError("a calibration needs at least two knots, each a cosine and a rate")
        if not (_rises(self.cosines) and _rises([-rate for rate in self.log10_fmrs])):
            raise ValueError("in a calibration cosines must rise and false match rates must fall")

    def fmr(self, cosine: float) -> float:
        """Return the false match rate (0 to 1) at *cosine*; clamped beyond the table's ends."""
        return float(10.0 ** np.interp(cosine, self.cosines, self.log10_fmrs))

    def similarity(self, cosine: float) -> float:
        """Return the similarity in percent, never falling as *cosine* rises."""
        return similarity_of_fmr(self.fmr(cosine))

    def cosine(self, similarity: float) -> float:
        """Return the lowest cosine that reaches *similarity*, in percent; clamped to the table."""
        wanted = np.log10(max(fmr_of_similarity(similarity), 1e-300))
        return float(np.interp(-wanted, [-rate for rate in self.log10_fmrs], self.cosines))


def _rises(values: Sequence[float]) -> bool:
    return all(former < latter for former, latter in itertools.pairwise(values))
