"""Data that leaves the house: one person's, as she may ask for it, and the list of all."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, Response, stream_with_context
from flask.typing import ResponseReturnValue

from edge.audit import EventKind
from edge.collection.people import Person
from edge.days import first_day, last_day
from enroll import csv_text
from enroll.admin.person import MANAGING, actor, person_of
from enroll.auth import allow
from enroll.office import office

blueprint = Blueprint("exports", __name__, url_prefix="/admin/people")

AT_A_TIME = 500
"""People read at once while the list of all is sent."""

COLUMNS = (
    "name",
    "badge",
    "external_id",
    "valid_from",
    "valid_until",
    "suspended",
    "declined",
    "faces",
    "consent",
    "retention_until",
    "groups",
    "enrolled",
    "person_id",
)


@blueprint.get("/<uuid:person_id>/export.json")
@allow(*MANAGING)
def one(person_id: UUID) -> ResponseReturnValue:
    """Send everything stored about one person."""
    here, person = office(), person_of(person_id)
    told = here.people.export(person.person_id).to_json()
    here.record(EventKind.PEOPLE_EXPORTED, person_id=person.person_id, detail=f"by {actor()}")
    return _file(told, "application/json", f"person-{person.person_id[:8]}.json")


@blueprint.get("/export.csv")
@allow(*MANAGING)
def everybody() -> ResponseReturnValue:
    """Send the list of all people, without faces."""
    office().record(EventKind.PEOPLE_EXPORTED, reason="EVERYBODY", detail=f"by {actor()}")
    told = csv_text.lines(COLUMNS, map(_row, _everybody()))
    return _file(stream_with_context(told), "text/csv; charset=utf-8", "people.csv")


def _everybody() -> Iterator[Person]:
    here, cursor = office(), None
    while True:
        page = here.people.page(here.collection_id, limit=AT_A_TIME, cursor=cursor)
        yield from page.people
        cursor = page.next_cursor
        if cursor is None:
            return


def _row(person: Person) -> tuple[object, ...]:
    return (
        person.name,
        ";".join(badge.number for badge in person.badges if badge.revoked_at is None),
        person.external_id,
        first_day(person.valid_from),
        last_day(person.valid_until),
        first_day(person.suspended_at),
        "yes" if person.declined else "",
        person.faces,
        person.consent.text_version if person.consent else "",
        last_day(person.retention_until),
        ";".join(sorted(person.groups)),
        first_day(person.created_at),
        person.person_id,
    )


def _file(told: str | Iterator[str], mimetype: str, name: str) -> Response:
    return Response(
        told,
        content_type=mimetype,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
