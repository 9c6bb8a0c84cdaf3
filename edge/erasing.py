"""Erasing a person, whoever asks for it: gone from every file, and recorded, or neither.

What the record of events tells about her becomes unreadable with it. That somebody was erased, when
and by whom stays, without her id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

from edge.audit import Audit, AuditEvent, EventKind
from edge.collection.people import Erased, People
from edge.collection.person_rows import gone_among
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
    :raises AuditError: if it cannot be recorded; nothing is erased then. Or if it is done, but her
        key cannot be wiped from the audit's log yet.
    :raises StorageError: if she is deleted, but cannot be wiped from the log yet.
    """
    with erasing(database, audit) as record:
        erased = People(database).delete(person_id)
        detail = f"faces {erased.faces}, badges {erased.badges}, by {actor}"
        record(person_id, AuditEvent(EventKind.PERSON_DELETED, at, reason=reason, detail=detail))
    return erased


@contextmanager
def erasing(database: Database, audit: Audit) -> Iterator[Callable[[str, AuditEvent], None]]:
    """Erase somebody inside, in one transaction of *database*.

    Give what records it: it takes her id, and an event that must not name her.

    :raises AuditError: if the audit's log cannot be wiped yet; all else is done then.
    """
    with ExitStack() as afterwards, database.transaction():

        def record(person_id: str, event: AuditEvent) -> None:
            audit.erase_person(person_id, event)
            afterwards.callback(audit.wipe)

        yield record


def forget_gone(database: Database, audit: Audit) -> int:
    """Make unreadable what the audit tells about people who are no longer there; return how many.

    Whoever goes with her whole collection, or is gone since a backup was put back, is forgotten so.

    :raises AuditError: if it cannot be written, or not be wiped from the log yet.
    """
    # Nobody is enrolled meanwhile: her events are recorded before she is.
    with database.transaction():
        gone = gone_among(database, audit.people())
        for person_id in gone:
            audit.forget(person_id)
    if gone:
        audit.wipe()
    return len(gone)
