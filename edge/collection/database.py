"""The database of collections: encrypted SQLite with sqlite-vec.

The vectors that count lie in ordinary columns, as the exact bytes that the embedder gave; a door
searches a copy in memory (``copy.py``), through sqlite-vec or, if they are many, in a faster way with
the same answers. Why not in a vec0 table of the file:

- Deleting a person must leave no byte. A deleted row of an ordinary table is overwritten and its
  space used again; vec0 keeps the slot for ever, in a table of its own beyond foreign keys.
- Foreign keys, checks and triggers hold a vector to its person, its collection and its dimension.
  sqlite-vec's own functions, in the checks, refuse what is not a finite vector of length one: a
  single such row in vec0 hides its neighbours, and a stranger may come back in their place.
- From an encrypted file a search is slower than from memory by a factor, and any other process
  that commits empties SQLite's cache and makes it slower still.
"""

from __future__ import annotations

from pathlib import Path

import sqlite_vec

from edge.storage.database import Database
from edge.storage.key import Key
from edge.storage.sqlite import open_as_it_is, open_database


def open_collection(path: Path, key: Key, *, read_only: bool = False) -> Database:
    """Open the collections at *path*, made or brought to this version unless *read_only*.

    :raises StorageError: as :func:`edge.storage.sqlite.open_database`, and if sqlite-vec cannot be
        loaded: without it no vector can be checked or searched.
    """
    return open_database(
        path,
        key,
        migrations="edge.collection",
        read_only=read_only,
        extensions=(sqlite_vec.loadable_path(),),
    )


def open_any(path: Path, key: Key, *, read_only: bool = False) -> Database:
    """Open any database of Ostiary at *path* in the version it has, to copy it or to check it.

    :raises StorageError: as :func:`edge.storage.sqlite.open_as_it_is`.
    """
    # The checks in the tables of collections call sqlite-vec; in the others it does no harm.
    return open_as_it_is(path, key, read_only=read_only, extensions=(sqlite_vec.loadable_path(),))
