"""Looking for events: the newest that fit, and how many of them there are.

Looking is no proof: what is found is what the file says. Whether the file is whole, only
:meth:`edge.audit.Audit.verify` tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from edge.audit.chain import AuditEntry
from edge.audit.events import EventKind
from edge.audit.faults import as_audit_error
from edge.audit.private import read_body
from edge.errors import AuditBrokenError
from edge.storage.database import Database
from edge.storage.times import to_text

KEY = "(SELECT key FROM mentions JOIN subjects ON row = subject WHERE sequence = entries.sequence)"
"""The key of the person that an entry is about; NULL where there is none, or none any more."""

KEPT = "entries.sequence > (SELECT sequence FROM root)"
"""What is before the root was removed, even if it is not swept away yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events are looked for; None for any. Times are aware, *until* is not included."""

    kinds: tuple[EventKind, ...] | None = None
    person_ids: tuple[str, ...] | None = None
    door: str | None = None
    outcome: str | None = None
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many events of one outcome and reason began in *hour*."""

    hour: datetime
    outcome: str | None
    reason: str | None
    count: int


class EventSearch:
    """Searches in the database of one audit."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(
        self, wanted: Wanted, *, limit: int, before: int | None = None, after: int = 0
    ) -> tuple[AuditEntry, ...]:
        """Return up to *limit* entries, newest first, with numbers between *after* and *before*.

        :raises AuditError: if the file cannot be read.
        :raises AuditBrokenError: if an entry is no event.
        """
        where, values = _where(wanted)
        if before is not None:
            where, values = f"{where} AND sequence < ?", [*values, before]
        with as_audit_error("cannot be read"):
            rows = self._database.rows(
                f"SELECT sequence, body, hash, {KEY} FROM entries WHERE {where} AND sequence > ?"  # noqa: S608 - fixed words
                " ORDER BY sequence DESC LIMIT ?",
                [*values, after, limit],
            )
        return tuple(entry_of(*row) for row in rows)

    def kinds(self, *, after: int, until: int) -> dict[str, int]:
        """Return how many entries of each kind have a number behind *after*, up to *until*.

        :raises AuditError: if the file cannot be read.
        """
        with as_audit_error("cannot be read"):
            rows = self._database.rows(
                f"SELECT ifnull(kind, '?'), count(*) FROM entries WHERE {KEPT}"  # noqa: S608 - fixed words
                " AND sequence > ? AND sequence <= ? GROUP BY kind",
                (after, until),
            )
        return dict(rows)

    def numbers(self, wanted: Wanted) -> tuple[int, int] | None:
        """Return the numbers of the oldest and of the newest entry that fit, or None for none.

        :raises AuditError: if the file cannot be read.
        """
        where, values = _where(wanted)
        with as_audit_error("cannot be read"):
            row = self._database.row(
                f"SELECT min(sequence), max(sequence) FROM entries WHERE {where}",  # noqa: S608 - fixed words
                values,
            )
        return None if row is None or row[0] is None else (row[0], row[1])

    def hours(self, wanted: Wanted) -> tuple[Tally, ...]:
        """Return how many events there are in each hour (UTC), by outcome and reason.

        :raises AuditError: if the file cannot be read.
        """
        where, values = _where(wanted)
        with as_audit_error("cannot be read"):
            rows = self._database.rows(
                "SELECT substr(at, 1, 13) AS hour, outcome, reason, count(*) FROM entries"  # noqa: S608 - fixed words
                f" WHERE {where} GROUP BY hour, outcome, reason ORDER BY hour",
                values,
            )
        return tuple(
            Tally(datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC), outcome, reason, count)
            for hour, outcome, reason, count in rows
            if hour is not None
        )

    def similarities(self, wanted: Wanted, *, edges: Sequence[float]) -> dict[str, tuple[int, ...]]:
        """Return, by outcome, how many similarities lie between each two *edges*, in percent.

        The lower edge belongs to a bin, and the last edge to the last.

        :raises AuditError: if the file cannot be read.
        """
        where, values = _where(wanted)
        cases = " ".join(f"WHEN similarity < ? THEN {number}" for number in range(len(edges) - 2))
        with as_audit_error("cannot be read"):
            rows = self._database.rows(
                f"SELECT outcome, CASE {cases} ELSE {len(edges) - 2} END AS bin, count(*)"  # noqa: S608 - fixed words
                f" FROM entries WHERE similarity BETWEEN ? AND ? AND {where} GROUP BY outcome, bin",
                [*edges[1:-1], edges[0], edges[-1], *values],
            )
        counts: dict[str, list[int]] = {}
        for outcome, number, count in rows:
            counts.setdefault(str(outcome), [0] * (len(edges) - 1))[number] = count
        return {outcome: tuple(each) for outcome, each in counts.items()}

    def doors(self) -> tuple[str, ...]:
        """Return the names of all doors that were ever recorded.

        :raises AuditError: if the file cannot be read.
        """
        with as_audit_error("cannot be read"):
            # From each name to the next by the index: reading it whole would take a second a year.
            rows = self._database.rows(
                "WITH RECURSIVE named(door) AS (SELECT min(door) FROM entries WHERE door IS NOT NULL"
                " UNION ALL SELECT (SELECT min(door) FROM entries WHERE door > named.door)"
                " FROM named WHERE named.door IS NOT NULL)"
                " SELECT door FROM named WHERE door IS NOT NULL"
            )
        return tuple(name for (name,) in rows)


def entry_of(sequence: int, body: str, digest: str, key: bytes | None) -> AuditEntry:
    """Return the entry that is stored so; *key* is its person's.

    :raises AuditBrokenError: if it is no event, or the key does not fit.
    """
    try:
        event, erased = read_body(body, key)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise AuditBrokenError(
            f"the audit is broken: entry {sequence} is no event",
            remedy="Run `ostiary audit verify`.",
        ) from error
    return AuditEntry(sequence, event, digest, erased)


_ABOUT = (
    "entries.sequence IN (SELECT sequence FROM mentions JOIN subjects ON row = subject"
    " WHERE person_id IN ({}))"
)


def _where(wanted: Wanted) -> tuple[str, list[object]]:
    terms: list[str] = [KEPT]
    values: list[object] = []
    if wanted.kinds is not None:
        terms.append(f"kind IN ({', '.join('?' * len(wanted.kinds))})")
        values += wanted.kinds
    if wanted.person_ids is not None:
        terms.append(_ABOUT.format(", ".join("?" * len(wanted.person_ids))))
        values += wanted.person_ids
    for column, value in (
        ("door", wanted.door),
        ("outcome", wanted.outcome),
        ("reason", wanted.reason),
    ):
        if value is not None:
            terms.append(f"{column} = ?")
            values.append(value)
    for term, moment in (("at >= ?", wanted.since), ("at < ?", wanted.until)):
        if moment is not None:
            terms.append(term)
            values.append(to_text(moment))
    return " AND ".join(terms), values
