"""Vectors of a collection in memory, kept equal to the rows of the file.

A copy holds what it needs of one kind of row (people, or faces). After its first load it reads
only the rows that the table ``changes`` names. A refresh happens whole or not at all.

A fused vector counts with its reach (:attr:`edge.domain.Embedding.reach`), which differs from
person to person, so the nearest by angle need not be the most alike. Therefore a vector *v* of
reach *r* is held as *(r·v, √(1 − r²))*, one number longer and of length one again, and a query
as *(q, 0)*: their product is *r* times the cosine, and the nearest is the most alike, exactly.

Few vectors are held in sqlite-vec (``vec0.py``), many in arrays that are searched faster
(``exact.py``). The answers are the same, to the last bit: both are exact, and in both it is
sqlite-vec that computes every cosine which is told.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlite_vec

from edge.collection.collections import Collection
from edge.collection.exact import ExactVectors
from edge.collection.items import Items, Kind
from edge.collection.vec0 import MOST_NEIGHBOURS, Vec0Vectors
from edge.collection.vectors import Held, Vectors, held_of
from edge.storage.database import Database, Row
from edge.storage.sqlite import open_memory

__all__ = ["MOST_NEIGHBOURS", "Copy", "Kind", "Neighbour"]

BATCH = 2000
"""Rows read from the file at a time: 1 MB of vectors of 128 numbers."""

MANY = 10_000
"""Vectors that a load still puts into sqlite-vec, which takes 1.4 ms to search so many."""


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
        self._memory, self._items, self._vectors, self._seen, self._size = self._loaded()

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
        changed = [row for row, _ in changes]
        rows: list[int] = []
        held: list[Held] = []
        size = self._size
        with self._memory.transaction():
            for batch in _batched(changed, BATCH):
                size -= self._items.remove(batch)
                read = self._read(batch)
                self._items.insert(read)
                more, vectors = self._held_of(read)
                rows += more
                held.append(vectors)
            size += len(rows)
            # Last, because only this may be beyond the transaction, which undoes the rest.
            self._vectors.replace(changed, rows, np.concatenate(held))
        self._size = size
        self._seen = changes[-1][1]
        if self._vectors.unfit(size):
            former = self._memory
            self._memory, self._items, self._vectors, self._seen, self._size = self._loaded()
            former.close()

    def get(self, item_id: str) -> tuple[Any, ...] | None:
        """Return the JSON array of one row, or None if there is no such row."""
        return self._items.get(item_id)

    def find(self, key: str) -> tuple[str, tuple[Any, ...]] | None:
        """Return id and JSON array of the row that has *key* among its keys, or None."""
        return self._items.find(key)

    def compare(self, item_id: str, query: bytes) -> float | None:
        """Return the cosine between *query*, a unit vector, and one row's, or None if it has none."""
        row = self._items.row_of(item_id)
        return None if row is None else self._vectors.cosine(row, query)

    def nearest(
        self, query: bytes, limit: int, *, group: str | None = None
    ) -> tuple[Neighbour, ...]:
        """Return the *limit* rows nearest to *query*, nearest first, equally near ones by id.

        Of those in *group* alone, if one is named.

        :raises StorageError: if fewer are found than there are, or a distance cannot be computed.
        """
        among = None if group is None else self._items.members(group)
        size = self._size if among is None else len(among)
        limit = min(limit, size)
        if limit == 0:
            return ()
        found = self._vectors.nearest(query, limit, size=size, among=among)
        cosines = dict(found)
        described = self._items.described(list(cosines))
        best = sorted(cosines, key=lambda row: (-cosines[row], described[row][0]))[:limit]
        return tuple(
            Neighbour(described[row][0], cosines[row], tuple(json.loads(described[row][1])))
            for row in best
        )

    def _loaded(self) -> tuple[Database, Items, Vectors, int, int]:
        """Return a full copy, the number of the last change in it, and how many vectors it has."""
        memory = open_memory(extensions=(sqlite_vec.loadable_path(),))
        try:
            items = Items(memory, self._kind)
            with self._source.snapshot(), memory.transaction():
                last = self._source.row(
                    "SELECT max(sequence) FROM changes WHERE collection = ? AND kind = ?",
                    (self._collection.row, self._kind.name),
                )
                vectors, size = self._vectors_of(memory, items)
                items.index()
        except BaseException:
            memory.close()
            raise
        return memory, items, vectors, (last and last[0]) or 0, size

    def _vectors_of(self, memory: Database, items: Items) -> tuple[Vectors, int]:
        """Read everything into *items* and into vectors, and return these and how many they are."""
        few: list[tuple[list[int], Held]] = []
        many: ExactVectors | None = None
        size = 0
        for batch in self._read_all():
            items.insert(batch)
            few.append(self._held_of(batch))
            size += len(few[-1][0])
            if many is None and size > MANY:
                many = ExactVectors(
                    memory, self._collection.dimension, room=self._kind.room_in(self._collection)
                )
            if many is not None:
                for rows, held in few:
                    many.replace((), rows, held)
                few = []
        if many is not None:
            return many, size
        vectors = Vec0Vectors(memory, self._collection.dimension)
        for rows, held in few:
            vectors.replace((), rows, held)
        return vectors, size

    def _held_of(self, batch: Sequence[Row]) -> tuple[list[int], Held]:
        return held_of(
            [(row, vector, reach) for row, _, vector, reach, _ in batch if vector is not None],
            self._collection,
        )

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


def _batched(rows: Sequence[int], size: int) -> Iterator[list[int]]:
    remaining = iter(rows)
    while batch := list(itertools.islice(remaining, size)):
        yield batch
