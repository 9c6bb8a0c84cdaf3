"""When a schedule is open, by the clock on the wall.

A schedule is open while the clock on the wall, in the site's zone, shows a time of its hours. So in
the night in which the clock jumps from 02:00 to 03:00, hours from 02:30 to 03:30 last from 03:00
to 03:30; and in the night in which it goes back from 03:00 to 02:00, they hold from 02:30 to 03:00,
and again when the clock shows 02:30 for the second time, up to 03:30. Nothing is ever open at a
time that nobody wrote down.

Hours that cross midnight belong to the day on which they begin: if that is a holiday on which the
schedule is closed, the morning after is closed too; a holiday on the next day does not cut them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from edge.access.holidays import Holidays
from edge.access.recurrence import Recurrence
from edge.access.ruleset import (
    MINUTES_OF_DAY,
    HolidayUse,
    Hours,
    OnHoliday,
    RecurringHours,
    Schedule,
)

HORIZON_DAYS = 400
"""How far ahead the next change is looked for: beyond every yearly day."""

REPEATED_DAYS = 9
"""The same where every week is alike: what has not changed for eight days never does."""

_DAY = timedelta(days=1)
_KEPT_DAYS = 1024
_KEPT_YEARS = 8

Minutes: TypeAlias = tuple[tuple[int, int], ...]
"""Disjoint stretches of one day, in order: minutes from and up to, 0 to 1440."""


@dataclass(frozen=True, slots=True)
class WallTime:
    """What the clock on the wall shows: the day, and the minute of it."""

    day: date
    minute: int


def wall_time(at: datetime, zone: ZoneInfo) -> WallTime:
    """Return what the clock in *zone* shows at *at* (aware)."""
    local = at.astimezone(zone)
    return WallTime(local.date(), local.hour * 60 + local.minute)


@dataclass(frozen=True, slots=True)
class State:
    """Whether a schedule is *open*, and when that changes, aware UTC; None if it does not.

    It is the answer to every time from *since* up to *good_until*.
    """

    open: bool
    change: datetime | None
    since: datetime
    good_until: datetime


class Timetable:
    """One schedule in one zone, ready to be asked.

    :raises ValueError: if a rule cannot be used, or a calendar is not among *calendars*.
    """

    def __init__(
        self, schedule: Schedule, zone: ZoneInfo, calendars: Mapping[str, Holidays]
    ) -> None:
        self.name = schedule.name
        self._zone = zone
        self._weekly = [
            tuple(each.hours for each in schedule.weekly if weekday in each.days)
            for weekday in range(7)
        ]
        self._usual = [
            _merged(self._weekly[weekday - 1], self._weekly[weekday]) for weekday in range(7)
        ]
        self._recurring = [
            (each, Recurrence(each.rule, each.first) if each.rule else None)
            for each in schedule.recurring
        ]
        self._uses = [(use, calendars[use.calendar]) for use in schedule.holidays]
        self._years: dict[int, dict[date, tuple[Hours, ...]]] = {}
        self._days: dict[date, Minutes] = {}
        self._state: State | None = None

    def is_open(self, wall: WallTime) -> bool:
        """Tell whether it is open while the clock on the wall shows *wall*."""
        return any(begin <= wall.minute < end for begin, end in self.on(wall.day))

    def is_open_at(self, at: datetime) -> bool:
        """Tell whether it is open at *at* (aware)."""
        return self.is_open(wall_time(at, self._zone))

    def on(self, day: date) -> Minutes:
        """Return when it is open while the clock on the wall shows *day*."""
        found = self._days.get(day)
        if found is None:
            if len(self._days) >= _KEPT_DAYS:
                self._days.clear()
            found = self._days[day] = self._minutes(day)
        return found

    def next_change(self, at: datetime) -> datetime | None:
        """Return when it next opens or closes after *at* (aware); UTC.

        None if that is not within :data:`HORIZON_DAYS` days.
        """
        wall = wall_time(at, self._zone)
        now, minute = self.is_open(wall), wall.minute
        repeats = not self._recurring and not self._uses
        for ahead in range(REPEATED_DAYS if repeats else HORIZON_DAYS):
            day = wall.day + ahead * _DAY
            if _has_24_hours(day, self._zone):
                edge = _next_edge(self.on(day), minute, now=now)
                found = None if edge is None else _instant(day, edge, self._zone)
            else:
                found = self._change_on(day, at, now=now)
            if found is not None:
                return found
            minute = -1
        return None

    def state(self, at: datetime) -> State:
        """Return whether it is open at *at* (aware), and until when that stays so.

        The same as :meth:`is_open_at` and :meth:`next_change`; the answer is kept, since it is the
        same until then, and most who ask come after one another.
        """
        kept = self._state
        if kept is not None and kept.since <= at < kept.good_until:
            return kept
        change = self.next_change(at)
        good_until = change if change is not None else at + _DAY
        found = self._state = State(self.is_open_at(at), change, at, good_until)
        return found

    def holiday_on(self, day: date) -> str | None:
        """Return the name of a holiday that closes it on *day*, or gives it hours of its own."""
        use = self._use_on(day)
        return None if use is None else use[1]

    def _use_on(self, day: date) -> tuple[HolidayUse, str] | None:
        own = None
        for use, calendar in self._uses:
            if use.does is OnHoliday.AS_USUAL:
                continue
            name = calendar.name_of(day)
            if name is not None and use.does is OnHoliday.CLOSED:
                return use, name
            if name is not None and own is None:
                own = use, name
        return own

    def _minutes(self, day: date) -> Minutes:
        before = day - _DAY
        if not self._recurring and (
            not self._uses or (self._use_on(day) is None and self._use_on(before) is None)
        ):
            return self._usual[day.weekday()]
        return _merged(self._beginning(before), self._beginning(day))

    def _beginning(self, day: date) -> tuple[Hours, ...]:
        """Return the hours that begin on *day*."""
        use = self._use_on(day)
        if use is not None:
            return use[0].hours if use[0].does is OnHoliday.OWN_HOURS else ()
        return (*self._weekly[day.weekday()], *self._recurring_in(day.year).get(day, ()))

    def _recurring_in(self, year: int) -> dict[date, tuple[Hours, ...]]:
        found = self._years.get(year)
        if found is None:
            if len(self._years) >= _KEPT_YEARS:
                self._years.clear()
            found = self._years[year] = _by_day(self._recurring, year) if self._recurring else {}
        return found

    def _change_on(self, day: date, at: datetime, *, now: bool) -> datetime | None:
        """Return the first instant after *at*, around a *day* on which the clock jumps, that differs.

        It is looked for at every end of a stretch, whichever time the clock shows it, and at every
        jump: nothing changes in between.
        """
        begin, end = _instant(day, 0, self._zone), _instant(day + _DAY, 0, self._zone)
        instants = {begin, end, *_jumps(begin - _DAY, end + _DAY, self._zone)}
        for minute in {minute for stretch in self.on(day) for minute in stretch}:
            instants |= {_instant(day, minute, self._zone, fold=fold) for fold in (0, 1)}
        after = (each for each in sorted(instants) if each > at)
        return next((each for each in after if self.is_open_at(each) is not now), None)


def _next_edge(stretches: Minutes, minute: int, *, now: bool) -> int | None:
    """Return the first minute of a day after *minute* at which it is not as it is *now*.

    -1 is the end of the day before.
    """
    if not now:
        return next((begin for begin, _ in stretches if begin > minute), None)
    end = next((end for begin, end in stretches if begin <= max(minute, 0) < end), 0)
    return end if end < MINUTES_OF_DAY else None


@lru_cache(maxsize=4096)
def _has_24_hours(day: date, zone: ZoneInfo) -> bool:
    return _instant(day + _DAY, 0, zone) - _instant(day, 0, zone) == _DAY


def _instant(day: date, minute: int, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    """Return when the clock in *zone* shows *minute* of *day*: the first time, or with *fold* the last."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    # Arithmetic within one zone moves the clock on the wall, which is what is wanted.
    return (midnight + timedelta(minutes=minute)).replace(fold=fold).astimezone(UTC)


def _merged(before: Iterable[Hours], today: Iterable[Hours]) -> Minutes:
    """Return the stretches of a day: the ends of hours from the day *before*, and *today*'s."""
    stretches = [(each.begin, min(each.begin + each.length, MINUTES_OF_DAY)) for each in today]
    ends = (each.begin + each.length - MINUTES_OF_DAY for each in before)
    stretches.extend((0, end) for end in ends if end > 0)
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(stretches):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((begin, end))
    return tuple(merged)


def _by_day(
    recurring: Iterable[tuple[RecurringHours, Recurrence | None]], year: int
) -> dict[date, tuple[Hours, ...]]:
    days: dict[date, tuple[Hours, ...]] = {}
    for each, recurrence in recurring:
        if recurrence is not None:
            found = recurrence.days(year)
        else:
            found = (each.first,) if each.first.year == year else ()
        for day in found:
            days[day] = (*days.get(day, ()), each.hours)
    return days


def _jumps(begin: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Give the instants between *begin* and *end* at which the zone's offset changes, to a second.

    Looked for hour by hour: no zone has changed twice within one.
    """
    hour = timedelta(hours=1)
    at = begin
    while at < end:
        low, high = at, at + hour
        offset = low.astimezone(zone).utcoffset()
        if high.astimezone(zone).utcoffset() != offset:
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if middle.astimezone(zone).utcoffset() == offset:
                    low = middle
                else:
                    high = middle
            yield high
        at += hour
