"""A clock that was set is recorded, from when to when; one that cannot be right is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.audit import Audit, ClockTrust, ClockWatch, EventKind, clock_trust
from edge.audit.clock import BACK, BUILT, TOLERANCE, Reading, jump_between, jump_since, read_clock
from edge.storage.key import Key
from tests.edge.audit.conftest import NOON, EventMaker

SECOND = timedelta(seconds=1)
seconds = st.floats(-1e8, 1e8).map(lambda value: timedelta(seconds=round(value, 3)))


class Clocks:
    """The wall clock and the steady one of a machine."""

    def __init__(self) -> None:
        self.wall, self.steady = NOON, 100.0

    def __call__(self) -> Reading:
        return Reading(self.wall, self.steady)

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.wall += timedelta(seconds=seconds)
        self.steady += seconds

    def set(self, seconds: float) -> None:
        """Set the wall clock forward, or back, by *seconds*."""
        self.wall += timedelta(seconds=seconds)


@pytest.fixture
def clocks() -> Clocks:
    """Give clocks that a test sets."""
    return Clocks()


@pytest.fixture
def opened(path: Path, key: Key, clocks: Clocks) -> Callable[[], Audit]:
    """Give what opens the record as one more program."""
    return lambda: Audit(path, key, watch=ClockWatch(clocks))


def jumps(audit: Audit) -> list[str]:
    """Return what is recorded of the clock."""
    return [
        entry.event.detail
        for entry in audit.entries()
        if entry.event.kind is EventKind.CLOCK_CHANGED
    ]


@given(st.floats(0, 1e8), seconds)
def test_a_jump_is_what_the_steady_clock_did_not_see(passed: float, moved: timedelta) -> None:
    """However long the time between: an hour or a year of standby is no jump."""
    earlier = Reading(NOON, 1.0)
    expected = NOON + timedelta(seconds=passed)
    jump = jump_between(earlier, Reading(expected + moved, 1.0 + passed))
    if abs(moved) > TOLERANCE + SECOND / 1000:
        assert jump is not None
        assert abs(jump.after - jump.before - moved) < SECOND / 1000
    elif abs(moved) < TOLERANCE - SECOND / 1000:
        assert jump is None


def test_the_clocks_of_this_machine_agree() -> None:
    """Two readings right after each other show no jump."""
    assert jump_between(read_clock(), read_clock()) is None


def test_only_backwards_shows_at_the_start() -> None:
    """Forward may be a night without power."""
    assert jump_since(NOON, NOON + timedelta(days=900)) is None
    assert jump_since(NOON, NOON - TOLERANCE) is None
    assert jump_since(NOON, NOON - timedelta(minutes=1)) is not None


@pytest.mark.parametrize(("by", "told"), [
    (-7200, "from 2026-06-01T12:01:00Z to 2026-06-01T10:01:00Z"),
    (86400, "from 2026-06-01T12:01:00Z to 2026-06-02T12:01:00Z"),
])  # fmt: skip
def test_setting_the_clock_is_recorded_before_the_next_event(
    opened: Callable[[], Audit], clocks: Clocks, make_event: EventMaker, by: float, told: str
) -> None:
    """Once, in either direction; a few seconds are not worth it."""
    with opened() as audit:
        audit.append(make_event(0))
        clocks.forward(60)
        clocks.set(by)
        audit.append(make_event(1))
        clocks.forward(60)
        clocks.set(3)
        audit.append(make_event(2))
        assert jumps(audit) == [told]
        assert [entry.event.kind for entry in audit.entries()][1] is EventKind.CLOCK_CHANGED
        audit.verify()


def test_several_programs_record_it_once(
    opened: Callable[[], Audit], clocks: Clocks, make_event: EventMaker
) -> None:
    """The door, the pages and a command all notice; the first one tells."""
    with opened() as door, opened() as pages:
        for program in (door, pages):
            program.append(make_event(0))
        clocks.set(3600)
        for program in (door, pages, door):
            program.append(make_event(1))
        assert len(jumps(door)) == 1
        clocks.set(-3600)
        pages.append(make_event(1))
        assert len(jumps(door)) == 2


def test_a_clock_that_begins_in_the_past_is_recorded(
    opened: Callable[[], Audit], clocks: Clocks, make_event: EventMaker
) -> None:
    """As that of a Raspberry Pi that was without power; and again when the network has set it."""
    with opened() as audit:
        audit.append(make_event(0))
    clocks.set(-400 * 86400)
    with opened() as audit:
        audit.append(make_event(1))
        assert len(jumps(audit)) == 1
        clocks.set(400 * 86400)
        audit.append(make_event(2))
        assert len(jumps(audit)) == 2


@pytest.mark.parametrize(
    ("now", "last", "trust"),
    [
        (BUILT - SECOND, None, ClockTrust.BEFORE_BUILD),
        (BUILT - SECOND, BUILT + 9 * BACK, ClockTrust.BEFORE_BUILD),
        (BUILT, None, ClockTrust.PLAUSIBLE),
        (BUILT + BACK, BUILT + 2 * BACK, ClockTrust.PLAUSIBLE),
        (BUILT + BACK, BUILT + 2 * BACK + SECOND, ClockTrust.BEFORE_RECORD),
        (BUILT + 900 * BACK, BUILT, ClockTrust.PLAUSIBLE),
    ],
)
def test_what_a_clock_is_worth(now: object, last: object, trust: ClockTrust) -> None:
    """It cannot be earlier than this program, nor much earlier than what is recorded."""
    assert clock_trust(now, last=last) is trust  # type: ignore[arg-type]
    assert trust.plausible is (trust is ClockTrust.PLAUSIBLE)


def test_the_record_tells_what_the_clock_is_worth(audit: Audit, make_event: EventMaker) -> None:
    """By its latest event, whatever a wrong clock has recorded after it."""
    assert audit.clock_trust(BUILT) is ClockTrust.PLAUSIBLE
    event = make_event(int((BUILT - NOON).total_seconds()))
    audit.append(event)
    assert audit.clock_trust(event.at + SECOND) is ClockTrust.PLAUSIBLE
    audit.append(make_event(int((BUILT - NOON + 5 * BACK).total_seconds())))
    assert audit.clock_trust(BUILT + SECOND) is ClockTrust.BEFORE_RECORD
    audit.append(event)
    assert audit.clock_trust(event.at + SECOND) is ClockTrust.BEFORE_RECORD
