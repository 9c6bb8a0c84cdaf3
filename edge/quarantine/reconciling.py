"""Who and what of a backup may come back without a person looking at it. Pure.

A backup is of last night, and since then somebody may have been erased, suspended, or taken out of a
group. What would undo that must not come back by itself. The record of events survives the people's
file, tells what happened since, and is chained; so what it tells is done again, on the safe side:

- Who was erased stays erased. The record forgets whom an erasure was of, but each person's key in it
  goes with her: who had one when the backup was made, and has it no more, was erased.
- Of whom faces or told things may have been taken since, stays out: they must not come back.
- Who lost a right since, or may have, comes back suspended.
- If somebody was erased of whom the record cannot tell, or a nameless face, or a collection, nobody
  comes back.
- If the rules changed, or anything happened that is not understood here, all come back, and the door
  is locked down until somebody has looked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from edge.audit import AuditEntry, AuditEvent, EventKind
from edge.audit.subjects import Known

HARMLESS = frozenset(
    {
        # What happened at a door, or was looked at.
        EventKind.DECISION,
        EventKind.SIGHTED,
        EventKind.REMOTE_UNLOCK,
        EventKind.REMOTE_COMMAND,
        EventKind.DOOR_STARTED,
        EventKind.DOOR_STOPPED,
        EventKind.CREDENTIAL_SHOWN,
        EventKind.EXIT_REQUESTED,
        EventKind.DOOR_OPENED,
        EventKind.DOOR_CLOSED,
        EventKind.HELD_OPEN_WARNING,
        EventKind.HELD_OPEN,
        EventKind.FORCED_OPEN,
        EventKind.TAMPERED,
        EventKind.TAMPER_ENDED,
        EventKind.FIRE_RELEASE,
        EventKind.FIRE_ENDED,
        EventKind.LOCKDOWN_BEGAN,
        EventKind.LOCKDOWN_ENDED,
        EventKind.OFFICE_MODE_BEGAN,
        EventKind.OFFICE_MODE_ENDED,
        EventKind.UNLOCK_SCHEDULE_BEGAN,
        EventKind.UNLOCK_SCHEDULE_ENDED,
        EventKind.INPUT_FAULT,
        EventKind.INPUT_RECOVERED,
        EventKind.READER_FAULT,
        EventKind.READER_RECOVERED,
        EventKind.DURESS,
        EventKind.ALARM,
        EventKind.FAULT,
        EventKind.CHECKPOINT,
        EventKind.AUDIT_PRUNED,
        EventKind.TEXT_ERASED,
        EventKind.CLOCK_CHANGED,
        EventKind.DATABASE_DAMAGED,
        EventKind.PERSON_EXPORTED,
        EventKind.PEOPLE_EXPORTED,
        EventKind.EVENTS_EXPORTED,
        EventKind.BACKED_UP,
        # What concerns the pages' accounts, which lie in another file.
        EventKind.SIGN_IN,
        EventKind.SIGN_IN_REFUSED,
        EventKind.ACCOUNT_INVITED,
        EventKind.ACCOUNT_CREATED,
        EventKind.ACCOUNT_REMOVED,
        EventKind.PASSWORD_CHANGED,
        EventKind.SECOND_STEP_ON,
        EventKind.SECOND_STEP_OFF,
        EventKind.KEY_CREATED,
        EventKind.KEY_REVOKED,
        # What only gave something, which is lost now.
        EventKind.ENROLLED,
        EventKind.FACES_INDEXED,
        EventKind.BADGE_ADDED,
        EventKind.BADGE_REINSTATED,
        EventKind.COLLECTION_CREATED,
    }
)
"""Kinds of events after which an older state of the people lets in nobody whom the newer would not."""

TAKING_RIGHTS = frozenset(
    {
        EventKind.BADGE_REVOKED,
        EventKind.BADGE_REMOVED,
        EventKind.MEMBERSHIP_CHANGED,
        EventKind.PIN_CHANGED,
    }
)
GIVING = frozenset({"RESUMED", "LOOK_ALIKE_REMOVED"})
"""Reasons of a changed person by which she only gains."""

NAMELESS_ERASURES = frozenset({EventKind.FACE_DELETED, EventKind.COLLECTION_DELETED})

ACCOUNTS = frozenset(
    {
        EventKind.ACCOUNT_INVITED,
        EventKind.ACCOUNT_CREATED,
        EventKind.ACCOUNT_REMOVED,
        EventKind.PASSWORD_CHANGED,
        EventKind.SECOND_STEP_ON,
        EventKind.SECOND_STEP_OFF,
        EventKind.KEY_CREATED,
        EventKind.KEY_REVOKED,
    }
)
"""Kinds after which an older state of the accounts would let in whom the newer would not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivors:
    """What may come back of a backup's people.

    *erased* and *out* stay out, *suspended* come back so. *lockdown*: somebody must look first.
    *refused* says in words why nobody comes back, if so. *lost* is how many were enrolled since.
    """

    erased: frozenset[str] = frozenset()
    out: frozenset[str] = frozenset()
    suspended: frozenset[str] = frozenset()
    lockdown: bool = False
    refused: str = ""
    lost: int = 0


def survivors(
    people: Iterable[str],
    *,
    then: Mapping[str, Known],
    now: Mapping[str, Known],
    root: int,
    since: Iterable[AuditEntry],
) -> Survivors:
    """Return who of *people*, the ids of a backup, may come back.

    *then* and *now*: whom the record knew when the backup was made, and whom it knows. *root*: up to
    which number events have been removed. *since*: what happened after the backup.
    """
    people, entries = tuple(people), tuple(since)
    erasures = sum(entry.event.kind is EventKind.PERSON_DELETED for entry in entries)
    nameless = next((e.event.kind for e in entries if e.event.kind in NAMELESS_ERASURES), None)
    if nameless is not None:
        return Survivors(refused=f"since the backup there was a {nameless}, of whom is not told")
    gone = {who for who in people if who in then and _key(then, who) != _key(now, who)}
    erased = {who for who in gone if then[who].newest > root}
    unknown = [who for who in people if who not in then or (who in gone and who not in erased)]
    if erasures > len(erased) and unknown:
        return Survivors(
            refused="of somebody who was erased since the backup nothing tells who it was"
        )
    out, suspended, lockdown = set(), set(), False
    for entry in entries:
        event = entry.event
        if event.kind in HARMLESS or event.kind is EventKind.PERSON_DELETED or entry.erased:
            continue
        if event.person_id is None or event.kind not in TAKING_RIGHTS | {EventKind.PERSON_CHANGED}:
            lockdown = True
        elif event.kind in TAKING_RIGHTS or _of_rights(event):
            suspended.add(event.person_id)
        elif event.reason not in GIVING:
            out.add(event.person_id)
    known = frozenset(people)
    return Survivors(
        erased=frozenset(erased),
        out=(frozenset(out) & known) - erased,
        suspended=(frozenset(suspended) & known) - erased - out,
        lockdown=lockdown,
        lost=len(_enrolled(entries) - known),
    )


def accounts_are_as_they_were(since: Iterable[AuditEntry]) -> bool:
    """Tell whether nothing of the pages' accounts changed in the events *since* a backup."""
    return not any(entry.event.kind in ACCOUNTS for entry in since)


def _enrolled(entries: Iterable[AuditEntry]) -> set[str]:
    """Return who was enrolled, and is not erased since."""
    told = (entry.event for entry in entries if entry.event.kind is EventKind.ENROLLED)
    return {event.person_id for event in told if event.person_id is not None}


def _key(known: Mapping[str, Known], person_id: str) -> bytes | None:
    found = known.get(person_id)
    return None if found is None else found.key


def _of_rights(event: AuditEvent) -> bool:
    """Tell whether a changed person is one who was suspended or marked, and nothing else."""
    told = event.detail.startswith(("suspended,", "resumed,"))
    return told or event.reason in {"SUSPENDED", "LOOK_ALIKE"}
