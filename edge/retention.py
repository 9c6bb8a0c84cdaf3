"""The sweep that erases whoever's time has come: personal data must not outlive its purpose."""

from __future__ import annotations

from datetime import datetime

from edge.audit import Audit, AuditEvent, EventKind
from edge.collection.people import Erased, People
from edge.errors import NotFoundError


def sweep(people: People, audit: Audit, now: datetime) -> tuple[Erased, ...]:
    """Erase everybody whose retention has ended by *now* (aware) from every file, and record it.

    :raises AuditError: if one cannot be recorded: she is not erased, those before her are.
    :raises StorageError: if it fails, or somebody is deleted, but not wiped from the log yet.
    """
    erased = []
    for person_id in people.overdue(now):
        try:
            person = people.get(person_id)
        except NotFoundError:
            continue  # somebody else was faster
        # Recorded first: what cannot be recorded must not happen, and erasing cannot be undone.
        audit.append(
            AuditEvent(
                kind=EventKind.PERSON_DELETED,
                at=now,
                person_id=person_id,
                reason="RETENTION",
                detail=f"faces {person.faces}, badges {len(person.badges)}, retention ended",
            )
        )
        erased.append(people.delete(person_id))
    return tuple(erased)
