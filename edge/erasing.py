"""Erasing a person, whoever asks for it: gone from every file, and recorded, or neither."""

from __future__ import annotations

from datetime import datetime

from edge.audit import Audit, AuditEvent, EventKind
from edge.collection.people import Erased, People
from edge.storage.database import Database

RETENTION = "RETENTION"
"""The reason of the sweep: the person may not be kept any longer."""


def erase(
    database: Database,
    audit: Audit,
    person_id: str,
    *,
    at: datetime,
    actor: str,
    reason: str | None = None,
) -> Erased:
    """Erase a person from every file and record it, *at* an aware time, without naming her.

    *actor* says in the audit who does it: an account's id or a system user, no name.

    :raises NotFoundError: if there is no such person.
    :raises AuditError: if it cannot be recorded; nothing is erased then.
    :raises StorageError: if she is deleted, but cannot be wiped from the log yet.
    """
    with database.transaction():
        erased = People(database).delete(person_id)
        audit.append(
            AuditEvent(
                kind=EventKind.PERSON_DELETED,
                at=at,
                person_id=person_id,
                reason=reason,
                detail=f"faces {erased.faces}, badges {erased.badges}, by {actor}",
            )
        )
    return erased
