"""The one vector of a person that a door searches: the mean of her faces, the better ones more.

Kept beside the faces, made anew in the transaction that changes them, so that a door compares with
one vector a person and never sees faces and mean disagree.
"""

from __future__ import annotations

from dataclasses import replace

from edge.collection.collections import Collection
from edge.domain import Embedding, fuse
from edge.errors import NotFoundError
from edge.storage.database import Database

LEAST_WEIGHT = 0.01
"""Weight of a face whose quality says nothing (0): faces of no weight at all have no mean."""


def refresh_fused(database: Database, collection: Collection, person: int) -> None:
    """Make the fused vector of the person in row *person* agree with the faces stored now.

    :raises EmbeddingError: if the faces point in opposite directions and cancel each other out.
    """
    rows = database.rows(
        "SELECT vector, weight FROM faces WHERE collection = ? AND person = ? ORDER BY row",
        (collection.row, person),
    )
    vector, coherence = None, 1.0
    if rows:
        fused = fuse(
            [collection.embedding_of(stored) for stored, _ in rows],
            [max(weight, LEAST_WEIGHT) for _, weight in rows],
        )
        vector, coherence = collection.bytes_of(fused), fused.coherence
    database.execute(
        "UPDATE people SET vector = ?, coherence = ? WHERE row = ?", (vector, coherence, person)
    )


def fused_of(database: Database, collection: Collection, person_id: str) -> Embedding | None:
    """Return the fused vector of a person of *collection*, or None if she has no face.

    :raises NotFoundError: if there is no such person.
    """
    row = database.row(
        "SELECT vector, coherence FROM people WHERE collection = ? AND person_id = ?",
        (collection.row, person_id),
    )
    if row is None:
        raise NotFoundError(f"there is no person {person_id}")
    vector, coherence = row
    if vector is None:
        return None
    return replace(collection.embedding_of(vector), coherence=coherence)


def former_fused_of(database: Database, collection: Collection, person_id: str) -> Embedding | None:
    """Return what doors search of a person by the former embedder, None without; as above."""
    row = database.row(
        "SELECT former_vector, former_coherence FROM people WHERE collection = ? AND person_id = ?",
        (collection.row, person_id),
    )
    before = collection.as_it_was
    if row is None or row[0] is None or before is None:
        return None
    return replace(before.embedding_of(row[0]), coherence=row[1])
