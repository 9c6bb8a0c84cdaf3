"""People: enrolled whole or not at all, found by what a clerk knows of them, erased to the byte."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from edge.collection.badge_rows import insert_badges
from edge.collection.collections import Collection, Collections
from edge.collection.faces import NewFace, insert_faces
from edge.collection.fused import refresh_fused
from edge.collection.person_rows import Consent, NewPerson, Person, read_people, sort_name_of
from edge.collection.text import is_presentable
from edge.domain import Badge
from edge.errors import AlreadyExistsError, CollectionError, ConstraintError, NotFoundError
from edge.storage.database import Database, Row
from edge.storage.times import to_text, to_text_or_none

__all__ = ["Consent", "Erased", "NewPerson", "People", "Person"]

LONGEST_NAME = 200
LONGEST_EXTERNAL_ID = 128
"""Characters, as of a user id in Amazon Rekognition."""

LEAST_ID_PREFIX = 4
"""Characters of a person id that make a search by it: fewer would find too many."""


@dataclass(frozen=True, slots=True)
class Erased:
    """Who was erased, and how many faces and badges went along."""

    person_id: str
    faces: int
    badges: int


class People:
    """The people of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enroll(
        self,
        collection_id: str,
        person: NewPerson,
        faces: Sequence[NewFace] = (),
        badges: Sequence[Badge] = (),
    ) -> Person:
        """Store a person with her faces and badges in one transaction; durable on return.

        :raises NotFoundError: if there is no such collection.
        :raises ModelMismatchError: if a vector comes from another model than the collection's.
        :raises AlreadyExistsError: if the external id or a badge number is somebody's already.
        :raises CollectionError: if anything told is malformed, or more than 100 faces are given.
        """
        person_id = str(uuid.uuid4())
        with self._database.transaction():
            collection = Collections(self._database).describe(collection_id)
            self._write(
                "INSERT INTO people (name, sort_name, external_id, valid_from, valid_until,"
                " consent_text_version, consent_agreed_at, consent_method,"
                " person_id, collection, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                person,
                (person_id, collection.row, to_text(datetime.now(UTC))),
            )
            row, _ = self._row(person_id)
            insert_badges(self._database, collection=collection.row, person=row, badges=badges)
            self._add_faces(collection, row, faces)
            return read_people(self._database, [row])[0]

    def add_faces(self, person_id: str, faces: Sequence[NewFace]) -> Person:
        """Store more faces of a person, all or none.

        :raises NotFoundError: if there is no such person.
        :raises ModelMismatchError: if a vector comes from another model than the collection's.
        :raises CollectionError: if the person would have more than 100 faces.
        """
        with self._database.transaction():
            row, collection_id = self._row(person_id)
            self._add_faces(Collections(self._database).describe(collection_id), row, faces)
            return read_people(self._database, [row])[0]

    def get(self, person_id: str) -> Person:
        """Return one person.

        :raises NotFoundError: if there is none of that id.
        """
        with self._database.snapshot():
            row, _ = self._row(person_id)
            return read_people(self._database, [row])[0]

    def list(
        self, collection_id: str, *, after: str | None = None, limit: int = 100
    ) -> tuple[Person, ...]:
        """Return up to *limit* people by name, those behind the person with id *after*.

        :raises NotFoundError: if there is no such collection, or no person *after* any more.
        """
        with self._database.snapshot():
            collection = Collections(self._database).describe(collection_id)
            place = ("", "") if after is None else self._place(after)
            rows = self._database.rows(
                "SELECT row FROM people WHERE collection = ? AND (sort_name, person_id) > (?, ?)"
                " ORDER BY sort_name, person_id LIMIT ?",
                (collection.row, *place, limit),
            )
            return read_people(self._database, [row for (row,) in rows])

    def find(self, collection_id: str, query: str, *, limit: int = 100) -> tuple[Person, ...]:
        """Return up to *limit* people by name whom *query* may mean.

        That is a part of the name, without regard to case and accents, or a whole external id or
        badge number, or the beginning of a person id.

        :raises NotFoundError: if there is no such collection.
        """
        query = query.strip()
        with self._database.snapshot():
            collection = Collections(self._database).describe(collection_id)
            rows = self._database.rows(
                "WITH named AS (SELECT row FROM people"
                " WHERE collection = :at AND instr(sort_name, :name)"
                " ORDER BY sort_name, person_id LIMIT :limit)"
                " SELECT row FROM people WHERE row IN (SELECT row FROM named"
                " UNION SELECT row FROM people WHERE collection = :at AND external_id = :query"
                " UNION SELECT person FROM badges WHERE collection = :at AND number = :query"
                " UNION SELECT row FROM people WHERE :by_id AND person_id >= :id"
                "  AND person_id < :id || 'g' AND +collection = :at"  # +: not by that index
                ") ORDER BY sort_name, person_id LIMIT :limit",
                {
                    "at": collection.row,
                    "query": query,
                    "name": sort_name_of(query),
                    "id": query.lower(),
                    "by_id": len(query) >= LEAST_ID_PREFIX,
                    "limit": limit,
                },
            )
            return read_people(self._database, [row for (row,) in rows])

    def update(self, person_id: str, person: NewPerson) -> Person:
        """Replace what is told about a person; faces and badges stay as they are.

        :raises NotFoundError: if there is no such person.
        :raises AlreadyExistsError: if the external id is somebody else's.
        :raises CollectionError: if anything told is malformed.
        """
        with self._database.transaction():
            row, _ = self._row(person_id)
            self._write(
                "UPDATE people SET name = ?, sort_name = ?, external_id = ?, valid_from = ?,"
                " valid_until = ?, consent_text_version = ?, consent_agreed_at = ?,"
                " consent_method = ? WHERE row = ?",
                person,
                (row,),
            )
            return read_people(self._database, [row])[0]

    def delete(self, person_id: str) -> Erased:
        """Erase a person with her faces and badges from every file.

        :raises NotFoundError: if there is no such person.
        :raises StorageError: if she is deleted, but cannot be wiped from the log yet.
        """
        with self._database.transaction():
            person = self.get(person_id)
            self._database.execute("DELETE FROM people WHERE person_id = ?", (person_id,))
        self._database.truncate_log()
        return Erased(person_id, faces=person.faces, badges=len(person.badges))

    def _write(self, sql: str, person: NewPerson, more: Row) -> None:
        """Run *sql* with what is told about *person*, then *more*; say what a refusal means."""
        try:
            self._database.execute(sql, (*_columns(person), *more))
        except ConstraintError as error:
            if "person_validity" in error.message:
                raise CollectionError("the validity ends before it begins") from error
            raise AlreadyExistsError(
                f"the external id {person.external_id} is somebody's already"
            ) from error

    def _add_faces(self, collection: Collection, row: int, faces: Sequence[NewFace]) -> None:
        if faces:
            insert_faces(self._database, collection, faces, person=row)
            refresh_fused(self._database, collection, row)

    def _row(self, person_id: str) -> tuple[int, str]:
        """Return a person's row and her collection's id."""
        row = self._database.row(
            "SELECT people.row, collection_id FROM people"
            " JOIN collections ON collections.row = people.collection WHERE person_id = ?",
            (person_id,),
        )
        if row is None:
            raise NotFoundError(f"there is no person {person_id}")
        return row[0], row[1]

    def _place(self, person_id: str) -> tuple[str, str]:
        """Return where in the list by name a person stands."""
        row = self._database.row("SELECT sort_name FROM people WHERE person_id = ?", (person_id,))
        if row is None:
            raise NotFoundError(f"there is no person {person_id} any more to go on from")
        return row[0], person_id


def _columns(person: NewPerson) -> tuple[str | None, ...]:
    """Return what is told about *person* in the order of the statements above.

    :raises CollectionError: if the name or the external id is empty, too long, or unprintable.
    """
    if not is_presentable(person.name, longest=LONGEST_NAME):
        raise CollectionError(
            "the name is empty, too long, or holds control characters",
            remedy=f"Give one of 1 to {LONGEST_NAME} characters.",
        )
    external_id = person.external_id
    if external_id is not None and not is_presentable(external_id, longest=LONGEST_EXTERNAL_ID):
        raise CollectionError(
            "the external id is empty, too long, or holds control characters",
            remedy=f"Give one of 1 to {LONGEST_EXTERNAL_ID} characters, or none.",
        )
    consent = person.consent
    return (
        person.name,
        sort_name_of(person.name),
        external_id,
        to_text_or_none(person.valid_from),
        to_text_or_none(person.valid_until),
        consent.text_version if consent else None,
        to_text(consent.agreed_at) if consent else None,
        consent.method if consent else None,
    )
