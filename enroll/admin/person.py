"""What the pages about one person share: whose page it is, in which state she is, what is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from edge.audit import EventKind
from edge.collection.people import Person
from edge.errors import NotFoundError
from enroll.accounts import Role
from enroll.auth import signed_in
from enroll.office import office

ENROLLING = (Role.OWNER, Role.MANAGER, Role.ENROLLER)
"""Who may enroll people, change what is told about them, and stop them: the desk."""

MANAGING = (Role.OWNER, Role.MANAGER)
"""Who may also let somebody in again, merge, erase, and take data out of the house."""


def person_of(person_id: UUID) -> Person:
    """Return a person of this door's collection.

    :raises NotFoundError: if there is none, or it is another collection's.
    """
    person = office().people.get(str(person_id))
    if person.collection_id != office().collection_id:
        raise NotFoundError(f"there is no person {person_id} in this collection")
    return person


def actor() -> str:
    """Return how the audit calls who is signed in: by id, not by name."""
    return f"account {signed_in().account_id}"


@contextmanager
def recorded(
    kind: EventKind, person: Person, *, reason: str | None = None, detail: str = ""
) -> Iterator[None]:
    """Do what is done inside and record it, both or neither.

    :raises AuditError: if it cannot be recorded; nothing is done then.
    """
    here = office()
    told = f"{detail}, by {actor()}" if detail else f"by {actor()}"
    with here.database.transaction():
        yield
        here.record(kind, reason=reason, person_id=person.person_id, detail=told)


def states_of(person: Person, now: datetime) -> tuple[str, ...]:
    """Return in words why a door may not let a person in by her face, most important first."""
    told = (
        ("suspended", person.suspended_at is not None),
        ("not valid yet", person.valid_from is not None and now < person.valid_from),
        ("expired", person.valid_until is not None and person.valid_until <= now),
        ("declined", person.declined),
        ("to be enrolled anew", bool(person.former_faces) and not person.faces),
        ("no face", not (person.faces or person.former_faces or person.declined)),
        ("look-alike", bool(person.look_alikes)),
        ("to be erased", person.retention_until is not None and person.retention_until <= now),
    )
    return tuple(word for word, so in told if so)
