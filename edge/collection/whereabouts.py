"""Where people are: the area that each entered last, by which door, since when.

It is known of whoever a door let pass into an area, and only of areas that the rules name. Whoever
is outside has no row, and where somebody was before is not kept here at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edge.collection.collections import Collections
from edge.collection.person_rows import row_of
from edge.storage.database import Database
from edge.storage.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class Presence:
    """A person is in *area* since she passed *door* at *since* (aware)."""

    person_id: str
    name: str
    area: str
    since: datetime
    door: str


class WhereaboutsStore:
    """The whereabouts in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, person_id: str) -> Presence | None:
        """Return where a person is, or None if she is outside, or nobody knows.

        :raises NotFoundError: if there is no such person.
        """
        with self._database.snapshot():
            row, _ = row_of(self._database, person_id)
            found = self._database.row(
                "SELECT person_id, name, area, since, door"
                " FROM whereabouts JOIN people ON people.row = person WHERE person = ?",
                (row,),
            )
        return None if found is None else _presence(*found)

    def move(self, person_id: str, area: str | None, *, door: str, at: datetime) -> None:
        """Note that a person passed *door* into *area*, or out of all of them for None.

        :raises NotFoundError: if there is no such person.
        :raises StorageError: if it cannot be noted.
        """
        with self._database.transaction():
            row, collection_id = row_of(self._database, person_id)
            self._database.execute("DELETE FROM whereabouts WHERE person = ?", (row,))
            if area is not None:
                self._database.execute(
                    "INSERT INTO whereabouts (collection, person, area, since, door)"
                    " SELECT row, ?, ?, ?, ? FROM collections WHERE collection_id = ?",
                    (row, area, to_text(at), door, collection_id),
                )

    def inside(
        self, collection_id: str, area: str | None = None, *, limit: int = 100_000
    ) -> tuple[Presence, ...]:
        """Return who is in *area*, or in any, by area and then by name: the muster list.

        :raises NotFoundError: if there is no such collection.
        """
        collection = Collections(self._database).describe(collection_id)
        rows = self._database.rows(
            "SELECT person_id, name, area, since, door"
            " FROM whereabouts JOIN people ON people.row = person"
            " WHERE whereabouts.collection = ? AND (? IS NULL OR area = ?)"
            " ORDER BY area, sort_name, person_id LIMIT ?",
            (collection.row, area, area, limit),
        )
        return tuple(_presence(*row) for row in rows)

    def reset(self, collection_id: str, area: str | None = None) -> int:
        """Take everybody for outside who is in *area*, or in any; return how many that were.

        :raises NotFoundError: if there is no such collection.
        """
        collection = Collections(self._database).describe(collection_id)
        return self._database.execute(
            "DELETE FROM whereabouts WHERE collection = ? AND (? IS NULL OR area = ?)",
            (collection.row, area, area),
        )


def _presence(person_id: str, name: str, area: str, since: str, door: str) -> Presence:
    return Presence(person_id, name, area, from_text(since), door)
