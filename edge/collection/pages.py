"""One page of the people: searched, filtered, sorted, and gone on from either end.

A page is found by its ends, not by counting rows before it (keyset paging), so the last page costs
what the first costs, and nobody is shown twice or left out when others are enrolled meanwhile. All
that is asked about stands in the index people_by_name: a page of 50,000 people is found by one
walk through it, without touching their vectors.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

from edge.collection.collections import Collections
from edge.collection.person_rows import Person, read_people, sort_name_of
from edge.errors import CollectionError
from edge.storage.database import Database
from edge.storage.times import to_text

Sort: TypeAlias = Literal["name", "external_id", "created_at", "faces", "valid_until"]
PersonState: TypeAlias = Literal["valid", "suspended", "expired", "declined", "no-face"]

SORTS: tuple[Sort, ...] = get_args(Sort)
STATES: tuple[PersonState, ...] = get_args(PersonState)
"""*valid*: neither suspended nor outside the validity. *no-face*: no door can recognize her, be it
that she declined or that her photos are still missing."""

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
    "no-face": "faces = 0",
}
_MEANT = (
    "(instr(sort_name, :name) OR instr(external_id, :query) = 1"
    " OR substr(person_id, 1, length(:query)) = lower(:query)"
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


@dataclass(frozen=True, slots=True)
class _Place:
    """Between two people: right behind, or before, the one with this value and this id."""

    sort: str
    value: Any
    person_id: str
    backwards: bool = False


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
    place = None if cursor is None else _place_of(cursor, sort)
    backwards = place is not None and place.backwards
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
        told = {
            "at": collection.row,
            "query": query,
            "name": sort_name_of(query),
            "now": to_text(now),
            "value": place.value if place else None,
            "person_id": place.person_id if place else None,
            "limit": limit + 1,
        }
        found = database.rows(
            f"SELECT row, {key}, person_id FROM people WHERE {' AND '.join(conditions)}"  # noqa: S608 - constants only
            f" ORDER BY {key} {order}, person_id {order} LIMIT :limit",
            told,
        )
        total = collection.people
        if query or state is not None:
            counted = database.row(f"SELECT count(*) FROM people WHERE {everybody}", told)  # noqa: S608 - constants only
            total = counted[0] if counted else 0
        more = len(found) > limit
        shown = found[:limit][::-1] if backwards else found[:limit]
        people = read_people(database, [row for row, _, _ in shown])
    ends = [_Place(sort, value, person_id) for _, value, person_id in shown[:1] + shown[-1:]]
    return PeoplePage(
        people=people,
        total=total,
        next_cursor=_cursor(ends[-1]) if ends and (more or backwards) else None,
        previous_cursor=(
            _cursor(ends[0], backwards=True)
            if ends and (more if backwards else place is not None)
            else None
        ),
    )


def _cursor(place: _Place, *, backwards: bool = False) -> str:
    values = [place.sort, place.value, place.person_id, backwards]
    return base64.urlsafe_b64encode(json.dumps(values).encode("ascii")).decode("ascii").rstrip("=")


def _place_of(cursor: str, sort: str) -> _Place:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        place = _Place(*json.loads(text))
    except (ValueError, TypeError) as error:
        raise _unknown() from error
    well = isinstance(place.value, (str, int)) and isinstance(place.person_id, str)
    if not well or place.sort != sort:
        raise _unknown()
    return place


def _unknown() -> CollectionError:
    return CollectionError(
        "the list cannot go on from there", remedy="Begin with its first page again."
    )
