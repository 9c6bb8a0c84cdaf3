"""A schedule is open while the clock on the wall shows a time of it, whatever the clock does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edge.access.holidays import Holidays
from edge.access.ruleset import (
    BUILT_IN_SCHEDULES,
    Calendar,
    Holiday,
    HolidayUse,
    Hours,
    OnHoliday,
    RecurringHours,
    Schedule,
    WeeklyHours,
)
from edge.access.schedule import Timetable
from tests.edge.access.sites import BERLIN, local

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

# Where clocks jump by an hour, by half an hour, at midnight, and not at all.
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Santiago",
    "Asia/Kolkata",
    "UTC",
)

HOURS = (
    st.tuples(st.integers(0, 1439), st.integers(1, 1440))
    .filter(lambda each: each[0] != each[1])
    .map(lambda each: Hours(*each))
)
WEEKLY = st.builds(WeeklyHours, st.frozensets(st.integers(0, 6), min_size=1).map(frozenset), HOURS)


@cache
def jumps(name: str) -> tuple[datetime, ...]:
    """Return the hours of 2026 after which the clock of a zone is another."""
    zone, hour = ZoneInfo(name), timedelta(hours=1)
    hours = [datetime(2026, 1, 1, tzinfo=UTC) + each * hour for each in range(365 * 24)]
    return tuple(
        at
        for at in hours
        if at.astimezone(zone).utcoffset() != (at + hour).astimezone(zone).utcoffset()
    )


@st.composite
def instants(draw: st.DrawFn, name: str) -> datetime:
    """Draw any time of 2026, half of them near a jump of the clock, where there is one."""
    near = jumps(name)
    is_near: bool = draw(st.booleans())
    if near and is_near:
        return draw(st.sampled_from(near)) + draw(st.integers(-300, 300)) * MINUTE
    return datetime(2026, 1, 1, tzinfo=UTC) + draw(st.integers(0, 365 * 24 * 60)) * MINUTE


def slowly(
    weekly: tuple[WeeklyHours, ...], at: datetime, zone: ZoneInfo, off: frozenset[date]
) -> bool:
    """Tell the same from the definition: wall clock against wall clock, no day computed ahead."""
    wall = at.astimezone(zone).replace(tzinfo=None, fold=0)
    for each in weekly:
        for day in (wall.date() - DAY, wall.date()):
            if day.weekday() not in each.days or day in off:
                continue
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a clock on a wall
            ends = each.hours.end + (1440 if each.hours.end <= each.hours.begin else 0)
            if midnight + each.hours.begin * MINUTE <= wall < midnight + ends * MINUTE:
                return True
    return False


def timetable(
    *weekly: WeeklyHours,
    zone: ZoneInfo = BERLIN,
    recurring: tuple[RecurringHours, ...] = (),
    holidays: tuple[HolidayUse, ...] = (),
    calendars: Mapping[str, Holidays] | None = None,
) -> Timetable:
    """Make a schedule ready to be asked."""
    schedule = Schedule(name="S", weekly=weekly, recurring=recurring, holidays=holidays)
    return Timetable(schedule, zone, calendars or {})


def daily(begin: str, end: str) -> WeeklyHours:
    """Give hours of every day of the week."""
    minutes = [60 * int(each[:2]) + int(each[3:]) for each in (begin, end)]
    return WeeklyHours(frozenset(range(7)), Hours(*minutes))


@given(data=st.data(), name=st.sampled_from(ZONES), weekly=st.lists(WEEKLY, max_size=4))
@settings(max_examples=300)
def test_it_is_open_when_the_definition_says_so(
    data: st.DataObject, name: str, weekly: list[WeeklyHours]
) -> None:
    """In every zone, near every jump of its clock, with a day off in between."""
    at = data.draw(instants(name))
    zone = ZoneInfo(name)
    off = at.astimezone(zone).date() - data.draw(st.integers(0, 2)) * DAY
    closed = Holidays(Calendar("Off", (Holiday(name="Off", on=off),)))
    found = timetable(*weekly, zone=zone, holidays=(HolidayUse("Off"),), calendars={"Off": closed})

    assert found.is_open_at(at) is slowly(tuple(weekly), at, zone, frozenset({off}))


@given(
    data=st.data(),
    name=st.sampled_from(ZONES),
    weekly=st.lists(WEEKLY, min_size=1, max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_the_next_change_is_the_first_minute_that_differs(
    data: st.DataObject, name: str, weekly: list[WeeklyHours]
) -> None:
    """Walking minute by minute for two days finds the same, or finds nothing."""
    at = data.draw(instants(name))
    zone = ZoneInfo(name)
    now = slowly(tuple(weekly), at, zone, frozenset())
    walked = (at + each * MINUTE for each in range(1, 2 * 1440))
    expected = next(
        (each for each in walked if slowly(tuple(weekly), each, zone, frozenset()) is not now), None
    )
    found = timetable(*weekly, zone=zone).next_change(at)

    if expected is None:
        assert found is None or found - at >= 2 * DAY - MINUTE
    else:
        assert found == expected


@given(data=st.data(), weekly=st.lists(WEEKLY, max_size=3))
@settings(max_examples=60, deadline=None)
def test_what_is_kept_of_an_answer_changes_no_other(
    data: st.DataObject, weekly: list[WeeklyHours]
) -> None:
    """Asked at any times in any order, also backwards, it says what one says that was never asked."""
    asked = timetable(*weekly)
    for at in data.draw(st.lists(instants("Europe/Berlin"), min_size=2, max_size=8)):
        state = asked.state(at)

        assert state.open is timetable(*weekly).is_open_at(at)
        assert state.change == timetable(*weekly).next_change(at)
        assert state.since <= at < state.good_until


def open_times(found: Timetable, day: str) -> list[str]:
    """Return when a schedule opens and closes around a day, by UTC, walking the minutes."""
    begin = datetime.fromisoformat(day).replace(tzinfo=UTC)
    minutes = [begin + each * MINUTE for each in range(1440)]
    return [
        f"{at:%H:%M}" for at in minutes if found.is_open_at(at) is not found.is_open_at(at - MINUTE)
    ]


def test_hours_in_the_gap_of_spring_last_while_the_clock_shows_them() -> None:
    """From 02:00 the clock goes to 03:00: of 02:30 to 03:30 half an hour is left."""
    assert open_times(timetable(daily("02:30", "03:30")), "2026-03-29") == ["01:00", "01:30"]


def test_hours_wholly_in_the_gap_of_spring_do_not_happen() -> None:
    """A time that the clock never shows opens nothing."""
    assert open_times(timetable(daily("02:10", "02:50")), "2026-03-29") == []


def test_hours_in_the_fold_of_autumn_hold_each_time_the_clock_shows_them() -> None:
    """From 03:00 the clock goes back to 02:00: it shows 02:30 twice, and 02:10 after 02:50."""
    assert open_times(timetable(daily("02:30", "03:30")), "2026-10-25") == [
        "00:30",
        "01:00",
        "01:30",
        "02:30",
    ]


@pytest.mark.parametrize("name", ZONES)
def test_always_is_always_and_never_never(name: str) -> None:
    """No jump of any clock leaves a gap in Always."""
    always, never = (Timetable(each, ZoneInfo(name), {}) for each in BUILT_IN_SCHEDULES)
    for jump in jumps(name):
        for minutes in range(-180, 181):
            at = jump + minutes * MINUTE
            assert always.is_open_at(at)
            assert not never.is_open_at(at)
    assert always.next_change(local("2026-01-01 00:00")) is None
    assert never.next_change(local("2026-01-01 00:00")) is None


def test_hours_across_midnight_belong_to_their_first_day() -> None:
    """Friday's night lasts into Saturday, Sunday has none."""
    nights = timetable(WeeklyHours(frozenset({4}), Hours(22 * 60, 6 * 60)))

    assert not nights.is_open_at(local("2026-06-05 21:59"))
    assert nights.is_open_at(local("2026-06-05 22:00"))
    assert nights.is_open_at(local("2026-06-06 05:59"))
    assert not nights.is_open_at(local("2026-06-06 06:00"))
    assert not nights.is_open_at(local("2026-06-05 05:59"))


def test_a_closed_holiday_closes_the_morning_after_its_night() -> None:
    """The night of a holiday does not happen; the one before it is not cut short."""
    off = Holidays(Calendar("Off", (Holiday(name="Outing", on=date(2026, 6, 12)),)))
    nights = timetable(
        daily("22:00", "06:00"), holidays=(HolidayUse("Off"),), calendars={"Off": off}
    )

    assert nights.is_open_at(local("2026-06-12 05:00"))
    assert not nights.is_open_at(local("2026-06-12 23:00"))
    assert not nights.is_open_at(local("2026-06-13 05:00"))
    assert nights.is_open_at(local("2026-06-13 23:00"))
    assert nights.holiday_on(date(2026, 6, 12)) == "Outing"


def test_a_holiday_may_have_hours_of_its_own() -> None:
    """They take the place of the day's."""
    off = Holidays(Calendar("Off", (Holiday(name="Outing", on=date(2026, 6, 12)),)))
    use = HolidayUse("Off", OnHoliday.OWN_HOURS, (Hours(600, 720),))
    found = timetable(daily("07:00", "19:00"), holidays=(use,), calendars={"Off": off})

    assert not found.is_open_at(local("2026-06-12 08:00"))
    assert found.is_open_at(local("2026-06-12 10:00"))
    assert not found.is_open_at(local("2026-06-12 12:00"))
    assert found.is_open_at(local("2026-06-13 08:00"))


@given(
    order=st.permutations(tuple(OnHoliday)), known=st.frozensets(st.sampled_from(tuple(OnHoliday)))
)
@example(order=list(OnHoliday), known=frozenset(OnHoliday))
def test_of_several_calendars_closed_wins_then_own_hours(
    order: list[OnHoliday], known: frozenset[OnHoliday]
) -> None:
    """In whatever order a schedule names them."""
    day = date(2026, 6, 12)
    calendars = {
        each.value: Holidays(
            Calendar(each.value, (Holiday(name="Outing", on=day),) if each in known else ())
        )
        for each in OnHoliday
    }
    uses = tuple(
        HolidayUse(each.value, each, (Hours(600, 720),) if each is OnHoliday.OWN_HOURS else ())
        for each in order
    )
    found = timetable(daily("07:00", "19:00"), holidays=uses, calendars=calendars)
    closed, own = OnHoliday.CLOSED in known, OnHoliday.OWN_HOURS in known

    assert found.is_open_at(local("2026-06-12 08:00")) is not (closed or own)
    assert found.is_open_at(local("2026-06-12 10:00")) is not closed


def test_recurring_hours_hold_on_the_days_of_their_rule() -> None:
    """Every second Saturday from 9 to 12, and once in a while a night."""
    found = timetable(
        recurring=(
            RecurringHours(date(2026, 1, 3), Hours(540, 720), "FREQ=WEEKLY;INTERVAL=2"),
            RecurringHours(date(2026, 12, 31), Hours(20 * 60, 3 * 60)),
        )
    )

    assert found.is_open_at(local("2026-01-17 09:00"))
    assert not found.is_open_at(local("2026-01-10 09:00"))
    assert not found.is_open_at(local("2026-01-17 12:00"))
    assert found.is_open_at(local("2027-01-01 02:59"))
    assert not found.is_open_at(local("2028-01-01 02:59"))


@given(data=st.data(), weekly=st.lists(WEEKLY, max_size=3), own=st.booleans())
def test_a_further_holiday_opens_nothing_but_by_hours_of_its_own(
    data: st.DataObject, weekly: list[WeeklyHours], own: bool
) -> None:
    """A closed door stays closed when a day is added to a calendar."""
    at = data.draw(instants("Europe/Berlin"))
    hours = (Hours(600, 720),) if own else ()
    use = HolidayUse("Off", OnHoliday.OWN_HOURS if own else OnHoliday.CLOSED, hours)
    days = data.draw(st.lists(st.sampled_from([at.date() + each * DAY for each in (-1, 0, 1)])))
    before, after = (
        timetable(
            *weekly,
            holidays=(use,),
            calendars={
                "Off": Holidays(
                    Calendar("Off", tuple(Holiday(name="Off", on=day) for day in chosen))
                )
            },
        )
        for chosen in (days[1:], days)
    )
    minute = at.astimezone(BERLIN).hour * 60 + at.astimezone(BERLIN).minute

    if after.is_open_at(at) and not before.is_open_at(at):
        assert own
        assert 600 <= minute < 720
