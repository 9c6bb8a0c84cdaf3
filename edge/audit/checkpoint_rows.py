"""Where checkpoints are stored: beside the chain, in the same file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from edge.audit.checkpoints import Stored
from edge.storage.database import Database
from edge.storage.times import from_text_or_none

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest checkpoint as its columns tell: which entry it signs, when it was made, by which key.

    *at* is None where it cannot be read.
    """

    number: int
    sequence: int
    at: datetime | None
    key: str
    stored: Stored


class Checkpoints:
    """The checkpoints in the database of one audit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> Newest | None:
        """Return the newest, if there is any; unchecked."""
        row = self._database.row(
            "SELECT number, sequence, at, json_extract(body, '$.key'), body, signature"
            " FROM checkpoints ORDER BY number DESC LIMIT 1"
        )
        if row is None:
            return None
        number, sequence, at, key, body, signature = row
        return Newest(number, sequence or 0, from_text_or_none(at), key, Stored(body, signature))

    def add(self, number: int, stored: Stored) -> None:
        """Store the next one."""
        self._database.execute(
            "INSERT INTO checkpoints (number, body, signature) VALUES (?, ?, ?)",
            (number, stored.body, stored.signature),
        )

    def since(self, sequence: int) -> Iterator[tuple[int, Stored]]:
        """Yield those of entry *sequence* and later, oldest first, each with its entry's number."""
        after = -1
        while True:
            rows = self._database.rows(
                "SELECT number, ifnull(sequence, -1), body, signature FROM checkpoints"
                " WHERE number > ? AND (sequence IS NULL OR sequence >= ?) ORDER BY number LIMIT ?",
                (after, sequence, PAGE),
            )
            if not rows:
                return
            for number, signed, body, signature in rows:
                yield signed, Stored(body, signature)
                after = number

    def before(self, sequence: int) -> tuple[int, str] | None:
        """Return number and hash of the last entry not after *sequence* that one signs, if any."""
        row = self._database.row(
            "SELECT sequence, head FROM checkpoints WHERE sequence <= ?"
            " ORDER BY sequence DESC LIMIT 1",
            (sequence,),
        )
        return None if row is None else (row[0], row[1])

    def behind(self, sequence: int) -> int | None:
        """Return the number of the first entry, *sequence* or later, that one signs, if any."""
        row = self._database.row(
            "SELECT min(sequence) FROM checkpoints WHERE sequence >= ?", (sequence,)
        )
        return None if row is None else row[0]
