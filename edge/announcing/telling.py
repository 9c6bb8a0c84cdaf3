"""What of an event leaves the device, and what never does.

Of a person her id; her name only where the settings say so. Never a similarity, which would tell
somebody with a mask how near she is; never what people wrote. The record holds no vector, picture
or PIN to begin with.
"""

from __future__ import annotations

from edge.audit import AuditEntry, AuditEvent, EventKind
from edge.storage.times import to_text

DOOR_KINDS = frozenset(
    {
        EventKind.DECISION,
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
        EventKind.FAULT,
        EventKind.ALARM,
    }
)
"""What a house's automation is told of; the office's work on people and accounts is not its matter."""

TOLD_DETAILS = frozenset(
    {
        EventKind.ALARM,
        EventKind.DOOR_OPENED,
        EventKind.FAULT,
        EventKind.FORCED_OPEN,
        EventKind.HELD_OPEN,
        EventKind.INPUT_FAULT,
        EventKind.INPUT_RECOVERED,
        EventKind.READER_FAULT,
        EventKind.READER_RECOVERED,
        EventKind.TAMPERED,
        EventKind.TAMPER_ENDED,
    }
)
"""Kinds whose detail is a word of the program's; that of others may be a person's."""

Told = dict[str, str | int]


def is_silent(event: AuditEvent) -> bool:
    """Tell whether *event* speaks of duress, which whoever stands at the door must not learn.

    The kind says so. A reason or a detail that did, of whatever kind, would be one as well.
    """
    if event.kind is EventKind.DURESS:
        return True
    return any("duress" in text.lower() for text in (event.reason or "", event.detail))


def told(entry: AuditEntry, *, name: str | None = None) -> Told:
    """Return what is told of *entry*; *name* is that of its person, where names are told.

    What is not known is left out.
    """
    event = entry.event
    values: dict[str, str | int | None] = {
        "sequence": entry.sequence,
        "kind": event.kind.value,
        "at": to_text(event.at),
        "door": event.door,
        "outcome": event.outcome,
        "reason": event.reason,
        "person_id": event.person_id,
        "person": name,
        "detail": (event.detail if event.kind in TOLD_DETAILS else "") or None,
    }
    return {key: value for key, value in values.items() if value is not None}
