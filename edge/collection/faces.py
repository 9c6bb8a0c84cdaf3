"""Stored faces: kept, listed, erased; never the pictures they came from."""

from __future__ import annotations

import json
from collections.abc import Sequence

from edge.collection.collections import Collections
from edge.collection.face_rows import (
    COLUMNS,
    MOST_FACES_OF_A_PERSON,
    TABLES,
    NewFace,
    StoredFace,
    insert_faces,
    stored_face,
)
from edge.collection.former_faces import delete_former_faces
from edge.collection.fused import refresh_fused
from edge.domain import Embedding
from edge.errors import NotFoundError
from edge.storage.database import Database

__all__ = ["MOST_FACES_OF_A_PERSON", "Faces", "NewFace", "StoredFace"]


_HERS = "(SELECT row FROM people WHERE person_id = :person_id)"


class Faces:
    """The faces of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def index(self, collection_id: str, faces: Sequence[NewFace]) -> tuple[StoredFace, ...]:
        """Store *faces* that belong to nobody yet, all or none.

        :raises NotFoundError: if there is no such collection.
        :raises ModelMismatchError: if a vector comes from another model than the collection's.
        :raises CollectionError: if an external image id is malformed.
        """
        with self._database.transaction():
            collection = Collections(self._database).describe(collection_id)
            face_ids = insert_faces(self._database, collection, faces, person=None)
            return tuple(self.get(face_id) for face_id in face_ids)

    def list(
        self,
        collection_id: str,
        *,
        person_id: str | None = None,
        face_ids: Sequence[str] | None = None,
        after: str | None = None,
        limit: int = 1000,
    ) -> tuple[StoredFace, ...]:
        """Return up to *limit* faces by face id, those behind face id *after*.

        All of them, or those of one person, or those of *face_ids* that exist, or both.

        :raises NotFoundError: if there is no such collection.
        """
        collection = Collections(self._database).describe(collection_id)
        whose, by_id = "", "face.face_id"
        if person_id is not None:
            # +: her few faces are found by the index of people, not by a walk through everybody's.
            whose, by_id = f"AND face.person = {_HERS}", "+face.face_id"
        if face_ids is not None:
            whose += " AND face.face_id IN (SELECT value FROM json_each(:face_ids))"
        rows = self._database.rows(
            f"SELECT {COLUMNS} FROM {TABLES} WHERE face.collection = :collection"  # noqa: S608 - constants only
            f" AND {by_id} > :after {whose} ORDER BY {by_id} LIMIT :limit",
            {
                "collection": collection.row,
                "after": after or "",
                "person_id": person_id,
                "face_ids": json.dumps(list(face_ids or ())),
                "limit": limit,
            },
        )
        return tuple(stored_face(row) for row in rows)

    def get(self, face_id: str) -> StoredFace:
        """Return one face.

        :raises NotFoundError: if there is none of that id.
        """
        row = self._database.row(
            f"SELECT {COLUMNS} FROM {TABLES} WHERE face.face_id = ?",  # noqa: S608 - constants only
            (face_id,),
        )
        if row is None:
            raise NotFoundError(f"there is no face {face_id}")
        return stored_face(row)

    def embedding(self, face_id: str) -> Embedding:
        """Return the vector of one face, bit for bit as it was stored.

        :raises NotFoundError: if there is none of that id.
        """
        row = self._database.row(
            "SELECT collection_id, vector FROM faces"
            " JOIN collections ON collections.row = faces.collection WHERE face_id = ?",
            (face_id,),
        )
        if row is None:
            raise NotFoundError(f"there is no face {face_id}")
        return Collections(self._database).describe(row[0]).embedding_of(row[1])

    def delete(self, collection_id: str, face_ids: Sequence[str]) -> tuple[str, ...]:
        """Erase faces from every file and return the ids of those that were there.

        The fused vector of whoever they belonged to is made anew from the faces left. Faces by the
        embedder of before are erased by their ids, too, although nothing lists them.

        :raises NotFoundError: if there is no such collection.
        :raises StorageError: if they are deleted, but cannot be wiped from the log yet.
        """
        deleted = []
        with self._database.transaction():
            collection = Collections(self._database).describe(collection_id)
            people = set()
            for face_id in dict.fromkeys(face_ids):
                row = self._database.row(
                    "SELECT person FROM faces WHERE collection = ? AND face_id = ?",
                    (collection.row, face_id),
                )
                if row is None:
                    continue
                self._database.execute("DELETE FROM faces WHERE face_id = ?", (face_id,))
                deleted.append(face_id)
                people.add(row[0])
            for person in people - {None}:
                refresh_fused(self._database, collection, person)
            deleted += delete_former_faces(self._database, collection, face_ids)
        if deleted:
            self._database.truncate_log()
        return tuple(deleted)
