"""Vectors in a sqlite-vec table in memory: small galleries.

sqlite-vec compares by brute force, which is exact. It never uses the slot of a deleted row again,
so the table is worn when slots without a row have come to outnumber the rows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from edge.collection.vectors import NO_REST, Held, Rows, cosine_of
from edge.errors import StorageError
from edge.storage.database import Database

MOST_NEIGHBOURS = 4096
"""The largest k of a search in sqlite-vec 0.1.9."""

FEWEST_EMPTY_SLOTS = 1000
"""Slots without a row that are never worth a new load: they cost a search about 0.2 ms."""

MOST_HERE = 12_000
"""Vectors that are still held here once they are; a load puts more than :data:`edge.collection.
copy.MANY` elsewhere, and what lies between keeps a gallery from being moved to and fro."""


class Vec0Vectors:
    """The table ``vectors`` of *memory*, a database with sqlite-vec; made here.

    Changes belong in a transaction of that database, which undoes them.
    """

    def __init__(self, memory: Database, dimension: int) -> None:
        self._memory = memory
        self._empty_slots = 0
        memory.execute(f"CREATE VIRTUAL TABLE vectors USING vec0(vector float[{dimension + 1}])")

    def unfit(self, size: int) -> bool:
        return size > MOST_HERE or self._empty_slots > max(FEWEST_EMPTY_SLOTS, size)

    def replace(self, gone: Sequence[int], rows: Sequence[int], held: Held) -> None:
        self._memory.execute_many("DELETE FROM vectors WHERE rowid = ?", ((row,) for row in gone))
        self._memory.execute_many(
            "INSERT INTO vectors (rowid, vector) VALUES (?, ?)",
            ((row, vector.tobytes()) for row, vector in zip(rows, held, strict=True)),
        )
        self._empty_slots += len(gone)

    def nearest(
        self, query: bytes, limit: int, *, size: int, among: Rows | None = None
    ) -> list[tuple[int, float]]:
        """As :meth:`edge.collection.vectors.Vectors.nearest`, but never more than 4096 rows."""
        most = min(MOST_NEIGHBOURS, size)
        asked = limit + 1
        while True:
            k = min(asked, most)
            found = self._search(query, k, among)
            if len(found) != k:
                raise StorageError(f"a search for {k} neighbours of {size} found {len(found)}")
            # Which of several equally near rows sqlite-vec leaves out is chance: ask for them all.
            cut_a_tie = asked < most and found[limit - 1][1] == found[-1][1]
            if not cut_a_tie:
                return found
            asked *= 2

    def cosine(self, row: int, query: bytes) -> float | None:
        found = self._memory.row(
            "SELECT vec_distance_l2(vector, ?) FROM vectors WHERE rowid = ?",
            (query + NO_REST, row),
        )
        return None if found is None else cosine_of(found[0])

    def _search(self, query: bytes, k: int, among: Rows | None) -> list[tuple[int, float]]:
        only = "" if among is None else " AND rowid IN (SELECT value FROM json_each(?))"
        rows = self._memory.rows(
            f"SELECT rowid, distance FROM vectors WHERE vector MATCH ? AND k = ?{only}"  # noqa: S608 - constants only
            " ORDER BY distance",
            (query + NO_REST, k, *([] if among is None else [json.dumps(among.tolist())])),
        )
        return [(row, cosine_of(distance)) for row, distance in rows]
