"""One page of the people: searched, filtered, sorted, and gone on from either end.

A page is found by its ends, not by counting rows before it (keyset paging), so the last page costs
what the first costs, and nobody is shown twice or left out when others are enrolled meanwhile. All
that is asked about stands in the index people_by_name: a page of 50,000 people is found by one
walk through it, without touching their vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, get_args

from edge.collection.collections import Collections
from edge.collection.person_rows import LEAST_ID_PREFIX, Person, read_people, sort_name_of
from edge.errors import NotFoundError
from edge.storage.database import Database
from edge.storage.times import to_text

Sort: TypeAlias = Literal["name", "external_id", "created_at", "faces", "valid_until"]
PersonState: TypeAlias = Literal[
    "valid", "suspended", "expired", "declined", "no-face", "to-enroll-anew"
]

SORTS: tuple[Sort, ...] = get_args(Sort)
STATES: tuple[PersonState, ...] = get_args(PersonState)
"""*valid*: neither suspended nor outside the validity. *no-face*: no door can recognize her, be it
that she declined or that her photos are still missing. *to-enroll-anew*: only what the embedder of
before made is there, while the site changes to another."""

_KEYS: dict[Sort, str] = {
    # Whoever has no value comes behind all who have one, as '~' does behind digits and letters.
    "name": "sort_name",
    "external_id": "ifnull(external_id, char(1114111))",
    "created_at": "created_at",
    "faces": "faces",
    "valid_until": "ifnull(valid_until, '~')",
}
_CONDITIONS: dict[PersonState, str] = {
    "valid": "suspended_at IS NULL AND ifnull(valid_from <= :now, TRUE)"
    " AND ifnull(valid_until > :now, TRUE)",
    "suspended": "suspended_at IS NOT NULL",
    "expired": "valid_until <= :now",
    "declined": "declined",
    "no-face": "faces = 0 AND former_faces = 0",
    "to-enroll-anew": "faces = 0 AND former_faces > 0",
}
_BACKWARDS = "-"
"""Begins a cursor that goes back. The rest is a person's id: an address tells nobody's name."""

_MEANT = (
    "(instr(sort_name, :name) OR instr(external_id, :query) = 1"
    " OR length(:query) >= :least AND substr(person_id, 1, length(:query)) = lower(:query)"
    " OR row IN (SELECT person FROM badges WHERE collection = :at"
    "  AND number >= :query AND number < :query || char(1114111)))"
)


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of people. *total* counts them on all pages; a cursor is None where there is no more."""

    people: tuple[Person, ...]
    total: int
    next_cursor: str | None
    previous_cursor: str | None


def read_page(
    database: Database,
    collection_id: str,
    *,
    query: str,
    sort: Sort,
    descending: bool,
    state: PersonState | None,
    limit: int,
    cursor: str | None,
    now: datetime,
) -> PeoplePage:
    """Return one page; see :meth:`edge.collection.people.People.page`."""
    backwards = cursor is not None and cursor.startswith(_BACKWARDS)
    place = None if cursor is None else cursor.removeprefix(_BACKWARDS)
    query = query.strip()
    conditions = ["collection = :at"]
    if query:
        conditions.append(_MEANT)
    if state is not None:
        conditions.append(_CONDITIONS[state])
    everybody = " AND ".join(conditions)
    key = _KEYS[sort]
    order, beyond = ("DESC", "<") if descending != backwards else ("ASC", ">")
    if place is not None:
        conditions.append(f"({key}, person_id) {beyond} (:value, :person_id)")
    with database.snapshot():
        collection = Collections(database).describe(collection_id)
        told: dict[str, object] = {
            "at": collection.row,
            "query": query,
            "least": LEAST_ID_PREFIX,
            "name": sort_name_of(query),
            "now": to_text(now),
            "person_id": place,
            "limit": limit + 1,
        }
        if place is not None:
            told["value"] = _value_at(database, key, told)
        found = database.rows(
            f"SELECT row FROM people WHERE {' AND '.join(conditions)}"  # noqa: S608 - constants only
            f" ORDER BY {key} {order}, person_id {order} LIMIT :limit",
            told,
        )
        total = collection.people
        if query or state is not None:
            counted = database.row(f"SELECT count(*) FROM people WHERE {everybody}", told)  # noqa: S608 - constants only
            total = counted[0] if counted else 0
        more = len(found) > limit
        shown = found[:limit][::-1] if backwards else found[:limit]
        people = read_people(database, [row for (row,) in shown])
    goes_on = more or backwards
    went_before = more if backwards else place is not None
    return PeoplePage(
        people=people,
        total=total,
        next_cursor=people[-1].person_id if people and goes_on else None,
        previous_cursor=_BACKWARDS + people[0].person_id if people and went_before else None,
    )


def _value_at(database: Database, key: str, told: dict[str, object]) -> object:
    """Return by what the person with id ``:person_id`` is sorted."""
    row = database.row(
        f"SELECT {key} FROM people WHERE person_id = :person_id AND +collection = :at",  # noqa: S608 - the key is a constant
        told,
    )
    if row is None:
        raise NotFoundError(
            "the list cannot go on from there: the person at that place is gone",
            remedy="Begin with its first page again.",
        )
    return row[0]
