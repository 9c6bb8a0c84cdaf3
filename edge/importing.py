"""Many people at once: what would become of each row, and then what becomes of it.

Each row is one person and one transaction: what was enrolled stays, what was refused is named with
its reason, nothing is half-written, and a second run goes on where the first one ended, because
whoever carries the row's badge already is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from edge.collection.badges import Badges
from edge.domain import Badge, Embedding
from edge.enrolling import Enroller, Photo
from edge.errors import (
    CollectionError,
    EnrollmentError,
    ImageError,
    NoFaceError,
    NotFoundError,
)
from edge.rows import COLUMNS, PhotoFile, Row, read_rows
from edge.similarity import UNLOCK_SIMILARITY

__all__ = [
    "COLUMNS",
    "Imported",
    "PhotoFile",
    "Planned",
    "Result",
    "Row",
    "import_rows",
    "plan_rows",
    "read_rows",
]


class Result(StrEnum):
    """What became of a row, or would."""

    ENROLLED = "enrolled"
    ALREADY = "already enrolled"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of *row*, and why."""

    row: Row
    result: Result
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Planned(Imported):
    """What would become of *row* now, and why; nothing was stored or recorded."""


def plan_rows(
    rows: Sequence[Row], *, enroller: Enroller, badges: Badges, collection_id: str
) -> Iterator[Planned]:
    """Look at each row as :func:`import_rows` does, and yield what that would do; store nothing.

    Rows are compared with each other, too: the second of two that show one person is refused.

    :raises StorageError: if the collection cannot be read, or locked for a moment.
    """
    before = _Before(len(rows), enroller.calibration.cosine(UNLOCK_SIMILARITY))

    def rehearse(row: Row) -> None:
        fused = enroller.rehearse(row.person, _photos(row), (Badge(row.badge),))
        if fused is not None:
            before.add(row, fused)

    for row in rows:
        result, reason = _outcome(row, badges, collection_id, rehearse)
        yield Planned(row, result, reason)


def import_rows(
    rows: Iterable[Row], *, enroller: Enroller, badges: Badges, collection_id: str, actor: str
) -> Iterator[Imported]:
    """Enroll each row and yield what became of it.

    :raises StorageError: if the collection cannot be written; the rows before it are enrolled.
    :raises AuditError: if an enrolment cannot be recorded; likewise.
    """

    def enroll(row: Row) -> None:
        enroller.enroll(
            row.person, _photos(row), (Badge(row.badge),), actor=actor, groups=row.groups
        )

    for row in rows:
        yield Imported(row, *_outcome(row, badges, collection_id, enroll))


def _outcome(
    row: Row, badges: Badges, collection_id: str, enroll: Callable[[Row], None]
) -> tuple[Result, str]:
    try:
        owner = badges.owner(collection_id, row.badge)
    except NotFoundError:
        try:
            enroll(row)
        except (ImageError, NoFaceError, EnrollmentError, CollectionError) as error:
            return Result.REFUSED, error.message
        return Result.ENROLLED, ""
    if owner.name == row.person.name:
        return Result.ALREADY, ""
    return Result.REFUSED, f"badge {row.badge} belongs to somebody else"


def _photos(row: Row) -> list[Photo]:
    return [Photo(photo.name, photo.source()) for photo in row.photos]


class _Before:
    """The faces of the rows before, as matrix: 50,000 people make 25 MB."""

    def __init__(self, most: int, cosine: float) -> None:
        self._most = most
        self._cosine = cosine
        self._rows: list[Row] = []
        self._vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]] | None = None

    def add(self, row: Row, face: Embedding) -> None:
        """Take note of a row.

        :raises EnrollmentError: if a door could take it for one of those before.
        """
        if self._vectors is None:
            self._vectors = np.empty((self._most, face.vector.size), dtype=np.float32)
        count = len(self._rows)
        if count:
            cosines = self._vectors[:count] @ (face.vector * face.reach)
            nearest = int(cosines.argmax())
            if cosines[nearest] > self._cosine:
                raise EnrollmentError(
                    f"the photos show the person of {self._rows[nearest].place}, too."
                )
        self._vectors[count] = face.vector * face.reach
        self._rows.append(row)
