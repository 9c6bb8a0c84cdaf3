"""How far each destination has come in the record, in a small encrypted file of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from edge.storage.key import Key
from edge.storage.sqlite import open_database
from edge.storage.times import from_text, from_text_or_none, to_text

MOST_GIVEN_UP = 200
"""Refused events that are listed for a destination; of older ones only the count remains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the destination *name* is.

    *cursor* is the number of the last entry it is done with. *tries* and *try_after* (aware) are of
    the next one, *fault* says in words why it is not delivered, *memory* is the destination's own.
    """

    name: str
    cursor: int
    delivered: int = 0
    delivered_at: datetime | None = None
    passed_over: int = 0
    tries: int = 0
    try_after: datetime | None = None
    fault: str = ""
    memory: str = ""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An event that a destination refused, when it was given up (aware), and why."""

    name: str
    sequence: int
    at: datetime
    why: str


class Ledger:
    """The places in one file; threads and processes may share it.

    :raises StorageError: if the file cannot be opened; see :func:`open_database`.
    """

    def __init__(self, path: Path, key: Key) -> None:
        self._database = open_database(path, key, migrations="edge.announcing")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back; may be called twice."""
        self._database.close()

    @property
    def installation(self) -> str:
        """12 hexadecimal digits that tell this installation from every other.

        :raises StorageError: if the file cannot be read.
        """
        ((found,),) = self._database.rows("SELECT id FROM installation")
        return str(found)

    def place(self, name: str) -> Place | None:
        """Return where *name* is, or None if it has not begun.

        :raises StorageError: if the file cannot be read.
        """
        rows = self._database.rows(f"{_SELECT} WHERE name = ?", (name,))
        return _place(*rows[0]) if rows else None

    def places(self) -> tuple[Place, ...]:
        """Return where every destination is that ever began, by name.

        :raises StorageError: if the file cannot be read.
        """
        return tuple(_place(*row) for row in self._database.rows(f"{_SELECT} ORDER BY name"))

    def begin(self, name: str, *, cursor: int, memory: str = "") -> Place:
        """Let *name* begin behind entry *cursor*, unless it has begun already; return its place.

        :raises StorageError: if it could not be written.
        """
        self._database.execute(
            "INSERT INTO destinations (name, cursor, memory) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (name, cursor, memory),
        )
        place = self.place(name)
        assert place is not None  # noqa: S101 - it was written before
        return place

    def advance(
        self,
        name: str,
        cursor: int,
        *,
        now: datetime,
        delivered: int,
        passed_over: int,
        memory: str,
    ) -> None:
        """Note that *name* is done with everything up to *cursor*, and that nothing fails there.

        :raises StorageError: if it could not be written; the place is as it was.
        """
        self._database.execute(
            "UPDATE destinations SET cursor = ?, delivered = delivered + ?,"
            " delivered_at = iif(?, ?, delivered_at), passed_over = passed_over + ?,"
            " tries = 0, try_after = NULL, fault = '', memory = ? WHERE name = ?",
            (cursor, delivered, delivered > 0, to_text(now), passed_over, memory, name),
        )

    def failed(
        self, name: str, cursor: int, fault: str, *, tries: int, try_after: datetime | None
    ) -> None:
        """Note why *name* does not get on behind *cursor*, and when it will try again.

        :raises StorageError: if it could not be written.
        """
        self._database.execute(
            "UPDATE destinations SET cursor = ?, fault = ?, tries = ?, try_after = ? WHERE name = ?",
            (cursor, fault, tries, None if try_after is None else to_text(try_after), name),
        )

    def give_up(self, name: str, sequence: int, why: str, *, now: datetime) -> None:
        """List the entry *sequence* as one that *name* refused, and pass it over.

        :raises StorageError: if it could not be written; the place is as it was.
        """
        with self._database.transaction():
            self._database.execute(
                "INSERT INTO given_up (name, sequence, at, why) VALUES (?, ?, ?, ?)",
                (name, sequence, to_text(now), why),
            )
            self._database.execute(
                "DELETE FROM given_up WHERE name = ?1 AND number <="
                " (SELECT number FROM given_up WHERE name = ?1"
                " ORDER BY number DESC LIMIT 1 OFFSET ?2)",
                (name, MOST_GIVEN_UP),
            )
            self._database.execute(
                "UPDATE destinations SET cursor = ?, passed_over = passed_over + 1,"
                " tries = 0, try_after = NULL, fault = '' WHERE name = ?",
                (sequence, name),
            )

    def given_up(self, name: str, *, limit: int = MOST_GIVEN_UP) -> tuple[GivenUp, ...]:
        """Return what *name* refused, the newest first.

        :raises StorageError: if the file cannot be read.
        """
        rows = self._database.rows(
            "SELECT name, sequence, at, why FROM given_up WHERE name = ?"
            " ORDER BY number DESC LIMIT ?",
            (name, limit),
        )
        return tuple(GivenUp(found, number, from_text(at), why) for found, number, at, why in rows)


_SELECT = (
    "SELECT name, cursor, delivered, delivered_at, passed_over, tries, try_after, fault, memory"
    " FROM destinations"
)


def _place(
    name: str,
    cursor: int,
    delivered: int,
    delivered_at: str | None,
    passed_over: int,
    tries: int,
    try_after: str | None,
    fault: str,
    memory: str,
) -> Place:
    return Place(
        name=name,
        cursor=cursor,
        delivered=delivered,
        delivered_at=from_text_or_none(delivered_at),
        passed_over=passed_over,
        tries=tries,
        try_after=from_text_or_none(try_after),
        fault=fault,
        memory=memory,
    )
