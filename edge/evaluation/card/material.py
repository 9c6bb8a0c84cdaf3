"""What every section of the card is measured from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from edge.domain import ModelId
from edge.evaluation.dataset import Photo
from edge.evaluation.exclusions import Exclusions
from edge.evaluation.measure import FaceRecognizer, Measured
from edge.evaluation.protocol import Folds
from edge.similarity import Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Photos of people, measured once by the embedder that doors use.

    *measured* holds every photo, also those without a face. *exclusions* are the faults of the
    collection that are known; nothing is left out unless a figure says so. *folds* are the listed
    pairs. *load* builds a recognizer of one thread, and can be pickled; *jobs* is how many processes
    may measure. *cache* is a folder for what sections measure besides, None where nothing may be
    kept. *progress* is told what is being done.
    """

    measured: Mapping[Photo, Measured]
    model: ModelId
    calibration: Calibration
    exclusions: Exclusions
    folds: Folds
    load: Callable[[], FaceRecognizer]
    jobs: int
    cache: Path | None
    progress: Callable[[str], object] = lambda _doing: None

    @property
    def people(self) -> dict[str, int]:
        """A number for each person, in the order of the names."""
        names = sorted({photo.person for photo in self.measured})
        return {name: number for number, name in enumerate(names)}
