"""Faces by the embedder of before, while a collection is changed to another: read, and erased.

They are never added to. Whatever erases a face, or a person's faces, erases these as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from edge.collection.collections import Collection
from edge.collection.face_rows import COLUMNS, StoredFace, stored_face
from edge.collection.fused import LEAST_WEIGHT
from edge.domain import fuse
from edge.storage.database import Database

_TABLES = """
    former_faces AS face JOIN (
        SELECT now.row, now.collection_id, former.model_name, former.model_digest
        FROM collections AS now JOIN former_embedders AS former ON former.collection = now.row
    ) AS collection ON collection.row = face.collection
    LEFT JOIN people AS person ON person.row = face.person
"""


def former_faces_of(database: Database, person: int) -> tuple[tuple[StoredFace, bytes], ...]:
    """Return the faces of the person in row *person*, each with its vector as it is stored."""
    rows = database.rows(
        f"SELECT face.vector, {COLUMNS} FROM {_TABLES} WHERE face.person = ? ORDER BY face.row",  # noqa: S608 - constants
        (person,),
    )
    return tuple((stored_face(row[1:]), row[0]) for row in rows)


def remove_former_faces(database: Database, collection: Collection, person: int) -> None:
    """Erase all of the person in row *person*."""
    database.execute(
        "DELETE FROM former_faces WHERE collection = ? AND person = ?", (collection.row, person)
    )
    refresh_former(database, collection, person)


def delete_former_faces(
    database: Database, collection: Collection, face_ids: Sequence[str]
) -> list[str]:
    """Erase those of *face_ids* that are there, and return them."""
    deleted, people = [], set()
    for face_id in face_ids:
        row = database.row(
            "SELECT person FROM former_faces WHERE collection = ? AND face_id = ?",
            (collection.row, face_id),
        )
        if row is not None:
            database.execute("DELETE FROM former_faces WHERE face_id = ?", (face_id,))
            deleted.append(face_id)
            people.add(row[0])
    for person in people - {None}:
        refresh_former(database, collection, person)
    return deleted


def refresh_former(database: Database, collection: Collection, person: int) -> None:
    """Make the fused vector of before of the person in row *person* agree with the faces there.

    :raises EmbeddingError: if the faces point in opposite directions and cancel each other out.
    """
    before = collection.as_it_was
    if before is None:
        return
    rows = database.rows(
        "SELECT vector, weight FROM former_faces WHERE collection = ? AND person = ? ORDER BY row",
        (collection.row, person),
    )
    vector, coherence = None, 1.0
    if rows:
        fused = fuse(
            [before.embedding_of(stored) for stored, _ in rows],
            [max(weight, LEAST_WEIGHT) for _, weight in rows],
        )
        vector, coherence = before.bytes_of(fused), fused.coherence
    database.execute(
        "UPDATE people SET former_vector = ?, former_coherence = ?, former_faces = ? WHERE row = ?",
        (vector, coherence, len(rows), person),
    )
