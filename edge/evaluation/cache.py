"""Embeddings kept between evaluations, in a file that the user names.

The vectors are biometric data. The photos they come from lie on the disk already, but a vector
file is easily copied and forgotten, so none is written unless it is asked for; it is readable by
its owner alone. An entry counts only for the same file (size and time of change) measured by the
same code, models and settings; whatever does not fit is measured again.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import edge.vision
from edge.domain import Embedding, ModelId, QualityReason, Vector
from edge.errors import EvaluationError
from edge.evaluation.dataset import Photo
from edge.evaluation.measure import Measured
from edge.evaluation.subject import Sight


def fingerprint(*conditions: object) -> str:
    """Return a digest of the code that turns photos into vectors, and of *conditions*.

    The calibration is left out: what a cosine is worth does not change the vectors.
    """
    digest = sha256(repr(conditions).encode())
    for path in sorted(Path(edge.vision.__file__).parent.rglob("*.py")):
        if not path.stem.endswith("_calibration"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class EmbeddingCache:
    """The file at *path*, for measurements that *fingerprint* identifies."""

    path: Path
    fingerprint: str
    model: ModelId

    def load(self, photos: tuple[Photo, ...]) -> dict[Photo, Measured]:
        """Return what is kept of *photos*; nothing if the file is of other code or models.

        :raises EvaluationError: if the file exists and is not such a cache.
        """
        if not self.path.exists():
            return {}
        wanted = {_stamp(photo): photo for photo in photos}
        try:
            with np.load(self.path, allow_pickle=False) as kept:
                if str(kept["fingerprint"]) != self.fingerprint:
                    return {}
                columns = [kept[name] for name in ("stamp", "sight", "weight", "reasons", "vector")]
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise EvaluationError(
                f"{self.path} is not a cache of embeddings: {error}.",
                remedy="Name another file with --cache, or delete this one.",
            ) from error
        return {
            wanted[str(stamp)]: self._measured(str(sight), float(weight), str(reasons), vector)
            for stamp, sight, weight, reasons, vector in zip(*columns, strict=True)
            if str(stamp) in wanted
        }

    def save(self, measured: Mapping[Photo, Measured]) -> None:
        """Write *measured* in one step: a reader sees the old file or the new one.

        :raises EvaluationError: if the file cannot be written.
        """
        vectors = np.zeros((len(measured), max(map(_dimension, measured.values()), default=0)))
        for row, one in zip(vectors, measured.values(), strict=True):
            if one.embedding is not None:
                row[:] = one.embedding.vector
        columns = {
            "fingerprint": np.array(self.fingerprint),
            "stamp": np.array([_stamp(photo) for photo in measured], str),
            "sight": np.array([str(one.sight) for one in measured.values()], str),
            "weight": np.array([one.weight for one in measured.values()], np.float64),
            "reasons": np.array([",".join(one.reasons) for one in measured.values()], str),
            "vector": vectors.astype(np.float32),
        }
        try:
            _write(self.path, columns)
        except OSError as error:
            raise EvaluationError(f"the cache {self.path} cannot be written: {error}.") from error

    def _measured(self, sight: str, weight: float, reasons: str, vector: Vector) -> Measured:
        found = Sight(sight) is Sight.FOUND
        return Measured(
            Sight(sight),
            Embedding(vector, self.model) if found else None,
            weight,
            tuple(QualityReason(reason) for reason in reasons.split(",") if reason),
        )


def _write(path: Path, columns: Mapping[str, NDArray[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # readable by its owner alone
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, allow_pickle=False, **columns)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


def _dimension(one: Measured) -> int:
    return 0 if one.embedding is None else len(one.embedding.vector)


def _stamp(photo: Photo) -> str:
    """Return what identifies the content of a photo: name, size and time of its last change."""
    status = photo.path.stat()
    return f"{photo.name}\t{status.st_size}\t{status.st_mtime_ns}"
