"""What the clock of a door is worth: whether it jumped, and whether it can be right at all.

A Raspberry Pi without a battery begins in the past until a network sets its clock, and whoever may
set the clock may make yesterday of today. Pure, but for :func:`read_clock`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

BUILT = datetime(2026, 11, 1, tzinfo=UTC)
"""No clock can be right that is before this program was written."""

TOLERANCE = timedelta(seconds=5)
"""The clocks may part by so much without a word. NTP corrects the rate of both (clock_gettime(2)), so
they part only when the wall clock is set; less than this harms nobody."""

BACK = timedelta(days=1)
"""The clock is plainly wrong if it is before the last event by more than this: less may be another
process's event, or a clock that was set right."""


LEAP = timedelta(days=30)
"""Between two events that follow each other. A door that works records something every day, its backup
at least; a longer gap means that it was off, or that the clock was set forward."""

SETTLED = timedelta(days=7)
"""How long a clock must have gone on without a leap before anything is removed by its date: time for
somebody to see that it is wrong."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Both clocks at one moment.

    *wall* is aware; *steady* in seconds of a clock that is never set and goes on through standby.
    """

    wall: datetime
    steady: float


@dataclass(frozen=True, slots=True)
class Jump:
    """The clock was set: it would have been *before*, and was *after*."""

    before: datetime
    after: datetime

    @property
    def words(self) -> str:
        """What is recorded."""
        return f"from {_moment(self.before)} to {_moment(self.after)}"


def read_clock() -> Reading:
    """Return what the clocks say."""
    return Reading(datetime.now(UTC), time.clock_gettime(time.CLOCK_BOOTTIME))


def jump_between(
    earlier: Reading, later: Reading, *, tolerance: timedelta = TOLERANCE
) -> Jump | None:
    """Return by how much the clock was set between two readings of one process, if it was."""
    expected = earlier.wall + timedelta(seconds=later.steady - earlier.steady)
    if abs(later.wall - expected) <= tolerance:
        return None
    return Jump(expected, later.wall)


def jump_since(last: datetime, now: datetime, *, tolerance: timedelta = TOLERANCE) -> Jump | None:
    """Return that the clock went back since the event at *last*, before this process began.

    That it went forward cannot be told: the machine may have been off.
    """
    return Jump(last, now) if now < last - tolerance else None


class ClockWatch:
    """Looks for jumps of the clock in one process; *read* gives the reading of the moment."""

    def __init__(self, read: Callable[[], Reading] = read_clock) -> None:
        self._read = read
        self._earlier = read()
        self._compared = False

    def look(self, last: Callable[[], datetime | None]) -> tuple[Reading, Jump | None]:
        """Return what the clocks say, and the jump since the reading that was accepted last.

        The first time also since the *last* event, which then is asked for.
        """
        now = self._read()
        jump = jump_between(self._earlier, now)
        if jump is None and not self._compared and (at := last()) is not None:
            jump = jump_since(at, now.wall)
        return now, jump

    def accept(self, reading: Reading) -> None:
        """Go on from *reading*: what was found is recorded."""
        self._earlier, self._compared = reading, True


class ClockTrust(StrEnum):
    """Whether schedules and dates can be judged by the clock."""

    PLAUSIBLE = "plausible"
    BEFORE_BUILD = "before-build"
    BEFORE_RECORD = "before-record"

    @property
    def plausible(self) -> bool:
        return self is ClockTrust.PLAUSIBLE


def clock_trust(now: datetime, *, last: datetime | None, built: datetime = BUILT) -> ClockTrust:
    """Return what a clock that says *now* is worth, where the latest event was at *last*, if any.

    An event from a time when the clock was far ahead makes a right clock implausible, too: that is
    the safe side, and ends when somebody looks at it, see ``docs/audit.md``.
    """
    if now < built:
        return ClockTrust.BEFORE_BUILD
    if last is not None and now < last - BACK:
        return ClockTrust.BEFORE_RECORD
    return ClockTrust.PLAUSIBLE


def has_leapt(now: datetime, *, before: datetime | None, first: datetime | None) -> bool:
    """Return whether a clock that says *now* may have been set far ahead of late.

    *first*: when the first event was recorded of those of the last :data:`SETTLED`, if any; *before*:
    when the event before it was, or, without such, the last of all.
    """
    return before is not None and (now if first is None else first) - before > LEAP


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
