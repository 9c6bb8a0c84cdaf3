"""Faces that change hands: given to a person, or left to nobody, without being made anew."""

from __future__ import annotations

import json
from collections.abc import Sequence

from edge.collection.collections import Collections
from edge.collection.face_rows import refuse_too_many
from edge.collection.fused import refresh_fused
from edge.collection.person_rows import Person, read_people, row_of
from edge.errors import CollectionError
from edge.storage.database import Database


def give_faces(database: Database, person_id: str, face_ids: Sequence[str]) -> Person:
    """Give a person those of *face_ids* that are in her collection and nobody's; all or none.

    :raises NotFoundError: if there is no such person.
    :raises TooManyFacesError: if she would have more than 100.
    :raises CollectionError: if she declined to be recognized by her face.
    """
    with database.transaction():
        row, collection_id = row_of(database, person_id)
        collection = Collections(database).describe(collection_id)
        (person,) = read_people(database, [row])
        if person.declined:
            raise CollectionError(
                "this person declined to be recognized by her face",
                remedy="Ask for her consent first, and record it.",
            )
        refuse_too_many(database, collection, row, len(face_ids))
        database.execute(
            "UPDATE faces SET person = ? WHERE collection = ? AND person IS NULL"
            " AND face_id IN (SELECT value FROM json_each(?))",
            (row, collection.row, json.dumps(list(face_ids))),
        )
        refresh_fused(database, collection, row)
        return read_people(database, [row])[0]


def take_faces(database: Database, person_id: str, face_ids: Sequence[str] | None = None) -> Person:
    """Take those of *face_ids* that are a person's, or all of hers, from her; they stay stored.

    :raises NotFoundError: if there is no such person.
    """
    with database.transaction():
        row, collection_id = row_of(database, person_id)
        collection = Collections(database).describe(collection_id)
        which = "" if face_ids is None else "AND face_id IN (SELECT value FROM json_each(:ids))"
        database.execute(
            f"UPDATE faces SET person = NULL WHERE collection = :at AND person = :person {which}",  # noqa: S608 - constants only
            {"at": collection.row, "person": row, "ids": json.dumps(list(face_ids or ()))},
        )
        refresh_fused(database, collection, row)
        return read_people(database, [row])[0]
