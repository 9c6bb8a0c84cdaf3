"""Whom a command means: a name, a badge number or an id must lead to one person."""

from __future__ import annotations

from datetime import UTC, datetime

from edge.audit import AuditEvent, EventKind
from edge.collection.people import People
from edge.collection.person_rows import Person
from edge.commands.actor import actor
from edge.commands.program import Program
from edge.errors import NotFoundError


def one_person(program: Program, query: str) -> Person:
    """Return the one person that *query* means.

    :raises NotFoundError: if nobody or more than one is meant.
    """
    core = program.core
    collection = core.settings.door.collection
    core.ensure_collection(collection)
    found = People(core.database).find(collection, query, limit=10)
    exact = [person for person in found if query in (person.name, person.person_id)]
    if len(exact) == 1:
        return exact[0]
    if len(found) != 1:
        raise NotFoundError(
            f"{len(found) or 'no'} people are meant by {query!r}",
            remedy="Name one by badge number or person id; `ostiary people list` shows them.",
        )
    return found[0]


def record(program: Program, kind: EventKind, person_id: str, what: str = "") -> None:
    """Record that whoever types this command did *what*, which ends in a comma, to a person.

    :raises AuditError: if it cannot be recorded.
    """
    program.core.audit.append(
        AuditEvent(
            kind=kind, at=datetime.now(UTC), person_id=person_id, detail=f"{what}by {actor()}"
        )
    )
