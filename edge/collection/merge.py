"""Two people who are one: somebody was enrolled twice, and the clerk found out."""

from __future__ import annotations

from edge.collection.collections import Collections
from edge.collection.face_rows import MOST_FACES_OF_A_PERSON
from edge.collection.former_faces import refresh_former
from edge.collection.fused import refresh_fused
from edge.collection.person_rows import Person, read_people, row_of
from edge.errors import CollectionError
from edge.storage.database import Database

_STATEMENTS = (
    "UPDATE faces SET person = :keep WHERE collection = :at AND person = :other",
    "UPDATE former_faces SET person = :keep WHERE collection = :at AND person = :other",
    "UPDATE badges SET person = :keep WHERE collection = :at AND person = :other",
    # Whoever looked like the other looks like the one who is kept.
    """
    INSERT OR IGNORE INTO look_alikes (collection, person_a, person_b, similarity, marked_at)
    SELECT collection, min(:keep, third), max(:keep, third), similarity, marked_at FROM (
        SELECT *, person_a + person_b - :other AS third FROM look_alikes
        WHERE collection = :at AND :other IN (person_a, person_b)
    ) WHERE third <> :keep
    """,
    # She is one person: what either might do, she may; the PIN she knows is hers, if she has one.
    """
    INSERT INTO memberships (collection, person, group_name)
    SELECT collection, :keep, group_name FROM memberships
    WHERE collection = :at AND person = :other
    ON CONFLICT DO NOTHING
    """,
    """
    UPDATE pins SET person = :keep WHERE collection = :at AND person = :other
    AND NOT EXISTS (SELECT 1 FROM pins AS hers
        WHERE hers.collection = :at AND hers.person = :keep)
    """,
    # She is where she was seen last, under whichever name.
    """
    DELETE FROM whereabouts WHERE collection = :at AND person = :keep AND since < (
        SELECT since FROM whereabouts WHERE collection = :at AND person = :other
    )
    """,
    "UPDATE OR IGNORE whereabouts SET person = :keep WHERE collection = :at AND person = :other",
    """
    UPDATE people SET version = version + 1, suspended_at = ifnull(
        suspended_at, (SELECT suspended_at FROM people WHERE row = :other)
    ) WHERE row = :keep
    """,
    "DELETE FROM people WHERE row = :other",
)


def merge_people(database: Database, keep_id: str, other_id: str) -> Person:
    """Hand *other_id*'s faces, badges, marks and groups over to *keep_id*, and erase *other_id*.

    Raises as :meth:`edge.collection.people.People.merge` does.
    """
    with database.transaction():
        keep, collection_id = row_of(database, keep_id)
        other, others_collection = row_of(database, other_id)
        if collection_id != others_collection:
            raise CollectionError(
                f"the two people are of two collections, {collection_id} and {others_collection}"
            )
        kept, erased = read_people(database, [keep, other]) if keep != other else (None, None)
        if kept is None or erased is None:
            raise CollectionError("nobody can be merged with herself: two people are meant")
        _refuse(kept, erased)
        collection = Collections(database).describe(collection_id)
        rows = {"at": collection.row, "keep": keep, "other": other}
        for statement in _STATEMENTS:
            database.execute(statement, rows)
        refresh_fused(database, collection, keep)
        refresh_former(database, collection, keep)
        database.truncate_log()
        return read_people(database, [keep])[0]


def _refuse(kept: Person, erased: Person) -> None:
    if kept.declined and (erased.faces or erased.former_faces):
        raise CollectionError(
            "the person who would be kept declined to be recognized by her face",
            remedy="Keep the other one, or erase the other's faces first.",
        )
    together = kept.faces + erased.faces
    if together > MOST_FACES_OF_A_PERSON:
        raise CollectionError(
            f"they have {together} faces together; a person has at most {MOST_FACES_OF_A_PERSON}",
            remedy="Erase some of them first.",
        )
