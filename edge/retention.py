"""The sweep that erases whoever's time has come: personal data must not outlive its purpose."""

from __future__ import annotations

from datetime import datetime

from edge.audit import Audit
from edge.collection.people import Erased, People
from edge.erasing import RETENTION, erase, forget_gone
from edge.errors import ClockError, NotFoundError
from edge.storage.aside import is_aside
from edge.storage.database import Database
from edge.storage.names import COLLECTION_FILE


def sweep(
    database: Database, audit: Audit, now: datetime, *, actor: str, believe_clock: bool = False
) -> tuple[Erased, ...]:
    """Erase everybody whose retention has ended by *now* (aware) from every file, and record it.

    What the audit tells about people who went with their collection is made unreadable, too, and
    what an earlier erasure could not wipe from its log yet is wiped. Its newest events are signed,
    where no door runs that does so. A clock that may be far ahead erases nobody, unless it is to be
    believed: *believe_clock*.

    :raises ClockError: if somebody would be erased by such a clock; all else is done.
    :raises AuditError: if one cannot be recorded: she is not erased, those before her are.
    :raises StorageError: if it fails, or somebody is deleted, but not wiped from the log yet.
    """
    erased, overdue, doubt = [], People(database).overdue(now), None
    if overdue and not believe_clock:
        try:
            audit.refuse_leap(now)
        except ClockError as error:
            overdue, doubt = (), error
    for person_id in overdue:
        try:
            erased.append(erase(database, audit, person_id, at=now, actor=actor, reason=RETENTION))
        except NotFoundError:
            continue  # somebody else was faster
    if not is_aside(database.path.parent, COLLECTION_FILE):
        # Else nobody may be there who will be put back, and the record must tell who was erased.
        forget_gone(database, audit)
    audit.wipe()
    audit.seal()
    if doubt is not None:
        raise doubt
    return tuple(erased)
