"""Vectors in arrays, searched by bytes and decided by floats: large galleries.

``quantized.py`` tells which rows can be among the nearest; of these, and no others, sqlite-vec
computes the distance from the floats, as it does in a small gallery. So the answers are the same.

Rows lie without gaps. In the place of a row that goes comes the last one, whose own place is
overwritten with zeros: nothing of a deleted vector stays, and nothing ever has to be made anew.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.collection.quantized import Floats, Rounded, Slots, contenders, rounded
from edge.collection.vectors import NO_REST, Held, Rows, cosine_of
from edge.errors import StorageError
from edge.storage.database import Database

FEWEST_HERE = 8_000
"""Vectors that are still held here once they are, so that no gallery is moved to and fro."""

_GROWTH = 1.25
"""How much more room is made than is needed; memory that is not written to takes none."""


@dataclass(frozen=True, slots=True)
class _Columns:
    """Room for so many rows, of which the first ones are in use."""

    rows: Rows
    held: Held
    levels: NDArray[np.int8]
    scales: Floats
    errors: Floats

    @classmethod
    def for_rows(cls, room: int, dimension: int) -> _Columns:
        return cls(
            np.empty(room, np.int64),
            np.empty((room, dimension + 1), np.float32),
            np.empty((room, dimension), np.int8),
            *(np.empty(room, np.float32) for _ in range(2)),
        )

    @property
    def all(self) -> tuple[NDArray[Any], ...]:
        return self.rows, self.held, self.levels, self.scales, self.errors

    def rounded(self, count: int) -> Rounded:
        """Return the first *count* rows in eight bits; nothing is copied."""
        return Rounded(self.levels[:count], self.scales[:count], self.errors[:count])


class ExactVectors:
    """Vectors in arrays; *memory* is a database with sqlite-vec, which computes distances.

    *room* is for how many rows there is room at first.
    """

    def __init__(self, memory: Database, dimension: int, *, room: int = 0) -> None:
        self._memory = memory
        self._dimension = dimension
        self._columns = _Columns.for_rows(room, dimension)
        self._count = 0
        self._places: dict[int, tuple[Rows, Slots]] = {}

    def unfit(self, size: int) -> bool:
        return size < FEWEST_HERE

    def replace(self, gone: Sequence[int], rows: Sequence[int], held: Held) -> None:
        # Whatever can fail comes before the first change.
        if held.shape != (len(rows), self._dimension + 1):
            raise ValueError(f"{len(rows)} vectors cannot be of shape {held.shape}")
        new = rounded(held)
        numbers = np.array(rows, np.int64)
        empty = self._found(np.array(gone, np.int64))
        kept = self._count - empty.size
        count = kept + numbers.size
        room = self._columns
        if count > room.rows.size:
            room = _Columns.for_rows(int(count * _GROWTH), self._dimension)
        last = np.setdiff1d(np.arange(kept, self._count), empty)

        if empty.size:
            for column in self._columns.all:
                column[empty[empty < kept]] = column[last]
                column[kept : self._count] = 0
        if room is not self._columns:
            for column, former in zip(room.all, self._columns.all, strict=True):
                column[:kept] = former[:kept]
        added = (numbers, held, new.levels, new.scales, new.errors)
        for column, values in zip(room.all, added, strict=True):
            column[kept:count] = values
        self._columns, self._count, self._places = room, count, {}

    def nearest(
        self, query: bytes, limit: int, *, size: int, among: Rows | None = None
    ) -> list[tuple[int, float]]:
        slots = None if among is None else self._slots(among)
        here = self._count if slots is None else slots.size
        if here != size:
            raise StorageError(f"a search for {limit} neighbours of {size} found {here}")
        numbers = np.frombuffer(query, "<f4")
        if not np.isfinite(numbers).all():
            raise StorageError("a distance to something that is no face could not be computed")
        found = contenders(self._columns.rounded(self._count), numbers, limit, slots)
        cosines = self._cosines(found, query)
        least = sorted(cosines, reverse=True)[limit - 1]
        rows = self._columns.rows[found].tolist()
        return [each for each in zip(rows, cosines, strict=True) if each[1] >= least]

    def cosine(self, row: int, query: bytes) -> float | None:
        found = self._found(np.array([row], np.int64))
        return self._cosines(found, query)[0] if found.size else None

    def _cosines(self, slots: Slots, query: bytes) -> list[float]:
        """Return the cosines with *query*, as sqlite-vec computes them, of the rows at *slots*."""
        rows = self._memory.rows(
            "SELECT vec_distance_l2(substr(:held, 1 + :bytes * each.value, :bytes), :query)"
            " FROM json_each(:slots) AS each ORDER BY each.key",
            {
                "held": self._columns.held[slots].tobytes(),
                "bytes": 4 * (self._dimension + 1),
                "query": query + NO_REST,
                "slots": json.dumps(list(range(slots.size))),
            },
        )
        return [cosine_of(distance) for (distance,) in rows]

    def _found(self, rows: Rows) -> Slots:
        """Return where *rows* are, ascending, as far as they are here."""
        if not rows.size:
            return np.empty(0, np.intp)
        return np.flatnonzero(np.isin(self._columns.rows[: self._count], rows))

    def _slots(self, among: Rows) -> Slots:
        """Return where the rows of a group are, found once until something changes."""
        if id(among) not in self._places:
            # Kept together with the array, so that no other one can come by its id.
            self._places[id(among)] = among, self._found(among)
        return self._places[id(among)][1]
