"""People as they are stored, read many at a time: a page of a list costs three queries."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from edge.collection.badge_rows import BADGE_COLUMNS, badge_of
from edge.collection.text import is_presentable
from edge.domain import Badge, Credentials
from edge.errors import AlreadyExistsError, CollectionError, ConstraintError, NotFoundError
from edge.storage.database import Database, Row
from edge.storage.times import from_text, from_text_or_none, to_text, to_text_or_none

LEAST_ID_PREFIX = 4
"""Characters of a person id that make a search by it: fewer would find too many."""

LONGEST_NAME = 200
LONGEST_EXTERNAL_ID = 128
"""Characters, as of a user id in Amazon Rekognition."""

TOLD = (
    "name",
    "sort_name",
    "external_id",
    "valid_from",
    "valid_until",
    "consent_text_version",
    "consent_agreed_at",
    "consent_method",
    "retention_until",
    "declined",
)
"""The columns of what is told about a person, in the order of :func:`write_told`'s values."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to: which text, when, and how (signed, at the kiosk, …)."""

    text_version: str
    agreed_at: datetime
    method: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is told about a person. Open ends of the validity are None; times are aware.

    *retention_until*: when everything about her is to be erased, None for no end. *declined*: she
    refuses to be recognized by her face and carries a badge only; then she has no faces.
    """

    name: str
    external_id: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    consent: Consent | None = None
    retention_until: datetime | None = None
    declined: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A person as stored.

    *external_id* is an HR number or so, *faces* how many faces there are, *suspended_at* since when
    she may not pass, *look_alikes* the ids of people whom a door might take for her, *groups* the
    names by which the rules know her. *version* grows with every change of what is told about her:
    :meth:`People.update` compares it. *former_faces* counts those by the embedder of before, while
    it is changed.
    """

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
    suspended_at: datetime | None
    retention_until: datetime | None
    declined: bool
    look_alikes: tuple[str, ...]
    groups: frozenset[str]
    has_pin: bool
    version: int
    former_faces: int = 0

    @property
    def told(self) -> NewPerson:
        """What is told about her, to be changed in part and given to :meth:`People.update`."""
        return NewPerson(
            name=self.name,
            external_id=self.external_id,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            consent=self.consent,
            retention_until=self.retention_until,
            declined=self.declined,
        )


def credentials_of(person: Person) -> Credentials:
    """Return what a person may show at a door, as the door's own copy has it."""
    return Credentials(
        person_id=person.person_id,
        valid_from=person.valid_from,
        valid_until=person.valid_until,
        badges=person.badges,
        suspended=person.suspended_at is not None,
        look_alikes=bool(person.look_alikes),
        groups=person.groups,
        has_pin=person.has_pin,
    )


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
        f"SELECT person, {BADGE_COLUMNS} FROM badges"  # noqa: S608 - a constant
        " JOIN people ON people.row = badges.person AND people.collection = badges.collection"
        " WHERE people.row IN (SELECT value FROM json_each(?)) ORDER BY badges.row",
        (wanted,),
    ):
        badges.setdefault(row, []).append(badge_of(badge))
    look_alikes: dict[int, list[str]] = {}
    for row, other in database.rows(
        "WITH wanted AS (SELECT row, collection FROM people"
        " WHERE row IN (SELECT value FROM json_each(?))), pair AS ("
        " SELECT wanted.row, person_b AS other FROM wanted JOIN look_alikes AS known"
        "  ON known.collection = wanted.collection AND known.person_a = wanted.row"
        " UNION ALL SELECT wanted.row, person_a FROM wanted JOIN look_alikes AS known"
        "  ON known.collection = wanted.collection AND known.person_b = wanted.row)"
        " SELECT pair.row, person_id FROM pair JOIN people ON people.row = other ORDER BY person_id",
        (wanted,),
    ):
        look_alikes.setdefault(row, []).append(other)
    groups: dict[int, set[str]] = {}
    for row, group in database.rows(
        "SELECT people.row, group_name FROM people JOIN memberships AS member"
        " ON member.collection = people.collection AND member.person = people.row"
        " WHERE people.row IN (SELECT value FROM json_each(?))",
        (wanted,),
    ):
        groups.setdefault(row, set()).add(group)
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
            suspended_at=from_text_or_none(suspended_at),
            retention_until=from_text_or_none(retention_until),
            declined=bool(declined),
            look_alikes=tuple(look_alikes.get(row, ())),
            groups=frozenset(groups.get(row, ())),
            has_pin=bool(has_pin),
            version=version,
            former_faces=former_faces,
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
            suspended_at,
            retention_until,
            declined,
            version,
            former_faces,
            has_pin,
            *consent,
        ) in database.rows(
            "SELECT people.row, person_id, collection_id, name, external_id,"
            " valid_from, valid_until, people.created_at, people.faces,"
            " suspended_at, retention_until, declined, version, former_faces,"
            " EXISTS (SELECT 1 FROM pins WHERE pins.collection = people.collection"
            "  AND pins.person = people.row),"
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


def row_of(database: Database, person_id: str) -> tuple[int, str]:
    """Return a person's row and her collection's id.

    :raises NotFoundError: if there is no such person.
    """
    row = database.row(
        "SELECT people.row, collection_id FROM people"
        " JOIN collections ON collections.row = people.collection WHERE person_id = ?",
        (person_id,),
    )
    if row is None:
        raise NotFoundError(f"there is no person {person_id}")
    return row[0], row[1]


def write_told(database: Database, sql: str, person: NewPerson, more: Row) -> None:
    """Run *sql* with the values of :data:`TOLD`, then *more*; say what a refusal means.

    :raises AlreadyExistsError: if the external id is somebody else's.
    :raises CollectionError: if anything told is malformed.
    """
    try:
        database.execute(sql, (*_values(person), *more))
    except ConstraintError as error:
        if "person_validity" in error.message:
            raise CollectionError("the validity ends before it begins") from error
        raise AlreadyExistsError(
            f"the external id {person.external_id} is somebody's already"
        ) from error


def _values(person: NewPerson) -> Row:
    if not is_presentable(person.name, longest=LONGEST_NAME):
        raise CollectionError(
            "the name is empty, too long, or holds control characters",
            remedy=f"Give one of 1 to {LONGEST_NAME} characters.",
        )
    external_id = person.external_id
    if external_id is not None and not is_presentable(external_id, longest=LONGEST_EXTERNAL_ID):
        raise CollectionError(
            "the external id is empty, too long, or holds control characters",
            remedy=f"Give one of 1 to {LONGEST_EXTERNAL_ID} characters, or none.",
        )
    consent = person.consent
    return (
        person.name,
        sort_name_of(person.name),
        external_id,
        to_text_or_none(person.valid_from),
        to_text_or_none(person.valid_until),
        consent.text_version if consent else None,
        to_text(consent.agreed_at) if consent else None,
        consent.method if consent else None,
        to_text_or_none(person.retention_until),
        person.declined,
    )


def gone_among(database: Database, person_ids: Sequence[str]) -> tuple[str, ...]:
    """Return those of *person_ids* that nobody has any more, in any collection."""
    rows = database.rows(
        "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT person_id FROM people)",
        (json.dumps(list(person_ids)),),
    )
    return tuple(person_id for (person_id,) in rows)
