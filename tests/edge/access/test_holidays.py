"""Holidays fall on the days that calendars on the wall have them on."""

from __future__ import annotations

from datetime import date

import pytest

from edge.access.holidays import Holidays
from edge.access.ruleset import Calendar, Easter, Holiday


@pytest.mark.parametrize(
    ("holiday", "day"),
    [
        (Holiday(name="Outing", on=date(2026, 6, 12)), date(2026, 6, 12)),
        (Holiday(name="Christmas", every=(12, 25)), date(2031, 12, 25)),
        (Holiday(name="Leap day", every=(2, 29)), date(2028, 2, 29)),
        (Holiday(name="Early May", rule="FREQ=YEARLY;BYMONTH=5;BYDAY=1MO"), date(2026, 5, 4)),
        (Holiday(name="Spring", rule="FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO"), date(2026, 5, 25)),
        (Holiday(name="Good Friday", easter=-2), date(2026, 4, 3)),
        (Holiday(name="Whit Monday", easter=50), date(2027, 5, 17)),
        (Holiday(name="Pascha", easter=0, whose=Easter.ORTHODOX), date(2026, 4, 12)),
        (Holiday(name="Easter", easter=0), date(2026, 4, 5)),
    ],
)
def test_holidays_fall_on_their_days(holiday: Holiday, day: date) -> None:
    """By date, every year, by rule, and counted from either Easter."""
    holidays = Holidays(Calendar("Public", (holiday,)))

    assert holidays.name_of(day) == holiday.name
    assert holidays.name_of(date(day.year, 8, 19)) is None


def test_29_february_is_no_day_of_other_years() -> None:
    """It is not moved to another day."""
    holidays = Holidays(Calendar("Public", (Holiday(name="Leap day", every=(2, 29)),)))

    assert holidays.name_of(date(2027, 2, 28)) is holidays.name_of(date(2027, 3, 1)) is None


def test_a_single_date_is_no_holiday_of_the_next_year() -> None:
    """What is written with its year is meant with it."""
    holidays = Holidays(Calendar("Public", (Holiday(name="Outing", on=date(2026, 6, 12)),)))

    assert holidays.name_of(date(2027, 6, 12)) is None


def test_many_years_can_be_asked_for() -> None:
    """What is kept of former years does not stand in the way."""
    holidays = Holidays(Calendar("Public", (Holiday(name="New Year", every=(1, 1)),)))

    assert all(holidays.name_of(date(year, 1, 1)) for year in range(2000, 2060))
