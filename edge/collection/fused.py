"""The one vector of a person that a door searches: the mean of her faces, the better ones more.

Kept beside the faces, made anew in the transaction that changes them, so that a door compares with
one vector a person and never sees faces and mean disagree.
"""

from __future__ import annotations

from edge.collection.collections import Collection
from edge.domain import fuse
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
