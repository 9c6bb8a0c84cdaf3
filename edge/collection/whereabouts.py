"""Where people are, kept: the area that each entered last, by which door, since when.

What a passage means is decided in ``edge.access.whereabouts``; here it is written down. It is known of whoever a door let pass into an area, and only of areas that the rules name. Whoever
is outside has no row, and where somebody was before is not kept here at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from edge.access.whereabouts import Stay, Whereabouts
from edge.collection.collections import Collections
from edge.collection.person_rows import row_of
from edge.storage.database import Database
from edge.storage.times import from_text, to_text


@dataclass(frozen=True, slots=True)
class Presence:
    """Where the person of that name is."""

    person_id: str
    name: str
    stay: Stay


class WhereaboutsStore:
    """The whereabouts in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, person_id: str) -> Stay | None:
        """Return where a person is, or None if she is outside, or nobody knows.

        :raises NotFoundError: if there is no such person.
        """
        with self._database.snapshot():
            row, _ = row_of(self._database, person_id)
            found = self._database.row(
                "SELECT area, since, door FROM whereabouts WHERE person = ?", (row,)
            )
        return None if found is None else _stay(*found)

    def among(self, person_ids: Iterable[str]) -> Whereabouts:
        """Return where these people are, as the engine asks for it; nobody's name is no fault."""
        rows = self._database.rows(
            "SELECT person_id, area, since, door FROM people JOIN whereabouts ON person = people.row"
            " WHERE person_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(person_ids)),),
        )
        return Whereabouts({person_id: _stay(*stay) for person_id, *stay in rows})

    def note(self, person_id: str, stay: Stay | None) -> None:
        """Note where a person is from now on; None for outside.

        :raises NotFoundError: if there is no such person.
        :raises StorageError: if it cannot be noted.
        """
        with self._database.transaction():
            row, collection_id = row_of(self._database, person_id)
            self._database.execute("DELETE FROM whereabouts WHERE person = ?", (row,))
            if stay is not None:
                self._database.execute(
                    "INSERT INTO whereabouts (collection, person, area, since, door)"
                    " SELECT row, ?, ?, ?, ? FROM collections WHERE collection_id = ?",
                    (row, stay.area, to_text(stay.since), stay.door, collection_id),
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
        return tuple(Presence(person_id, name, _stay(*stay)) for person_id, name, *stay in rows)

    def reset(self, collection_id: str, area: str | None = None) -> int:
        """Take everybody for outside who is in *area*, or in any; return how many that were.

        :raises NotFoundError: if there is no such collection.
        """
        collection = Collections(self._database).describe(collection_id)
        return self._database.execute(
            "DELETE FROM whereabouts WHERE collection = ? AND (? IS NULL OR area = ?)",
            (collection.row, area, area),
        )


def _stay(area: str, since: str, door: str) -> Stay:
    return Stay(area, from_text(since), door)
