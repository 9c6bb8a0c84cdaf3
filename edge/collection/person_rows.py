"""People as they are stored, read many at a time: a page of a list costs three queries."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from edge.collection.badge_rows import badge_of
from edge.domain import Badge
from edge.storage.database import Database
from edge.storage.times import from_text, from_text_or_none


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to: which text, when, and how (signed, at the kiosk, …)."""

    text_version: str
    agreed_at: datetime
    method: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is told about a person. Open ends of the validity are None; times are aware."""

    name: str
    external_id: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    consent: Consent | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person as stored. *faces* is how many faces there are, *external_id* an HR number or so."""

    person_id: str
    collection_id: str
    name: str
    external_id: str | None
    valid_from: datetime | None
    valid_until: datetime | None
    consent: Consent | None
    created_at: datetime
    faces: int
    badges: tuple[Badge, ...]


def sort_name_of(name: str) -> str:
    """Return *name* without case, accents and outer blanks, as people look it up: Élise as elise."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(letters.casefold().split())


def read_people(database: Database, rows: Sequence[int]) -> tuple[Person, ...]:
    """Return the people in *rows*, in that order; rows that are gone are left out."""
    wanted = json.dumps(list(rows))
    badges: dict[int, list[Badge]] = {}
    for row, *badge in database.rows(
        "SELECT person, number, badges.valid_from, badges.valid_until, revoked_at FROM badges"
        " JOIN people ON people.row = badges.person AND people.collection = badges.collection"
        " WHERE people.row IN (SELECT value FROM json_each(?)) ORDER BY badges.row",
        (wanted,),
    ):
        badges.setdefault(row, []).append(badge_of(badge))
    people = {
        row: Person(
            person_id=person_id,
            collection_id=collection_id,
            name=name,
            external_id=external_id,
            valid_from=from_text_or_none(valid_from),
            valid_until=from_text_or_none(valid_until),
            consent=_consent(consent),
            created_at=from_text(created_at),
            faces=faces,
            badges=tuple(badges.get(row, ())),
        )
        for (
            row,
            person_id,
            collection_id,
            name,
            external_id,
            valid_from,
            valid_until,
            created_at,
            faces,
            *consent,
        ) in database.rows(
            "SELECT people.row, person_id, collection_id, name, external_id,"
            " valid_from, valid_until, people.created_at,"
            " (SELECT count(*) FROM faces"
            "  WHERE faces.collection = people.collection AND faces.person = people.row),"
            " consent_text_version, consent_agreed_at, consent_method"
            " FROM people JOIN collections ON collections.row = people.collection"
            " WHERE people.row IN (SELECT value FROM json_each(?))",
            (wanted,),
        )
    }
    return tuple(people[row] for row in rows if row in people)


def _consent(columns: Sequence[str | None]) -> Consent | None:
    text_version, agreed_at, method = columns
    if text_version is None or agreed_at is None or method is None:
        return None
    return Consent(text_version, from_text(agreed_at), method)
