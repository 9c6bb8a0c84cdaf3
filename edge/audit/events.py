"""What is worth recording, and how an event is written: one canonical line of JSON.

Canonical, so that the same event always has the same hash: keys sorted, no blanks, times in UTC
with microseconds, numbers as the shortest text that reads back the same.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from edge.errors import AuditError
from edge.storage.times import from_text, to_text


class EventKind(StrEnum):
    """Every kind of event."""

    DECISION = "decision"
    REMOTE_UNLOCK = "remote-unlock"
    REMOTE_COMMAND = "remote-command"
    ENROLLED = "enrolled"
    PERSON_CHANGED = "person-changed"
    PERSON_DELETED = "person-deleted"
    PERSON_EXPORTED = "person-exported"
    FACES_INDEXED = "faces-indexed"
    FACE_DELETED = "face-deleted"
    BADGE_ADDED = "badge-added"
    BADGE_REVOKED = "badge-revoked"
    BADGE_REINSTATED = "badge-reinstated"
    BADGE_REMOVED = "badge-removed"
    COLLECTION_CREATED = "collection-created"
    COLLECTION_DELETED = "collection-deleted"
    SIGHTED = "sighted"
    DOOR_STARTED = "door-started"
    DOOR_STOPPED = "door-stopped"
    SIGN_IN = "sign-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    ACCOUNT_INVITED = "account-invited"
    ACCOUNT_CREATED = "account-created"
    ACCOUNT_REMOVED = "account-removed"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - an event, not a password
    SECOND_STEP_ON = "second-step-on"
    SECOND_STEP_OFF = "second-step-off"
    KEY_CREATED = "key-created"
    KEY_REVOKED = "key-revoked"
    PEOPLE_EXPORTED = "people-exported"
    PEOPLE_IMPORTED = "people-imported"
    EVENTS_EXPORTED = "events-exported"
    BACKED_UP = "backed-up"
    RESTORED = "restored"
    SITE_KEY_CHANGED = "site-key-changed"
    EMBEDDER_CHANGE_BEGAN = "embedder-change-began"
    EMBEDDER_CHANGE_FINISHED = "embedder-change-finished"
    EMBEDDER_CHANGE_TAKEN_BACK = "embedder-change-taken-back"
    SETTINGS_CHANGED = "settings-changed"
    CREDENTIAL_SHOWN = "credential-shown"
    EXIT_REQUESTED = "exit-requested"
    DOOR_OPENED = "door-opened"
    DOOR_CLOSED = "door-closed"
    HELD_OPEN_WARNING = "held-open-warning"
    HELD_OPEN = "held-open"
    FORCED_OPEN = "forced-open"
    TAMPERED = "tampered"
    TAMPER_ENDED = "tamper-ended"
    FIRE_RELEASE = "fire-release"
    FIRE_ENDED = "fire-ended"
    LOCKDOWN_BEGAN = "lockdown-began"
    LOCKDOWN_ENDED = "lockdown-ended"
    OFFICE_MODE_BEGAN = "office-mode-began"
    OFFICE_MODE_ENDED = "office-mode-ended"
    UNLOCK_SCHEDULE_BEGAN = "unlock-schedule-began"
    UNLOCK_SCHEDULE_ENDED = "unlock-schedule-ended"
    INPUT_FAULT = "input-fault"
    INPUT_RECOVERED = "input-recovered"
    READER_FAULT = "reader-fault"
    READER_RECOVERED = "reader-recovered"
    DURESS = "duress"
    RULES_CHANGED = "rules-changed"
    MEMBERSHIP_CHANGED = "membership-changed"
    PIN_CHANGED = "pin-changed"
    WHEREABOUTS_RESET = "whereabouts-reset"
    CHECKPOINT = "checkpoint"
    AUDIT_PRUNED = "audit-pruned"
    TEXT_ERASED = "text-erased"
    CLOCK_CHANGED = "clock-changed"
    DATABASE_DAMAGED = "database-damaged"
    FAULT = "fault"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One thing that happened.

    *at* is aware; *similarity* in percent; *person_id* and never a name. With a person, id and
    *detail* are stored so that erasing her makes them unreadable (``private.py``). Who did it
    stands last in *detail*, as "by account …", "by user …" or "by key …", and stays readable. An
    event about nobody keeps its *detail*, so it must not name anybody.
    """

    kind: EventKind
    at: datetime
    door: str | None = None
    outcome: str | None = None
    reason: str | None = None
    similarity: float | None = None
    person_id: str | None = None
    detail: str = ""


def to_body(event: AuditEvent) -> str:
    """Return *event* as its canonical line.

    :raises AuditError: if its kind is unknown, its time has no zone, or a number is not finite.
    """
    try:
        values = asdict(event) | {"kind": EventKind(event.kind).value, "at": to_text(event.at)}
        return json.dumps(
            {name: value for name, value in values.items() if value is not None},
            sort_keys=True,
            separators=(",", ":"),
            allow_nan=False,
        )
    except ValueError as error:
        raise AuditError(f"an event cannot be recorded: {error}") from error


def from_body(body: str) -> AuditEvent:
    """Return the event that :func:`to_body` wrote."""
    values = json.loads(body)
    return AuditEvent(**values | {"kind": EventKind(values["kind"]), "at": from_text(values["at"])})
