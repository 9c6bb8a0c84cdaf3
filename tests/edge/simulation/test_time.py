"""Time in a scenario: as people write it, and as it passes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from edge.errors import ScenarioError
from edge.simulation.clock import Clock
from edge.simulation.kinds import At, Seconds
from tests.edge.simulation.stories import told, words_of

AT, SECONDS = TypeAdapter(At), TypeAdapter(Seconds)
BERLIN = ZoneInfo("Europe/Berlin")


def shown(starts: str, text: str) -> datetime:
    """Return the clock on the wall after it was turned from *starts* to *text*."""
    clock = Clock(datetime.fromisoformat(starts), BERLIN)
    clock.turn_to(clock.ticks_at(AT.validate_python(text)))
    return clock.local


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (5, 5),
        (0.5, 0.5),
        ("90 s", 90),
        ("5 min", 300),
        ("2h", 7200),
        ("1 h 30 min", 5400),
        ("3 days", 259_200),
        ("1 day 1 minute", 86_460),
    ],
)
def test_how_long(text: object, seconds: float) -> None:
    """Seconds, or with a unit."""
    assert SECONDS.validate_python(text) == seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("08:30", "2026-03-02T08:30:00+01:00"),
        ("8:30", "2026-03-02T08:30:00+01:00"),
        ("08:00", "2026-03-02T08:00:00+01:00"),
        ("07:59:59", "2026-03-03T07:59:59+01:00"),
        ("Mon 08:00", "2026-03-02T08:00:00+01:00"),
        ("Monday 07:00", "2026-03-09T07:00:00+01:00"),
        ("Wed 23:00", "2026-03-04T23:00:00+01:00"),
        ("2026-12-24 18:00", "2026-12-24T18:00:00+01:00"),
        (datetime(2026, 6, 1, 9), "2026-06-01T09:00:00+02:00"),  # noqa: DTZ001 - by the wall
    ],
)
def test_when(text: str, expected: str) -> None:
    """The next such time to come."""
    assert shown("2026-03-02T08:00:00", text).isoformat() == expected


def test_an_hour_that_is_shown_twice_comes_twice() -> None:
    """First before the clock goes back, and from then on after."""
    first = shown("2026-10-25T01:00:00", "02:30")
    assert first.utcoffset() != shown("2026-10-25T04:00:00", "04:00").utcoffset()
    clock = Clock(datetime(2026, 10, 25, 2, 45), BERLIN)  # noqa: DTZ001 - by the wall
    clock.turn_to(clock.ticks_at(AT.validate_python("02:30")))
    assert clock.wall == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_an_hour_that_is_left_out_is_refused(tmp_path: Path) -> None:
    """Rather than taken for another."""
    head = 'title = "x"\nstarts = 2026-03-29T01:00:00\n[rules]\nzone = "Europe/Berlin"\n'
    with pytest.raises(ScenarioError, match="step 1: the clock never shows 02:30 on 29 March 2026"):
        told(tmp_path, '[[steps]]\nat = "02:30"\n', head)


def test_a_day_that_is_past_is_refused(tmp_path: Path) -> None:
    """With the number of the step."""
    steps = '[[steps]]\n[[steps]]\nat = "2026-03-01 12:00"\n'
    with pytest.raises(ScenarioError, match="step 2: 2026-03-01 12:00 is past"):
        told(tmp_path, steps)


@given(
    starts=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),  # noqa: DTZ001 - by the wall
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
)
def test_the_next_time_is_within_a_day_or_so_and_shows_what_was_asked(
    starts: datetime, hour: int, minute: int
) -> None:
    """Whenever the story begins; but for the hour of a year that is left out."""
    clock = Clock(starts.replace(microsecond=0), BERLIN)
    try:
        ticks = clock.ticks_at(AT.validate_python(f"{hour:02}:{minute:02}"))
    except ScenarioError:
        assert hour == 2
        return
    assert 0 <= ticks <= 25 * 3600 * 1000
    clock.turn_to(ticks)
    assert (clock.local.hour, clock.local.minute, clock.local.second) == (hour, minute, 0)


def test_a_week_passes_and_all_that_begins_in_it(tmp_path: Path) -> None:
    """Five days of opening hours, to the second, however seldom the door is looked at."""
    head = (
        'title = "x"\nstarts = 2026-03-01T00:00:17\n[rules]\nzone = "Europe/Berlin"\n'
        '[rules.schedules.Open]\nweekly = ["Mon-Fri 08:00-18:00"]\n'
        '[rules.doors.Front]\nunlocking = { schedule = "Open" }\n'
        '[rules.groups.Everyone]\npermissions = [{ doors = "all", schedule = "Always" }]\n'
    )
    played = told(tmp_path, '[[steps]]\nafter = "7 days"\nexpect = { lock = "secured" }\n', head)
    assert played.failures == ()
    locks = [f"{line.at:%a %H:%M:%S}" for line in played.timeline if line.kind == "lock"]
    days = ("Mon", "Tue", "Wed", "Thu", "Fri")
    assert locks == [f"{day} {hour}:00:00" for day in days for hour in ("08", "18")]


def test_a_day_in_which_somebody_stands_at_the_door_passes_as_well(tmp_path: Path) -> None:
    """She is looked at three times and then no more, as at the real door."""
    played = told(tmp_path, '[[steps]]\nstranger = true\n[[steps]]\nafter = "1 day"\n')
    assert words_of(played).count("denied: the face was not recognized") == 3
