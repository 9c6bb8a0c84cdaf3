"""What comes with the vectors of a copy: ids, JSON arrays, and what rows can be found by."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge.collection.collections import Collection
from edge.collection.vectors import Rows
from edge.errors import StorageError
from edge.storage.database import Database, Row


@dataclass(frozen=True, slots=True)
class Kind:
    """Which rows a copy holds.

    *name* is the kind in the table ``changes``; *select* gives row, id, vector, reach and a JSON
    array of whatever else is wanted, from a table that it calls ``item``. *keys* is the path in that
    array to a list of lists, by whose first members a row can be found, too; *groups* the path to a
    list of the groups it is in; None for none.
    """

    name: str
    select: str
    keys: str | None = None
    groups: str | None = None

    def room_in(self, collection: Collection) -> int:
        """Return how many rows of this kind there may be in *collection*."""
        return collection.people if self.name == "person" else collection.faces


class Items:
    """The tables ``items`` and ``keys`` of *memory*, made here; a row's JSON is decoded when asked for.

    Changes belong in a transaction of that database, which undoes them.
    """

    def __init__(self, memory: Database, kind: Kind) -> None:
        self._memory = memory
        self._kind = kind
        self._groups: dict[str, Rows] = {}
        memory.execute(
            "CREATE TABLE items (row INTEGER PRIMARY KEY, id TEXT NOT NULL, data TEXT NOT NULL,"
            " compared INTEGER NOT NULL)"
        )
        memory.execute(
            "CREATE TABLE keys (key TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (key, row))"
            " WITHOUT ROWID"
        )
        memory.execute("CREATE INDEX keys_of_row ON keys (row)")

    def index(self) -> None:
        """Let rows be found by id; done after the first load, which takes less time without."""
        self._memory.execute("CREATE UNIQUE INDEX items_by_id ON items (id)")

    def insert(self, rows: Sequence[Row]) -> None:
        """Hold *rows* of the kind's select."""
        self._memory.execute_many(
            "INSERT INTO items (row, id, compared, data) VALUES (?, ?, ?, ?)",
            ((row, item_id, vector is not None, data) for row, item_id, vector, _, data in rows),
        )
        if self._kind.keys is not None:
            self._memory.execute(
                "INSERT INTO keys (key, row)"
                " SELECT json_extract(each.value, '$[0]'), items.row"
                " FROM items, json_each(items.data, :keys) AS each"
                " WHERE items.row IN (SELECT value FROM json_each(:rows))",
                {"keys": self._kind.keys, "rows": json.dumps([row for row, *_ in rows])},
            )

    def remove(self, rows: Sequence[int]) -> int:
        """Forget *rows*, as far as there are any; return how many of them had a vector."""
        numbers = [(row,) for row in rows]
        found = self._memory.row(
            "SELECT count(*) FROM items WHERE compared AND row IN (SELECT value FROM json_each(?))",
            (json.dumps(rows),),
        )
        self._memory.execute_many("DELETE FROM items WHERE row = ?", numbers)
        self._memory.execute_many("DELETE FROM keys WHERE row = ?", numbers)
        self._groups = {}
        return int(found[0]) if found else 0

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

    def row_of(self, item_id: str) -> int | None:
        """Return the row of an id, or None if there is no such row."""
        row = self._memory.row("SELECT row FROM items WHERE id = ?", (item_id,))
        return None if row is None else int(row[0])

    def described(self, rows: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Return id and JSON text of each of *rows*.

        :raises StorageError: if one of them is not here.
        """
        found = self._memory.rows(
            "SELECT row, id, data FROM items WHERE row IN (SELECT value FROM json_each(?))",
            (json.dumps(rows),),
        )
        if len(found) != len(rows):
            raise StorageError(f"of {len(rows)} neighbours only {len(found)} are known")
        return {row: (item_id, data) for row, item_id, data in found}

    def members(self, group: str) -> Rows:
        """Return the rows in *group* that have a vector, ascending.

        Found once a group, and remembered until something changes.
        """
        if group not in self._groups:
            rows = self._memory.rows(
                "SELECT row FROM items WHERE compared AND EXISTS"
                " (SELECT 1 FROM json_each(data, ?) AS each WHERE each.value = ?) ORDER BY row",
                (self._kind.groups, group),
            )
            self._groups[group] = np.array([row for (row,) in rows], np.int64)
        return self._groups[group]
