"""How a door is by its record: what unlocks it, what locks it, what is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.announcing.condition import Condition, after, from_memory, to_memory
from edge.audit import AuditEvent, EventKind
from tests.edge.announcing.conftest import DOOR, RELEASE

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SOON = NOON + timedelta(seconds=1)
LATER = NOON + timedelta(minutes=1)


def at_noon(*kinds: EventKind | AuditEvent, before: Condition | None = None) -> Condition:
    """Return the condition of a running door after events of *kinds*, all at noon."""
    condition = before or Condition(running=True)
    for kind in kinds:
        happened = kind if isinstance(kind, AuditEvent) else AuditEvent(kind, NOON, door=DOOR)
        condition = after(condition, happened, door=DOOR, release=RELEASE)
    return condition


def decision(outcome: str, **values: str) -> AuditEvent:
    """Return a decision at noon."""
    return AuditEvent(EventKind.DECISION, NOON, door=DOOR, outcome=outcome, **values)  # type: ignore[arg-type]


def test_a_grant_unlocks_for_as_long_as_the_lock_is_released() -> None:
    """Then the lock is secured, without an event that says so."""
    granted = at_noon(decision("grant", reason="MATCH", person_id="ada"))

    assert granted.unlocked(SOON)
    assert granted.unlocked(NOON + RELEASE - timedelta(microseconds=1))
    assert not granted.unlocked(NOON + RELEASE)


def test_a_denial_unlocks_nothing_and_is_remembered() -> None:
    """Who was let in last stays who was let in last."""
    granted = at_noon(decision("grant", reason="MATCH", person_id="ada"))
    denied = at_noon(
        decision("deny", reason="NO_BADGE", person_id="bob"),
        before=replace(granted, released_until=None),
    )

    assert not denied.unlocked(SOON)
    assert (denied.outcome, denied.reason, denied.person_id) == ("deny", "NO_BADGE", "ada")


def test_the_door_is_locked_again_when_it_has_closed() -> None:
    """Whoever was let in has passed."""
    passed = at_noon(decision("grant"), EventKind.DOOR_OPENED, EventKind.DOOR_CLOSED)

    assert passed.opened is False
    assert not passed.unlocked(SOON)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (EventKind.FIRE_RELEASE, EventKind.FIRE_ENDED),
        (EventKind.OFFICE_MODE_BEGAN, EventKind.OFFICE_MODE_ENDED),
        (EventKind.UNLOCK_SCHEDULE_BEGAN, EventKind.UNLOCK_SCHEDULE_ENDED),
    ],
)
def test_what_keeps_a_door_unlocked_does_so_until_it_ends(
    begins: EventKind, ends: EventKind
) -> None:
    """However long that is, and whoever passes meanwhile."""
    kept = at_noon(begins, decision("grant"), EventKind.DOOR_OPENED, EventKind.DOOR_CLOSED)

    assert kept.unlocked(LATER)
    assert not at_noon(ends, before=kept).unlocked(LATER)


def test_two_reasons_end_one_by_one() -> None:
    """The schedule may end while office mode goes on."""
    both = at_noon(EventKind.UNLOCK_SCHEDULE_BEGAN, EventKind.OFFICE_MODE_BEGAN)

    assert at_noon(EventKind.UNLOCK_SCHEDULE_ENDED, before=both).unlocked(LATER)


def test_a_lockdown_locks_whatever_is_unlocked_but_for_fire_and_the_way_out() -> None:
    """Nobody is locked in."""
    open_office = at_noon(EventKind.OFFICE_MODE_BEGAN, decision("grant"))
    lockdown = at_noon(EventKind.LOCKDOWN_BEGAN, before=open_office)

    assert lockdown.lockdown
    assert not lockdown.unlocked(SOON)
    assert at_noon(EventKind.EXIT_REQUESTED, before=lockdown).unlocked(SOON)
    assert at_noon(EventKind.FIRE_RELEASE, before=lockdown).unlocked(LATER)


@pytest.mark.parametrize("kind", [EventKind.DOOR_STARTED, EventKind.DOOR_STOPPED])
def test_a_start_or_an_end_of_the_program_finds_the_door_locked_and_unknown(
    kind: EventKind,
) -> None:
    """The lock is secured first and last; what the inputs say is told anew."""
    before = at_noon(
        decision("grant", person_id="ada"),
        EventKind.FIRE_RELEASE,
        EventKind.FORCED_OPEN,
        EventKind.TAMPERED,
        EventKind.FAULT,
    )

    begun = at_noon(kind, before=before)

    assert not begun.unlocked(SOON)
    assert (begun.opened, begun.forced, begun.tampered, begun.faults) == (
        None,
        False,
        False,
        frozenset(),
    )
    assert begun.person_id == "ada"
    assert begun.running is (kind is EventKind.DOOR_STARTED)


def test_a_lockdown_outlasts_the_program() -> None:
    """A door that is started anew is in lockdown, as it was; nobody tells that it began."""
    locked_down = at_noon(EventKind.LOCKDOWN_BEGAN, EventKind.DOOR_STOPPED, EventKind.DOOR_STARTED)

    assert locked_down.lockdown
    assert not at_noon(EventKind.LOCKDOWN_ENDED, before=locked_down).lockdown


def test_alarms_of_the_leaf_end_when_it_closes() -> None:
    """Forced or held: closed is closed."""
    forced = at_noon(EventKind.FORCED_OPEN)
    held = at_noon(EventKind.HELD_OPEN)

    assert (forced.forced, held.held_open) == (True, True)
    assert (forced.opened, held.opened) == (True, True)
    for alarm in (forced, held):
        closed = at_noon(EventKind.DOOR_CLOSED, before=alarm)
        assert (closed.forced, closed.held_open, closed.opened) == (False, False, False)


def test_each_part_recovers_by_its_name() -> None:
    """The recovery of one input says nothing of another; the first word of the detail is the name."""
    lost = AuditEvent(
        EventKind.INPUT_FAULT, NOON, door=DOOR, detail="rex lost; it releases nothing"
    )
    other = AuditEvent(EventKind.INPUT_FAULT, NOON, door=DOOR, detail="contact active for too long")
    reader = AuditEvent(EventKind.READER_FAULT, NOON, door=DOOR)
    back = AuditEvent(EventKind.INPUT_RECOVERED, NOON, door=DOOR, detail="rex")

    broken = at_noon(lost, other, reader)

    assert broken.faults == {"input rex", "input contact", "reader"}
    assert at_noon(back, before=broken).faults == {"input contact", "reader"}


def test_a_fault_of_the_door_locks_it_until_it_decides_again() -> None:
    """Which it does no sooner than it works."""
    failed = at_noon(decision("grant"), EventKind.FAULT)

    assert not failed.unlocked(SOON)
    assert failed.faults == {"door"}
    assert at_noon(decision("deny"), before=failed).faults == frozenset()


def test_a_denied_request_unlocks_nothing() -> None:
    """A remote unlock is one only if the door agreed, and its lock obeyed."""
    request = AuditEvent(EventKind.REMOTE_UNLOCK, NOON, door=DOOR, outcome="deny", reason="STALE")

    granted = at_noon(replace(request, outcome="grant"))
    assert not at_noon(request).unlocked(SOON)
    assert granted.unlocked(SOON)
    assert at_noon(replace(request, reason="BUSY"), before=granted).unlocked(SOON)
    assert not at_noon(replace(request, reason="LOCK_FAULT"), before=granted).unlocked(SOON)


def test_what_happens_at_another_door_is_no_matter_of_this_one() -> None:
    """A stream of another camera may be in the same record."""
    before = at_noon(decision("deny"))

    assert at_noon(AuditEvent(EventKind.FORCED_OPEN, NOON, door="back"), before=before) == before


def test_an_erased_person_is_forgotten_here_as_well() -> None:
    """Of her nothing may be shown any longer; where the record is silent, it may have been her."""
    granted = at_noon(decision("grant", person_id="ada"))

    for kind in (EventKind.PERSON_DELETED, EventKind.COLLECTION_DELETED):
        assert at_noon(AuditEvent(kind, NOON), before=granted).person_id is None

    assert (
        at_noon(
            AuditEvent(EventKind.PERSON_DELETED, NOON, person_id="ada"), before=granted
        ).person_id
        is None
    )
    assert (
        at_noon(
            AuditEvent(EventKind.PERSON_DELETED, NOON, person_id="bob"), before=granted
        ).person_id
        == "ada"
    )


events = st.builds(
    AuditEvent,
    kind=st.sampled_from(EventKind),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    door=st.sampled_from([DOOR, "back", None]),
    outcome=st.sampled_from(["grant", "deny", None]),
    reason=st.sampled_from(["MATCH", "STALE", None]),
    person_id=st.sampled_from(["ada", "bob", None]),
    detail=st.text(max_size=20),
)


@given(st.lists(events, max_size=30))
def test_any_history_is_remembered_exactly(history: list[AuditEvent]) -> None:
    """What the next process reads is what this one knew."""
    condition = at_noon(*history, before=Condition())

    assert from_memory(to_memory(condition)) == condition


@given(st.lists(events, max_size=30), events)
def test_nothing_is_unlocked_long_after_the_last_event_without_a_standing_reason(
    history: list[AuditEvent], last: AuditEvent
) -> None:
    """A page that shows an unlocked door for ever would be believed."""
    condition = at_noon(*history, last, before=Condition())
    end = max(event.at for event in (*history, last)) + RELEASE

    if not condition.standing:
        assert not condition.unlocked(end)
    assert condition.running or not condition.unlocked(end)


def test_nothing_known_is_an_empty_memory() -> None:
    """As a ledger has it at first."""
    assert from_memory("") == Condition()
