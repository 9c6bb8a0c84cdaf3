"""Vectors as a copy holds them, and what it asks of whatever compares them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge.collection.collections import Collection
from edge.domain import UNIT_NORM_TOLERANCE
from edge.errors import StorageError
from edge.storage.faults import RESTORE

NO_REST = np.float32(0).tobytes()
"""What makes a query of *q* as long as what is held: (q, 0)."""

Rows = NDArray[np.int64]
"""Numbers of rows."""

Held = NDArray[np.float32]
"""Vectors as they are held: shape (n, dimension + 1), each *(r·v, √(1 − r²))* and of length one."""


class Vectors(Protocol):
    """Vectors by the numbers of their rows; for one thread at a time."""

    def unfit(self, size: int) -> bool:
        """Tell whether *size* vectors, after all changes so far, should be held anew."""
        ...

    def replace(self, gone: Sequence[int], rows: Sequence[int], held: Held) -> None:
        """Forget the vectors of *gone*, as far as there are any, then hold *held* for *rows*.

        All of it happens, or after an exception nothing.
        """
        ...

    def nearest(
        self, query: bytes, limit: int, *, size: int, among: Rows | None = None
    ) -> list[tuple[int, float]]:
        """Return the *limit* rows nearest to *query* and all that are as near as the last of them.

        Each with its cosine, in any order. *query* is a unit vector of one number less than what is
        held. *among* names the rows that count, None for all; *size* says how many these are, which
        is at least *limit*.

        :raises StorageError: if they are not *size*, or a distance cannot be computed.
        """
        ...

    def cosine(self, row: int, query: bytes) -> float | None:
        """Return the cosine between *query* and the vector of *row*, None if it has none.

        :raises StorageError: if it cannot be computed.
        """
        ...


def held_of(
    vectors: Sequence[tuple[int, bytes, float]], collection: Collection
) -> tuple[list[int], Held]:
    """Return the rows of stored *vectors*, and these as they are held.

    Each comes with its row and its reach: it is shortened to that, and what is missing to a
    length of one is its last number.

    :raises StorageError: if one is not a finite vector of length one and of the right dimension.
        sqlite-vec would hide its neighbours, and might return a stranger in place of the person.
    """
    rows = [row for row, _, _ in vectors]
    if not vectors:
        return rows, np.empty((0, collection.dimension + 1), np.float32)
    wrong = [row for row, vector, _ in vectors if len(vector) != 4 * collection.dimension]
    if not wrong:
        numbers = np.frombuffer(b"".join(vector for _, vector, _ in vectors), dtype="<f4")
        numbers = numbers.reshape(len(vectors), collection.dimension)
        # Written so that NaN, which compares as false, counts as bad.
        lengths = np.linalg.norm(numbers, axis=1)
        bad = ~(np.abs(lengths - 1) <= UNIT_NORM_TOLERANCE)
        wrong = [row for row, is_bad in zip(rows, bad, strict=True) if is_bad]
    if wrong:
        raise StorageError(
            f"collection {collection.collection_id}: the vector in row {wrong[0]} is damaged",
            remedy=RESTORE,
        )
    reaches = np.array([reach for _, _, reach in vectors], np.float64)
    held = np.empty((len(vectors), collection.dimension + 1), np.float32)
    np.multiply(numbers, reaches.astype(np.float32)[:, np.newaxis], out=held[:, :-1])
    held[:, -1] = np.sqrt(1 - reaches * reaches)
    return rows, held


def cosine_of(distance: float | None) -> float:
    """Return the cosine of two unit vectors that are *distance* apart: |a−b|² = 2 − 2·cos.

    :raises StorageError: if there is no distance, which is what sqlite-vec makes of NaN, or none
        that two faces can have.
    """
    if distance is None or not math.isfinite(distance):
        raise StorageError("a distance between two faces could not be computed", remedy=RESTORE)
    return min(max(1.0 - distance * distance / 2.0, -1.0), 1.0)
