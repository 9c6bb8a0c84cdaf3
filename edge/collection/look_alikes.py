"""Pairs of people whom a door might take for each other, such as twins; one row a pair."""

from __future__ import annotations

from datetime import UTC, datetime

from edge.collection.person_rows import row_of
from edge.errors import CollectionError, ConstraintError, NotFoundError
from edge.storage.database import Database
from edge.storage.times import to_text


def mark_pair(database: Database, one: str, other: str, similarity: float) -> None:
    """Mark the people with ids *one* and *other* as alike by *similarity* percent.

    :raises NotFoundError: if one of them does not exist.
    :raises CollectionError: if they are one person, or of two collections.
    """
    with database.transaction():
        collection, person_a, person_b = _pair(database, one, other)
        try:
            # REPLACE and not an update: copies in memory are told of rows that come and go.
            database.execute(
                "INSERT OR REPLACE INTO look_alikes"
                " (collection, person_a, person_b, similarity, marked_at)"
                " SELECT row, ?, ?, ?, ? FROM collections WHERE collection_id = ?",
                (person_a, person_b, similarity, to_text(datetime.now(UTC)), collection),
            )
        except ConstraintError as error:
            raise CollectionError(f"{similarity} is no similarity in percent") from error


def unmark_pair(database: Database, one: str, other: str) -> None:
    """Take the mark of the people with ids *one* and *other* back.

    :raises NotFoundError: if one of them does not exist, or they are not marked.
    """
    with database.transaction():
        collection, person_a, person_b = _pair(database, one, other)
        removed = database.execute(
            "DELETE FROM look_alikes WHERE person_a = ? AND person_b = ?"
            " AND collection = (SELECT row FROM collections WHERE collection_id = ?)",
            (person_a, person_b, collection),
        )
        if not removed:
            raise NotFoundError(f"{one} and {other} are not marked as look-alikes")


def pairs_of(database: Database, collection_id: str) -> tuple[tuple[str, str, float], ...]:
    """Return the marked pairs of a collection: two person ids, and their similarity in percent."""
    rows = database.rows(
        "SELECT one.person_id, other.person_id, similarity FROM look_alikes AS pair"
        " JOIN collections ON collections.row = pair.collection"
        " JOIN people AS one ON one.row = person_a JOIN people AS other ON other.row = person_b"
        " WHERE collection_id = ? ORDER BY person_a, person_b",
        (collection_id,),
    )
    return tuple((one, other, similarity) for one, other, similarity in rows)


def _pair(database: Database, one: str, other: str) -> tuple[str, int, int]:
    """Return the collection of two people, and their rows in ascending order."""
    one_row, collection = row_of(database, one)
    other_row, others_collection = row_of(database, other)
    if one_row == other_row:
        raise CollectionError("nobody looks like herself: two people are meant")
    if collection != others_collection:
        raise CollectionError(
            f"the two people are of two collections, {collection} and {others_collection}"
        )
    return collection, min(one_row, other_row), max(one_row, other_row)
