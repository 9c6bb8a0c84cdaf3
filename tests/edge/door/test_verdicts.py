"""What becomes of the answer to two people who come together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from edge.access.ruleset import Door
from edge.access.verdict import Verdict
from edge.audit import AuditEntry, AuditEvent, EventKind
from edge.domain import Outcome, Reason
from edge.door.opening import LockOpening
from edge.door.passages import Passages
from edge.door.verdicts import Verdicts
from edge.portal import Note, PortalPolicy, Release
from edge.simulation.control import Control
from edge.simulation.people import Muster

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)

BOTH = Verdict(
    outcome=Outcome.GRANT,
    reason=Reason.MATCH,
    explanation="granted: schedule 'Always' of group Tellers, by face",
    person_id="bob",
    first_person_id="ada",
)


@dataclass
class Record:
    """Keeps what is recorded, and does *then* after the first."""

    then: Callable[[], None] = lambda: None
    events: list[AuditEvent] = field(default_factory=list)

    def append(self, event: AuditEvent) -> AuditEntry:
        self.events.append(event)
        if len(self.events) == 1:
            self.then()
        return AuditEntry(len(self.events), event, "")


def given(record: Record, control: Control) -> list[tuple[str | None, str | None, str | None]]:
    """Give the answer for both, and return what the record says of whom."""
    verdicts = Verdicts(
        door="Vault",
        opening=LockOpening(control),
        audit=record,
        passages=Passages(Muster()),
        observers=(),
    )
    verdicts.give(BOTH, NOW, Door(name="Vault"))
    return [
        (event.person_id, event.outcome, event.reason)
        for event in record.events
        if event.kind is EventKind.DECISION
    ]


def door(record: Record, locks: list[bool]) -> Control:
    """Return a control by the real machine, whose lock writes down when it is released."""

    def lock(release: Release | None) -> None:
        # The record comes first, of both.
        assert release is None or len(record.events) >= 2
        locks.append(release is not None)

    return Control(PortalPolicy(), clock=lambda: 1.0, note=list[Note]().append, lock=lock)


def test_both_are_recorded_before_the_lock_is_released() -> None:
    """Whoever asks the record who went in finds the first, too."""
    record, locks = Record(), list[bool]()
    assert given(record, door(record, locks)) == [
        ("ada", Outcome.GRANT, Reason.MATCH),
        ("bob", Outcome.GRANT, Reason.MATCH),
    ]
    assert locks == [True]


def test_both_are_corrected_where_the_door_does_not_open_after_all() -> None:
    """A lockdown may begin between the record and the lock."""
    record, locks = Record(), list[bool]()
    control = door(record, locks)
    record.then = lambda: control.lockdown(active=True)
    assert given(record, control)[-2:] == [
        ("ada", Outcome.DENY, Reason.LOCKDOWN),
        ("bob", Outcome.DENY, Reason.LOCKDOWN),
    ]
    assert locks == []
