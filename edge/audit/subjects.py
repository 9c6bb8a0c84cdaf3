"""Whom events are about: each person's key, and which events are hers; both go when she does."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from edge.audit.private import KEY_BYTES
from edge.errors import NotFoundError
from edge.storage.database import Database


@dataclass(frozen=True, slots=True)
class Known:
    """What the record knows a person by: her *key* in it, and the number of her *newest* event."""

    key: bytes | None = field(repr=False)
    newest: int


class Subjects:
    """The keys in the database of one audit; whoever writes does so in a transaction of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def key_for(self, person_id: str | None) -> tuple[int, bytes]:
        """Return the row and the key of a person, made on first use; for None always a new one."""
        found = None
        if person_id is not None:
            found = self._database.row(
                "SELECT row, key FROM subjects WHERE person_id = ?", (person_id,)
            )
        if found is not None and found[1] is not None:
            return found[0], found[1]
        key = secrets.token_bytes(KEY_BYTES)
        if found is not None:
            self._database.execute("UPDATE subjects SET key = ? WHERE row = ?", (key, found[0]))
            return found[0], key
        made = self._database.row(
            "INSERT INTO subjects (person_id, key) VALUES (?, ?) RETURNING row", (person_id, key)
        )
        assert made is not None  # noqa: S101 - RETURNING gives the row
        return made[0], key

    def mention(self, sequence: int, subject: int) -> None:
        """Note that the entry *sequence* is about *subject*, a row."""
        self._database.execute(
            "INSERT INTO mentions (sequence, subject) VALUES (?, ?)", (sequence, subject)
        )

    def people(self) -> tuple[str, ...]:
        """Return the ids of all people whose events can be read."""
        rows = self._database.rows("SELECT person_id FROM subjects WHERE person_id IS NOT NULL")
        return tuple(person_id for (person_id,) in rows)

    def known(self) -> dict[str, Known]:
        """Return all people whose events can be read, by their ids."""
        rows = self._database.rows(
            "SELECT person_id, key, ifnull(max(sequence), 0) FROM subjects"
            " LEFT JOIN mentions ON mentions.subject = subjects.row"
            " WHERE person_id IS NOT NULL GROUP BY person_id"
        )
        return {person_id: Known(key, newest) for person_id, key, newest in rows}

    def forget(self, person_id: str) -> int:
        """Delete a person's key and the list of her events; return how many events there were."""
        count = self._database.row(
            "SELECT count(*) FROM mentions JOIN subjects ON subjects.row = mentions.subject"
            " WHERE person_id = ?",
            (person_id,),
        )
        self._database.execute("DELETE FROM subjects WHERE person_id = ?", (person_id,))
        return 0 if count is None else int(count[0])

    def forget_text(self, sequence: int) -> None:
        """Delete the key of the text of entry *sequence*, which is about nobody who is enrolled.

        :raises NotFoundError: if there is no such text.
        """
        if not self._database.execute(
            "DELETE FROM subjects WHERE person_id IS NULL"
            " AND row = (SELECT subject FROM mentions WHERE sequence = ?)",
            (sequence,),
        ):
            raise NotFoundError(
                f"entry {sequence} has no text of its own that could be erased",
                remedy="What is about a person goes when she is erased: `ostiary people delete`.",
            )

    def forget_unmentioned(self) -> None:
        """Delete the keys that open no event any more."""
        self._database.execute(
            "DELETE FROM subjects WHERE row NOT IN (SELECT subject FROM mentions)"
        )
