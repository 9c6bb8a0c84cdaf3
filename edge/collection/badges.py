"""Badges: the numbers that people carry, each with its validity, unique in a collection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edge.collection.badge_rows import BADGE_COLUMNS, badge_of, insert_badges
from edge.collection.collections import Collections
from edge.collection.person_rows import Person, read_people
from edge.domain import Badge
from edge.errors import NotFoundError
from edge.storage.database import Database
from edge.storage.times import to_text


@dataclass(frozen=True, slots=True)
class OwnedBadge:
    """A badge and whose it is."""

    badge: Badge
    person_id: str
    name: str


class Badges:
    """The badges of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, person_id: str, badge: Badge) -> None:
        """Give a person one more badge.

        :raises NotFoundError: if there is no such person.
        :raises AlreadyExistsError: if somebody in the collection has a badge of that number.
        :raises CollectionError: if the number is empty or too long, or the validity ends first.
        """
        with self._database.transaction():
            row = self._database.row(
                "SELECT row, collection FROM people WHERE person_id = ?", (person_id,)
            )
            if row is None:
                raise NotFoundError(f"there is no person {person_id}")
            insert_badges(self._database, collection=row[1], person=row[0], badges=(badge,))

    def revoke(self, collection_id: str, number: str, at: datetime) -> None:
        """Let a badge open nothing from *at* (aware) on.

        :raises NotFoundError: if there is no such badge.
        """
        self._set_revoked(collection_id, number, to_text(at))

    def reinstate(self, collection_id: str, number: str) -> None:
        """Take a revocation back.

        :raises NotFoundError: if there is no such badge.
        """
        self._set_revoked(collection_id, number, None)

    def remove(self, collection_id: str, number: str) -> None:
        """Erase a badge from every file; its number may be given to somebody else.

        :raises NotFoundError: if there is no such badge.
        :raises StorageError: if it is deleted, but cannot be wiped from the log yet.
        """
        collection = Collections(self._database).describe(collection_id)
        removed = self._database.execute(
            "DELETE FROM badges WHERE collection = ? AND number = ?", (collection.row, number)
        )
        if not removed:
            raise _no_badge(number, collection_id)
        self._database.truncate_log()

    def list(
        self, collection_id: str, *, after: str = "", limit: int = 1000
    ) -> tuple[OwnedBadge, ...]:
        """Return up to *limit* badges by number, those behind number *after*.

        :raises NotFoundError: if there is no such collection.
        """
        collection = Collections(self._database).describe(collection_id)
        rows = self._database.rows(
            f"SELECT {BADGE_COLUMNS}, person_id, name"  # noqa: S608 - a constant
            " FROM badges JOIN people ON people.row = badges.person"
            " WHERE badges.collection = ? AND number > ? ORDER BY number LIMIT ?",
            (collection.row, after, limit),
        )
        return tuple(
            OwnedBadge(badge_of(badge), person_id, name) for *badge, person_id, name in rows
        )

    def owner(self, collection_id: str, number: str) -> Person:
        """Return the person who carries a badge.

        :raises NotFoundError: if there is no such badge.
        """
        collection = Collections(self._database).describe(collection_id)
        with self._database.snapshot():
            row = self._database.row(
                "SELECT person FROM badges WHERE collection = ? AND number = ?",
                (collection.row, number),
            )
            if row is None:
                raise _no_badge(number, collection_id)
            return read_people(self._database, row)[0]

    def set_duress(self, collection_id: str, number: str, *, duress: bool) -> None:
        """Say whether a badge is one that is shown under threat.

        :raises NotFoundError: if there is no such badge.
        """
        collection = Collections(self._database).describe(collection_id)
        changed = self._database.execute(
            "UPDATE badges SET duress = ? WHERE collection = ? AND number = ?",
            (duress, collection.row, number),
        )
        if not changed:
            raise _no_badge(number, collection_id)

    def _set_revoked(self, collection_id: str, number: str, revoked_at: str | None) -> None:
        collection = Collections(self._database).describe(collection_id)
        changed = self._database.execute(
            "UPDATE badges SET revoked_at = ? WHERE collection = ? AND number = ?",
            (revoked_at, collection.row, number),
        )
        if not changed:
            raise _no_badge(number, collection_id)


def _no_badge(number: str, collection_id: str) -> NotFoundError:
    return NotFoundError(f"there is no badge {number} in collection {collection_id}")
