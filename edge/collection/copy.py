"""Vectors of a collection in memory, in sqlite-vec, kept equal to the rows of the file.

A copy holds what it needs of one kind of row (people, or faces). After its first load it reads
only the rows that the table ``changes`` names. A refresh happens whole or not at all.

A fused vector counts with its reach (:attr:`edge.domain.Embedding.reach`), which differs from
person to person, so the nearest by angle need not be the most alike. Therefore a vector *v* of
reach *r* is held as *(r·v, √(1 − r²))*, one number longer and of length one again, and a query
as *(q, 0)*: their product is *r* times the cosine, and the nearest is the most alike, exactly.

sqlite-vec compares by brute force, which is exact. It never uses the slot of a deleted row again,
so the copy is loaded anew when slots without a row have come to outnumber the rows.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlite_vec

from edge.collection.collections import Collection
from edge.domain import UNIT_NORM_TOLERANCE
from edge.errors import StorageError
from edge.storage.database import Database, Row
from edge.storage.faults import RESTORE
from edge.storage.sqlite import open_memory

MOST_NEIGHBOURS = 4096
"""The largest k of a search in sqlite-vec 0.1.9."""

BATCH = 2000
"""Rows read from the file at a time: 1 MB of vectors of 128 numbers."""

_NO_REST = np.float32(0).tobytes()

FEWEST_EMPTY_SLOTS = 1000
"""Slots without a row that are never worth a new load: they cost a search about 0.2 ms."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Which rows a copy holds.

    *name* is the kind in the table ``changes``; *select* gives row, id, vector, reach and a JSON
    array of whatever else is wanted, from a table that it calls ``item``. *keys* is the path in that
    array to a list of lists, by whose first members a row can be found, too; None for none.
    """

    name: str
    select: str
    keys: str | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A row near a query: its id, how near, and the JSON array that came with it.

    *cosine* is that of the angle times the reach of the row's vector.
    """

    id: str
    cosine: float
    data: tuple[Any, ...]


class Copy:
    """One kind of rows of one collection, in memory.

    :raises StorageError: if a stored vector is not a finite one of length one. sqlite-vec would
        hide its neighbours, and might return a stranger in place of the person.
    """

    def __init__(self, source: Database, collection: Collection, kind: Kind) -> None:
        self._source = source
        self._collection = collection
        self._kind = kind
        self._memory, self._seen, self._size = self._loaded()
        self._empty_slots = 0

    @property
    def size(self) -> int:
        """How many vectors there are to compare with."""
        return self._size

    def close(self) -> None:
        self._memory.close()

    def refresh(self) -> None:
        """Take over what has changed in the file; call it inside a snapshot of that.

        :raises StorageError: if that fails; the copy is then as it was.
        """
        changes = self._source.rows(
            "SELECT row, sequence FROM changes"
            " WHERE collection = ? AND kind = ? AND sequence > ? ORDER BY sequence",
            (self._collection.row, self._kind.name, self._seen),
        )
        if not changes:
            return
        with self._memory.transaction():
            for batch in _batched([row for row, _ in changes], BATCH):
                _remove(self._memory, batch)
                self._insert(self._memory, self._read(batch))
            size = _size(self._memory)
        self._size = size
        self._seen = changes[-1][1]
        self._empty_slots += len(changes)
        if self._empty_slots > max(FEWEST_EMPTY_SLOTS, self._size):
            former = self._memory
            self._memory, self._seen, self._size = self._loaded()
            self._empty_slots = 0
            former.close()

    def get(self, item_id: str) -> tuple[Any, ...] | None:
        """Return the JSON array of one row, or None if there is no such row."""
        row = self._memory.row("SELECT data FROM items WHERE id = ?", (item_id,))
        return None if row is None else tuple(json.loads(row[0]))

    def find(self, key: str) -> tuple[str, tuple[Any, ...]] | None:
        """Return id and JSON array of the row that has *key* among its keys, or None."""
        row = self._memory.row(
            "SELECT id, data FROM keys JOIN items ON items.row = keys.row WHERE key = ?", (key,)
        )
        return None if row is None else (row[0], tuple(json.loads(row[1])))

    def compare(self, item_id: str, query: bytes) -> float | None:
        """Return the cosine between *query*, a unit vector, and one row's, or None if it has none."""
        row = self._memory.row(
            "SELECT vec_distance_l2(vector, ?) FROM vectors"
            " WHERE rowid = (SELECT row FROM items WHERE id = ?)",
            (query + _NO_REST, item_id),
        )
        return None if row is None else _cosine(row[0])

    def nearest(self, query: bytes, limit: int) -> tuple[Neighbour, ...]:
        """Return the *limit* rows nearest to *query*, nearest first, equally near ones by id.

        :raises StorageError: if sqlite-vec gives fewer than there are, or a distance of NULL.
        """
        limit = min(limit, self._size)
        asked = limit + 1
        while True:
            found = self._search(query, min(asked, MOST_NEIGHBOURS, self._size))
            # Which of several equally near rows sqlite-vec leaves out is chance: ask for them all.
            cut_a_tie = (
                asked < min(MOST_NEIGHBOURS, self._size)
                and found[limit - 1].cosine == found[-1].cosine
            )
            if not cut_a_tie:
                return tuple(sorted(found, key=lambda each: (-each.cosine, each.id))[:limit])
            asked *= 2

    def _search(self, query: bytes, k: int) -> list[Neighbour]:
        rows = self._memory.rows(
            "WITH nearest AS MATERIALIZED"
            " (SELECT rowid, distance FROM vectors WHERE vector MATCH ? AND k = ?)"
            " SELECT id, distance, data FROM nearest JOIN items ON items.row = nearest.rowid"
            " ORDER BY distance",
            (query + _NO_REST, k),
        )
        if len(rows) != k:
            raise StorageError(f"a search for {k} neighbours of {self._size} found {len(rows)}")
        return [
            Neighbour(item_id, _cosine(distance), tuple(json.loads(data)))
            for item_id, distance, data in rows
        ]

    def _loaded(self) -> tuple[Database, int, int]:
        """Return a full copy, the number of the last change in it, and its size."""
        memory = open_memory(extensions=(sqlite_vec.loadable_path(),))
        try:
            memory.execute(
                "CREATE TABLE items (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
                " data TEXT NOT NULL, compared INTEGER NOT NULL)"
            )
            memory.execute(
                "CREATE TABLE keys (key TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (key, row))"
                " WITHOUT ROWID"
            )
            memory.execute("CREATE INDEX keys_of_row ON keys (row)")
            memory.execute(
                f"CREATE VIRTUAL TABLE vectors USING vec0(vector float[{self._collection.dimension + 1}])"
            )
            with self._source.snapshot(), memory.transaction():
                last = self._source.row(
                    "SELECT max(sequence) FROM changes WHERE collection = ? AND kind = ?",
                    (self._collection.row, self._kind.name),
                )
                for batch in self._read_all():
                    self._insert(memory, batch)
                size = _size(memory)
        except BaseException:
            memory.close()
            raise
        return memory, (last and last[0]) or 0, size

    def _read_all(self) -> Iterator[list[Row]]:
        after = 0
        while batch := self._source.rows(
            f"{self._kind.select} WHERE item.collection = ? AND item.row > ?"
            " ORDER BY item.row LIMIT ?",
            (self._collection.row, after, BATCH),
        ):
            yield batch
            after = batch[-1][0]

    def _read(self, rows: Sequence[int]) -> list[Row]:
        return self._source.rows(
            f"{self._kind.select} WHERE item.collection = ?"  # noqa: S608 - the kind is a constant
            " AND item.row IN (SELECT value FROM json_each(?))",
            (self._collection.row, json.dumps(rows)),
        )

    def _insert(self, memory: Database, rows: Sequence[Row]) -> None:
        vectors = [(row, vector) for row, _, vector, _, _ in rows if vector is not None]
        _refuse_bad(vectors, self._collection)
        held = [
            (row, _with_rest(vector, reach))
            for row, _, vector, reach, _ in rows
            if vector is not None
        ]
        memory.execute_many(
            "INSERT INTO items (row, id, compared, data) VALUES (?, ?, ?, ?)",
            ((row, item_id, vector is not None, data) for row, item_id, vector, _, data in rows),
        )
        memory.execute_many("INSERT INTO vectors (rowid, vector) VALUES (?, ?)", held)
        if self._kind.keys is not None:
            memory.execute_many(
                "INSERT INTO keys (key, row)"
                " SELECT json_extract(each.value, '$[0]'), ? FROM json_each(?, ?) AS each",
                ((row, data, self._kind.keys) for row, _, _, _, data in rows),
            )


def _with_rest(vector: bytes, reach: float) -> bytes:
    """Return *vector* shortened to *reach*, and what is missing to a length of one."""
    numbers = np.frombuffer(vector, dtype="<f4") * np.float32(reach)
    return numbers.tobytes() + np.float32(math.sqrt(1 - reach * reach)).tobytes()


def _remove(memory: Database, rows: Iterable[int]) -> None:
    numbers = [(row,) for row in rows]
    memory.execute_many("DELETE FROM items WHERE row = ?", numbers)
    memory.execute_many("DELETE FROM vectors WHERE rowid = ?", numbers)
    memory.execute_many("DELETE FROM keys WHERE row = ?", numbers)


def _size(memory: Database) -> int:
    row = memory.row("SELECT count(*) FROM items WHERE compared")
    return int(row[0]) if row else 0


def _refuse_bad(vectors: Sequence[tuple[int, bytes]], collection: Collection) -> None:
    wrong = [row for row, vector in vectors if len(vector) != 4 * collection.dimension]
    if not wrong and vectors:
        numbers = np.frombuffer(b"".join(vector for _, vector in vectors), dtype="<f4")
        lengths = np.linalg.norm(numbers.reshape(len(vectors), -1), axis=1)
        # Written so that NaN, which compares as false, counts as bad.
        bad = ~(np.abs(lengths - 1) <= UNIT_NORM_TOLERANCE)
        wrong = [row for (row, _), is_bad in zip(vectors, bad, strict=True) if is_bad]
    if wrong:
        raise StorageError(
            f"collection {collection.collection_id}: the vector in row {wrong[0]} is damaged",
            remedy=RESTORE,
        )


def _cosine(distance: float | None) -> float:
    """Return the cosine of two unit vectors that are *distance* apart: |a−b|² = 2 − 2·cos."""
    if distance is None:
        raise StorageError("a distance between two faces could not be computed", remedy=RESTORE)
    return min(max(1.0 - distance * distance / 2.0, -1.0), 1.0)


def _batched(rows: Sequence[int], size: int) -> Iterator[list[int]]:
    remaining = iter(rows)
    while batch := list(itertools.islice(remaining, size)):
        yield batch
