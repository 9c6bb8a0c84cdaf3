"""How a door is, as far as its record tells: a fold of events, without clock or file.

What is known of the lock is what was recorded, not a look at the bolt: it counts as unlocked from
whatever released it until the time of a release is over, the door has closed behind somebody, or
what kept it unlocked has ended.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from edge.audit import AuditEvent, EventKind
from edge.domain import Outcome
from edge.storage.times import from_text_or_none, to_text_or_none

FIRE, OFFICE, SCHEDULE = "fire", "office-mode", "unlock-schedule"
"""What keeps a door unlocked for longer than somebody needs to pass."""

LOCK_FAULT = "LOCK_FAULT"
"""The reason of a release that was recorded and not obeyed, as :class:`edge.desk.Answer` has it."""

_ERASURES = frozenset({EventKind.PERSON_DELETED, EventKind.COLLECTION_DELETED})

_ITSELF = "door"
"""The program itself among the things that can be at fault."""


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
        """Tell whether the lock is released at *now* (aware), by what is recorded.

        A lockdown ends what was unlocked; fire and whoever leaves are let out all the same.
        """
        if not self.running:
            return False
        standing = self.standing & {FIRE} if self.lockdown else self.standing
        return bool(standing) or self.passing(now)

    def passing(self, now: datetime) -> bool:
        """Tell whether a release for somebody to pass still lasts at *now*."""
        return self.released_until is not None and now < self.released_until


def after(condition: Condition, event: AuditEvent, *, door: str, release: timedelta) -> Condition:
    """Return the condition of *door* once *event* has happened; *release* is how long one passes."""
    if event.kind in _ERASURES and event.person_id in (None, condition.person_id):
        # Where the record does not say who was erased, it may have been whoever is shown.
        return replace(condition, person_id=None)
    step = _STEPS.get(event.kind)
    if step is None or event.door != door:
        return condition
    return step(condition, event, release)


def _begun_anew(condition: Condition, event: AuditEvent, release: timedelta) -> Condition:  # noqa: ARG001
    """Return what is known when the door's program starts or ends: it is locked, people aside.

    What the inputs say is told anew; a lockdown outlasts the program.
    """
    return Condition(
        running=event.kind is EventKind.DOOR_STARTED,
        lockdown=condition.lockdown,
        person_id=condition.person_id,
        outcome=condition.outcome,
        reason=condition.reason,
        decided_at=condition.decided_at,
    )


def _decided(condition: Condition, event: AuditEvent, release: timedelta) -> Condition:
    # A door that decides works again, whatever failed before.
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
    # Of the exit button no outcome is recorded.
    if event.outcome == Outcome.DENY:
        disobeyed = event.reason == LOCK_FAULT
        return replace(condition, released_until=None) if disobeyed else condition
    return replace(condition, running=True, released_until=event.at + release)


def _failed(condition: Condition, event: AuditEvent, release: timedelta) -> Condition:  # noqa: ARG001
    # Whatever fails in the door's loop, it secures the lock.
    return replace(condition, faults=condition.faults | {_ITSELF}, released_until=None)


def _mended(condition: Condition, what: str) -> Condition:
    return replace(condition, faults=condition.faults - {what})


def _part(event: AuditEvent) -> str:
    """Return which part an event about inputs or readers is about: the first word of its detail."""
    family = event.kind.value.partition("-")[0]
    return " ".join((family, *event.detail.split()[:1]))


_Step: TypeAlias = Callable[[Condition, AuditEvent, timedelta], Condition]


def _becoming(**values: bool | None) -> _Step:
    """Return the step that gives a condition *values*."""
    return lambda condition, _event, _release: replace(condition, **values)  # type: ignore[arg-type]


def _begins(what: str) -> _Step:
    # Whoever leaves a door unlocked may leave it open.
    return lambda condition, _event, _release: replace(
        condition, standing=condition.standing | {what}, held_open=False
    )


def _ends(what: str) -> _Step:
    return lambda condition, _event, _release: replace(
        condition, standing=condition.standing - {what}
    )


def _breaks(condition: Condition, event: AuditEvent, release: timedelta) -> Condition:  # noqa: ARG001
    return replace(condition, faults=condition.faults | {_part(event)})


def _recovers(condition: Condition, event: AuditEvent, release: timedelta) -> Condition:  # noqa: ARG001
    return _mended(condition, _part(event))


_STEPS: dict[EventKind, _Step] = {
    EventKind.DOOR_STARTED: _begun_anew,
    EventKind.DOOR_STOPPED: _begun_anew,
    EventKind.DECISION: _decided,
    EventKind.REMOTE_UNLOCK: _released,
    EventKind.EXIT_REQUESTED: _released,
    EventKind.DOOR_OPENED: _becoming(opened=True),
    EventKind.DOOR_CLOSED: _becoming(
        opened=False, held_open=False, forced=False, released_until=None
    ),
    EventKind.HELD_OPEN: _becoming(opened=True, held_open=True),
    EventKind.FORCED_OPEN: _becoming(opened=True, forced=True),
    EventKind.TAMPERED: _becoming(tampered=True),
    EventKind.TAMPER_ENDED: _becoming(tampered=False),
    EventKind.LOCKDOWN_BEGAN: _becoming(lockdown=True, released_until=None),
    EventKind.LOCKDOWN_ENDED: _becoming(lockdown=False),
    EventKind.FIRE_RELEASE: _begins(FIRE),
    EventKind.FIRE_ENDED: _ends(FIRE),
    EventKind.OFFICE_MODE_BEGAN: _begins(OFFICE),
    EventKind.OFFICE_MODE_ENDED: _ends(OFFICE),
    EventKind.UNLOCK_SCHEDULE_BEGAN: _begins(SCHEDULE),
    EventKind.UNLOCK_SCHEDULE_ENDED: _ends(SCHEDULE),
    EventKind.INPUT_FAULT: _breaks,
    EventKind.READER_FAULT: _breaks,
    EventKind.INPUT_RECOVERED: _recovers,
    EventKind.READER_RECOVERED: _recovers,
    EventKind.FAULT: _failed,
}
"""What each kind of event does to a door's condition; the others do nothing."""


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
