"""Which days a calendar holds off; computed once a year."""

from __future__ import annotations

from datetime import date, timedelta

from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter

from edge.access.recurrence import Recurrence
from edge.access.ruleset import Calendar, Easter, Holiday

RULES_COUNT_FROM = date(2000, 1, 1)
"""A Saturday: only intervals above one depend on it."""

_KEPT_YEARS = 8


class Holidays:
    """The days of one calendar.

    :raises ValueError: if a holiday's rule cannot be used.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.name = calendar.name
        self._holidays = tuple(
            (each, Recurrence(each.rule, RULES_COUNT_FROM) if each.rule else None)
            for each in calendar.holidays
        )
        self._years: dict[int, dict[date, str]] = {}

    def name_of(self, day: date) -> str | None:
        """Return the name of the holiday on *day*, or None on any other day."""
        found = self._years.get(day.year)
        if found is None:
            found = self._year(day.year)
            if len(self._years) >= _KEPT_YEARS:
                self._years.clear()
            self._years[day.year] = found
        return found.get(day)

    def _year(self, year: int) -> dict[date, str]:
        days: dict[date, str] = {}
        for holiday, recurrence in self._holidays:
            for day in _days(holiday, recurrence, year):
                days.setdefault(day, holiday.name)
        return days


def _days(holiday: Holiday, recurrence: Recurrence | None, year: int) -> tuple[date, ...]:
    if recurrence is not None:
        return recurrence.days(year)
    if holiday.on is not None:
        return (holiday.on,) if holiday.on.year == year else ()
    if holiday.every is not None:
        try:
            return (date(year, *holiday.every),)
        except ValueError:  # 29 February, in most years
            return ()
    if holiday.easter is None or not 1583 <= year <= 4099:  # the years that dateutil computes
        return ()
    sunday = easter(year, EASTER_WESTERN if holiday.whose is Easter.WESTERN else EASTER_ORTHODOX)
    found = sunday + timedelta(days=holiday.easter)
    return (found,) if found.year == year else ()
