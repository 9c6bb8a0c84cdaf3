"""People: enrolled whole or not at all, found by what a clerk knows of them, erased to the byte."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from edge.collection.badge_rows import insert_badges
from edge.collection.collections import Collection, Collections
from edge.collection.export import PersonExport, export_person
from edge.collection.face_rows import NewFace, insert_faces
from edge.collection.former_faces import remove_former_faces
from edge.collection.fused import refresh_fused
from edge.collection.look_alikes import mark_pair, unmark_pair
from edge.collection.merge import merge_people
from edge.collection.pages import PeoplePage, PersonState, Sort, read_page
from edge.collection.person_rows import (
    LEAST_ID_PREFIX,
    TOLD,
    Consent,
    NewPerson,
    Person,
    read_people,
    row_of,
    sort_name_of,
    write_told,
)
from edge.domain import Badge
from edge.errors import AlreadyExistsError, CollectionError, ConflictError, NotFoundError
from edge.storage.database import Database
from edge.storage.times import to_text

__all__ = ["Consent", "Erased", "NewPerson", "People", "PeoplePage", "Person", "PersonExport"]

_INSERT = (
    f"INSERT INTO people ({', '.join(TOLD)}, person_id, collection, created_at)"  # noqa: S608 - a constant
    f" VALUES ({', '.join('?' * (len(TOLD) + 3))})"
)
_UPDATE = (
    f"UPDATE people SET {', '.join(f'{name} = ?' for name in TOLD)}, version = version + 1"  # noqa: S608 - a constant
    " WHERE row = ?"
)


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
        *,
        person_id: str | None = None,
    ) -> Person:
        """Store a person with her faces and badges in one transaction; durable on return.

        *person_id* is the one that she has on another device, by default a new one.

        :raises NotFoundError: if there is no such collection.
        :raises ModelMismatchError: if a vector comes from another model than the collection's.
        :raises AlreadyExistsError: if the id, the external id or a badge number is somebody's.
        :raises CollectionError: if anything told is malformed, more than 100 faces are given, or
            any of somebody who declined.
        """
        person_id = person_id or str(uuid.uuid4())
        with self._database.transaction():
            if self._database.row("SELECT 1 FROM people WHERE person_id = ?", (person_id,)):
                raise AlreadyExistsError(f"there is a person {person_id} already")
            collection = Collections(self._database).describe(collection_id)
            more = (person_id, collection.row, to_text(datetime.now(UTC)))
            write_told(self._database, _INSERT, person, more)
            row, _ = row_of(self._database, person_id)
            insert_badges(self._database, collection=collection.row, person=row, badges=badges)
            return self._add_faces(collection, row, faces)

    def add_faces(self, person_id: str, faces: Sequence[NewFace]) -> Person:
        """Store more faces of a person, all or none.

        :raises NotFoundError: if there is no such person.
        :raises ModelMismatchError: if a vector comes from another model than the collection's.
        :raises CollectionError: if the person would have more than 100 faces, or declined.
        """
        with self._database.transaction():
            row, collection_id = row_of(self._database, person_id)
            collection = Collections(self._database).describe(collection_id)
            return self._add_faces(collection, row, faces)

    def replace_faces(self, person_id: str, faces: Sequence[NewFace]) -> Person:
        """Erase a person's faces from every file and store *faces* in their place, all or none.

        :raises StorageError: if it is done, but the old ones cannot be wiped from the log yet.

        Otherwise raises as :meth:`add_faces` does.
        """
        with self._database.transaction():
            row, collection_id = row_of(self._database, person_id)
            collection = Collections(self._database).describe(collection_id)
            self._remove_faces(collection, row)
            return self._add_faces(collection, row, faces)

    def get(self, person_id: str) -> Person:
        """Return one person.

        :raises NotFoundError: if there is none of that id.
        """
        with self._database.snapshot():
            row, _ = row_of(self._database, person_id)
            return read_people(self._database, [row])[0]

    def get_many(self, person_ids: Sequence[str]) -> tuple[Person, ...]:
        """Return those of *person_ids* that exist, in that order."""
        with self._database.snapshot():
            rows: dict[str, int] = dict(
                self._database.rows(
                    "SELECT person_id, row FROM people"
                    " WHERE person_id IN (SELECT value FROM json_each(?))",
                    (json.dumps(list(person_ids)),),
                )
            )
            return read_people(self._database, [rows[each] for each in person_ids if each in rows])

    def by_external_id(self, collection_id: str, external_id: str) -> Person | None:
        """Return the person whom a site's own files call *external_id*, or None.

        :raises NotFoundError: if there is no such collection.
        """
        with self._database.snapshot():
            collection = Collections(self._database).describe(collection_id)
            rows = self._database.rows(
                "SELECT row FROM people WHERE collection = ? AND external_id = ?",
                (collection.row, external_id),
            )
            return next(iter(read_people(self._database, [row for (row,) in rows])), None)

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

    def list_by_id(
        self, collection_id: str, *, after: str | None = None, limit: int = 100
    ) -> tuple[Person, ...]:
        """Return up to *limit* people by their ids, those behind the id *after*, there or gone.

        :raises NotFoundError: if there is no such collection.
        """
        with self._database.snapshot():
            collection = Collections(self._database).describe(collection_id)
            rows = self._database.rows(
                "SELECT row FROM people WHERE collection = ? AND person_id > ?"
                " ORDER BY person_id LIMIT ?",
                (collection.row, after or "", limit),
            )
            return read_people(self._database, [row for (row,) in rows])

    def page(
        self,
        collection_id: str,
        *,
        query: str = "",
        sort: Sort = "name",
        descending: bool = False,
        state: PersonState | None = None,
        limit: int = 50,
        cursor: str | None = None,
        now: datetime | None = None,
    ) -> PeoplePage:
        """Return one page of the people whom *query* may mean and who are in *state*.

        *query* is a part of the name, without regard to case and accents, or the beginning of an
        external id, a badge number or a person id. *cursor* is another page's: it goes on from
        there. *now* is when the states are judged.

        :raises NotFoundError: if there is no such collection, or *cursor*'s person is gone.
        """
        return read_page(
            self._database,
            collection_id,
            query=query,
            sort=sort,
            descending=descending,
            state=state,
            limit=limit,
            cursor=cursor,
            now=now or datetime.now(UTC),
        )

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

    def update(self, person_id: str, person: NewPerson, *, version: int | None = None) -> Person:
        """Replace what is told about a person; badges stay as they are, and faces.

        But whoever declines now has her faces erased from every file. *version* is that of the
        person who was looked at: if somebody else changed her since, nothing is changed.

        :raises NotFoundError: if there is no such person.
        :raises ConflictError: if she has another *version* by now.
        :raises AlreadyExistsError: if the external id is somebody else's.
        :raises CollectionError: if anything told is malformed.
        :raises StorageError: if it is done, but faces cannot be wiped from the log yet.
        """
        with self._database.transaction():
            row, collection_id = row_of(self._database, person_id)
            (former,) = read_people(self._database, [row])
            if version is not None and version != former.version:
                raise ConflictError(
                    "somebody else has changed this person meanwhile",
                    remedy="Look at what is stored now, then change it again.",
                )
            if person.declined and (former.faces or former.former_faces):
                self._remove_faces(Collections(self._database).describe(collection_id), row)
            write_told(self._database, _UPDATE, person, (row,))
            return read_people(self._database, [row])[0]

    def suspend(self, person_id: str, at: datetime) -> Person:
        """Let no door open for a person any more, noting the time *at* (aware), unless already so.

        :raises NotFoundError: if there is no such person.
        """
        return self._set_suspended(person_id, "ifnull(suspended_at, ?)", to_text(at))

    def resume(self, person_id: str) -> Person:
        """Take a suspension back.

        :raises NotFoundError: if there is no such person.
        """
        return self._set_suspended(person_id, "?", None)

    def mark_look_alikes(self, one: str, other: str, similarity: float) -> None:
        """Say that a door might take two people for each other; *similarity* in percent.

        No door lets either in by face alone from now on. Marking them again notes the similarity.

        :raises NotFoundError: if one of them does not exist.
        :raises CollectionError: if they are one person, or of two collections.
        """
        mark_pair(self._database, one, other, similarity)

    def unmark_look_alikes(self, one: str, other: str) -> None:
        """Take a mark back.

        :raises NotFoundError: if one of them does not exist, or they are not marked.
        """
        unmark_pair(self._database, one, other)

    def merge(self, keep_id: str, other_id: str) -> Person:
        """Make two people one: *keep_id* gets the faces and badges, *other_id* is erased.

        What is told about the one who is kept stands; what she lacks of external id, consent and
        validity is not taken over, as it was told of somebody else. If either was suspended, she is.
        She is in the groups of both, keeps her PIN or gets the other's if she has none, and is
        where either was seen last.

        :raises NotFoundError: if one of them does not exist.
        :raises CollectionError: if they are one person or of two collections, have more than 100
            faces together, or the one who is kept declined and the other has faces.
        :raises StorageError: if it is done, but cannot be wiped from the log yet.
        """
        return merge_people(self._database, keep_id, other_id)

    def export(self, person_id: str) -> PersonExport:
        """Return everything stored about a person, as she may ask for it.

        :raises NotFoundError: if there is no such person.
        """
        return export_person(self._database, person_id)

    def overdue(self, now: datetime) -> tuple[str, ...]:
        """Return the ids of everybody whose retention has ended by *now* (aware), longest first."""
        rows = self._database.rows(
            "SELECT person_id FROM people WHERE retention_until <= ?"
            " ORDER BY retention_until, person_id",
            (to_text(now),),
        )
        return tuple(person_id for (person_id,) in rows)

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

    def _add_faces(self, collection: Collection, row: int, faces: Sequence[NewFace]) -> Person:
        if faces:
            if self._database.row("SELECT 1 FROM people WHERE row = ? AND declined", (row,)):
                raise CollectionError(
                    "this person declined to be recognized by her face",
                    remedy="Ask for her consent first, and record it.",
                )
            insert_faces(self._database, collection, faces, person=row)
            refresh_fused(self._database, collection, row)
        return read_people(self._database, [row])[0]

    def _remove_faces(self, collection: Collection, row: int) -> None:
        self._database.execute(
            "DELETE FROM faces WHERE collection = ? AND person = ?", (collection.row, row)
        )
        refresh_fused(self._database, collection, row)
        remove_former_faces(self._database, collection, row)
        self._database.truncate_log()

    def _set_suspended(
        self, person_id: str, value: Literal["?", "ifnull(suspended_at, ?)"], at: str | None
    ) -> Person:
        with self._database.transaction():
            row, _ = row_of(self._database, person_id)
            self._database.execute(
                f"UPDATE people SET suspended_at = {value} WHERE row = ?",  # noqa: S608 - constants only
                (at, row),
            )
            return read_people(self._database, [row])[0]

    def _place(self, person_id: str) -> tuple[str, str]:
        """Return where in the list by name a person stands."""
        row = self._database.row("SELECT sort_name FROM people WHERE person_id = ?", (person_id,))
        if row is None:
            raise NotFoundError(f"there is no person {person_id} any more to go on from")
        return row[0], person_id
