"""How a door is, as far as its record tells: a fold of events, without clock or file.

What is known of the lock is what was recorded, not a look at the bolt: it counts as unlocked from
whatever released it until the time of a release is over, the door has closed behind somebody, or
what kept it unlocked has ended.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from edge.audit import AuditEvent, EventKind
from edge.domain import Outcome
from edge.storage.times import from_text_or_none, to_text_or_none

FIRE, OFFICE, SCHEDULE = "fire", "office mode", "schedule"
"""What keeps a door unlocked for longer than somebody needs to pass."""

_BEGINS = {
    EventKind.FIRE_RELEASE: FIRE,
    EventKind.OFFICE_MODE_BEGAN: OFFICE,
    EventKind.UNLOCK_SCHEDULE_BEGAN: SCHEDULE,
}
_ENDS = {
    EventKind.FIRE_ENDED: FIRE,
    EventKind.OFFICE_MODE_ENDED: OFFICE,
    EventKind.UNLOCK_SCHEDULE_ENDED: SCHEDULE,
}
_FAULTS = {EventKind.INPUT_FAULT: "input", EventKind.READER_FAULT: "reader"}
_RECOVERIES = {EventKind.INPUT_RECOVERED: "input", EventKind.READER_RECOVERED: "reader"}
_ITSELF = "door"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What the record tells of a door up to some event.

    *running*: the door's program has started and not ended. *opened*: None where no contact has
    told. *released_until* ends a release for somebody to pass, aware. *standing* keeps the door
    unlocked, *faults* names what does not work. *person_id* was let in last; *outcome*, *reason* and
    *decided_at* are those of the last decision about anybody.
    """

    running: bool = False
    opened: bool | None = None
    released_until: datetime | None = None
    standing: frozenset[str] = frozenset()
    held_open: bool = False
    forced: bool = False
    tampered: bool = False
    lockdown: bool = False
    faults: frozenset[str] = frozenset()
    person_id: str | None = None
    outcome: str | None = None
    reason: str | None = None
    decided_at: datetime | None = None

    def unlocked(self, now: datetime) -> bool:
        """Tell whether the lock is released at *now* (aware), by what is recorded."""
        if not self.running:
            return False
        if FIRE in self.standing:
            return True
        if self.lockdown:
            return False
        return bool(self.standing) or self.passing(now)

    def passing(self, now: datetime) -> bool:
        """Tell whether a release for somebody to pass still lasts at *now*."""
        return self.released_until is not None and now < self.released_until


def after(condition: Condition, event: AuditEvent, *, door: str, release: timedelta) -> Condition:
    """Return the condition of *door* once *event* has happened; *release* is how long one passes."""
    if event.kind is EventKind.PERSON_DELETED and event.person_id == condition.person_id:
        return replace(condition, person_id=None)
    if event.door != door:
        return condition
    if event.kind in _BEGINS:
        return replace(condition, standing=condition.standing | {_BEGINS[event.kind]})
    if event.kind in _ENDS:
        return replace(condition, standing=condition.standing - {_ENDS[event.kind]})
    if event.kind in _FAULTS:
        return _broken(condition, f"{_FAULTS[event.kind]} {event.detail}".strip())
    if event.kind in _RECOVERIES:
        return _mended(condition, f"{_RECOVERIES[event.kind]} {event.detail}".strip())
    return _after_one(condition, event, release)


def _after_one(condition: Condition, event: AuditEvent, release: timedelta) -> Condition:
    match event.kind:
        case EventKind.DOOR_STARTED | EventKind.DOOR_STOPPED:
            return _begun_anew(condition, running=event.kind is EventKind.DOOR_STARTED)
        case EventKind.DECISION:
            return _decided(condition, event, release)
        case EventKind.REMOTE_UNLOCK | EventKind.EXIT_REQUESTED:
            return _released(condition, event, release)
        case EventKind.DOOR_OPENED:
            return replace(condition, opened=True)
        case EventKind.DOOR_CLOSED:
            return replace(
                condition, opened=False, held_open=False, forced=False, released_until=None
            )
        case EventKind.HELD_OPEN:
            return replace(condition, opened=True, held_open=True)
        case EventKind.FORCED_OPEN:
            return replace(condition, opened=True, forced=True)
        case EventKind.TAMPERED | EventKind.TAMPER_ENDED:
            return replace(condition, tampered=event.kind is EventKind.TAMPERED)
        case EventKind.LOCKDOWN_BEGAN:
            return replace(condition, lockdown=True, released_until=None)
        case EventKind.LOCKDOWN_ENDED:
            return replace(condition, lockdown=False)
        case EventKind.FAULT:
            # Whatever fails in the door's loop, it secures the lock.
            return replace(_broken(condition, _ITSELF), released_until=None)
        case _:
            return condition


def _begun_anew(condition: Condition, *, running: bool) -> Condition:
    """Return what is known when the door's program starts or ends, locked: the people, no states."""
    return Condition(
        running=running,
        person_id=condition.person_id,
        outcome=condition.outcome,
        reason=condition.reason,
        decided_at=condition.decided_at,
    )


def _decided(condition: Condition, event: AuditEvent, release: timedelta) -> Condition:
    condition = _released(_mended(condition, _ITSELF), event, release)
    granted = event.outcome == Outcome.GRANT
    return replace(
        condition,
        person_id=event.person_id if granted else condition.person_id,
        outcome=event.outcome,
        reason=event.reason,
        decided_at=event.at,
    )


def _released(condition: Condition, event: AuditEvent, release: timedelta) -> Condition:
    # Of the exit button no outcome is recorded but a denial.
    if event.outcome == Outcome.DENY:
        return condition
    return replace(condition, running=True, released_until=event.at + release)


def _broken(condition: Condition, what: str) -> Condition:
    return replace(condition, faults=condition.faults | {what})


def _mended(condition: Condition, what: str) -> Condition:
    return replace(condition, faults=condition.faults - {what})


def to_memory(condition: Condition) -> str:
    """Return *condition* as a line of JSON, for :func:`from_memory`."""
    return json.dumps(
        {
            "running": condition.running,
            "opened": condition.opened,
            "released_until": to_text_or_none(condition.released_until),
            "standing": sorted(condition.standing),
            "held_open": condition.held_open,
            "forced": condition.forced,
            "tampered": condition.tampered,
            "lockdown": condition.lockdown,
            "faults": sorted(condition.faults),
            "person_id": condition.person_id,
            "outcome": condition.outcome,
            "reason": condition.reason,
            "decided_at": to_text_or_none(condition.decided_at),
        }
    )


def from_memory(text: str) -> Condition:
    """Return the condition that :func:`to_memory` wrote; an empty *text* is nothing known."""
    if not text:
        return Condition()
    values = json.loads(text)
    return Condition(
        **values
        | {
            "released_until": from_text_or_none(values["released_until"]),
            "decided_at": from_text_or_none(values["decided_at"]),
            "standing": frozenset(values["standing"]),
            "faults": frozenset(values["faults"]),
        }
    )
