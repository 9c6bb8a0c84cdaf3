"""Who is in which group; the rules say what a group may do (``edge.access``)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from edge.collection.collections import Collections
from edge.collection.person_rows import Person, read_people, row_of
from edge.collection.text import is_presentable
from edge.errors import CollectionError
from edge.storage.database import Database

LONGEST_GROUP = 64
"""Characters of a group's name, as the schema has it."""


class Memberships:
    """The memberships of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, person_id: str) -> frozenset[str]:
        """Return the groups a person is in.

        :raises NotFoundError: if there is no such person.
        """
        with self._database.snapshot():
            row, _ = row_of(self._database, person_id)
            return read_people(self._database, [row])[0].groups

    def change(
        self, person_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> frozenset[str]:
        """Put a person into groups and take her out of others; return those she is in now.

        Doors know it with their next question. A group she is in already, or is not in, is no fault.

        :raises NotFoundError: if there is no such person.
        :raises CollectionError: if a name is empty or too long, or is both to be added and removed.
        """
        added, removed = frozenset(add), frozenset(remove)
        for group in sorted(added):
            refuse_bad_group(group)
        if both := added & removed:
            raise CollectionError(
                f"{', '.join(sorted(both))}: nobody can join a group and leave it at once"
            )
        with self._database.transaction():
            row, collection_id = row_of(self._database, person_id)
            collection = Collections(self._database).describe(collection_id)
            insert_memberships(self._database, collection=collection.row, person=row, groups=added)
            self._database.execute_many(
                "DELETE FROM memberships WHERE collection = ? AND person = ? AND group_name = ?",
                ((collection.row, row, group) for group in sorted(removed)),
            )
            return read_people(self._database, [row])[0].groups

    def counts(self, collection_id: str) -> dict[str, int]:
        """Return how many people are in each group that anybody is in.

        :raises NotFoundError: if there is no such collection.
        """
        collection = Collections(self._database).describe(collection_id)
        return dict(
            self._database.rows(
                "SELECT group_name, count(*) FROM memberships WHERE collection = ?"
                " GROUP BY group_name ORDER BY group_name",
                (collection.row,),
            )
        )

    def crews(self, collection_id: str) -> dict[frozenset[str], int]:
        """Return how many people are in exactly these groups, the most frequent first.

        :raises NotFoundError: if there is no such collection.
        """
        collection = Collections(self._database).describe(collection_id)
        rows = self._database.rows(
            "SELECT groups, count(*) FROM (SELECT (SELECT json_group_array(group_name) FROM"
            "  (SELECT group_name FROM memberships AS member WHERE member.collection = :at"
            "   AND member.person = people.row ORDER BY group_name)) AS groups"
            "  FROM people WHERE people.collection = :at)"
            " GROUP BY groups ORDER BY count(*) DESC, groups",
            {"at": collection.row},
        )
        return {frozenset(json.loads(groups)): people for groups, people in rows}

    def members(self, collection_id: str, group: str, *, limit: int = 1000) -> tuple[Person, ...]:
        """Return up to *limit* people of *group*, by name.

        :raises NotFoundError: if there is no such collection.
        """
        with self._database.snapshot():
            collection = Collections(self._database).describe(collection_id)
            rows = self._database.rows(
                "SELECT people.row FROM memberships AS member"
                " JOIN people ON people.row = member.person"
                " WHERE member.collection = ? AND group_name = ?"
                " ORDER BY sort_name, person_id LIMIT ?",
                (collection.row, group, limit),
            )
            return read_people(self._database, [row for (row,) in rows])


def insert_memberships(
    database: Database, *, collection: int, person: int, groups: Iterable[str]
) -> None:
    """Put the person in row *person* of the collection in row *collection* into *groups*.

    :raises CollectionError: if a name is empty or too long.
    """
    for group in sorted(groups):
        refuse_bad_group(group)
        # Not INSERT OR IGNORE: SQLite would ignore conflicts in the triggers, too, and with them
        # the very change that doors' copies follow.
        database.execute(
            "INSERT INTO memberships (collection, person, group_name) VALUES (?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (collection, person, group),
        )


def refuse_bad_group(group: str) -> None:
    """Refuse what cannot be the name of a group.

    :raises CollectionError: if it is empty, too long, or holds control characters.
    """
    if not is_presentable(group, longest=LONGEST_GROUP):
        raise CollectionError(
            f"{group[:80]!r} cannot be the name of a group",
            remedy=f"Use 1 to {LONGEST_GROUP} characters.",
        )
