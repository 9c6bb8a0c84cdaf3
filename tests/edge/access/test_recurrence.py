"""Recurring days are those of RFC 5545, as dateutil walks them, and never take long."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from edge.access.recurrence import Recurrence

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FIRST_DAYS = st.dates(date(2015, 1, 1), date(2026, 12, 31))
SOME_WEEKDAYS = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=3, unique=True)
MONTH_DAYS = st.lists(
    st.integers(1, 28) | st.integers(-28, -1), min_size=1, max_size=3, unique=True
)
NUMBERED = st.tuples(st.sampled_from((1, 2, 4, -1, -2)), st.sampled_from(WEEKDAYS)).map(
    lambda each: f"{each[0]}{each[1]}"
)


def joined(values: list[object]) -> str:
    """Write a list as rules have it."""
    return ",".join(str(value) for value in values)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Draw rules that name days in every few years, so that walking them ends."""
    frequency = draw(st.sampled_from(("YEARLY", "MONTHLY", "WEEKLY", "DAILY")))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.sampled_from((1, 2, 3, 5)))}"]
    match frequency:
        case "YEARLY":
            parts += draw(
                st.sampled_from(
                    (
                        [],
                        ["BYMONTH=5", "BYDAY=1MO"],
                        ["BYMONTH=3,11", "BYMONTHDAY=-1"],
                        ["BYDAY=20SU"],
                        ["BYWEEKNO=1,20", "BYDAY=TU"],
                        ["BYYEARDAY=1,100,-1"],
                        ["BYMONTH=6,7"],
                    )
                )
            )
        case "MONTHLY":
            parts += draw(
                st.just([])
                | NUMBERED.map(lambda day: [f"BYDAY={day}"])
                | MONTH_DAYS.map(lambda days: [f"BYMONTHDAY={joined([*days])}"])
                | st.just(["BYDAY=MO,TU,WE,TH,FR", "BYSETPOS=-1"])
                | st.just(["BYDAY=FR", "BYMONTHDAY=13"])
            )
        case "WEEKLY":
            parts += draw(
                st.just([]) | SOME_WEEKDAYS.map(lambda days: [f"BYDAY={joined([*days])}"])
            )
            parts += draw(st.sampled_from(([], ["WKST=SU"])))
        case "DAILY":
            parts += draw(st.sampled_from(([], ["BYMONTH=1,2,12"], ["BYMONTHDAY=1,15"])))
    parts += draw(st.sampled_from(([], ["COUNT=7"], ["UNTIL=20270615"])))
    return ";".join(parts)


@given(text=rules(), first=FIRST_DAYS, year=st.integers(2014, 2032))
def test_days_are_those_that_dateutil_walks_to(text: str, first: date, year: int) -> None:
    """One year at a time gives the same as walking from the first day on."""
    walked = rrulestr(text, dtstart=datetime(first.year, first.month, first.day))  # noqa: DTZ001
    begin, end = datetime(year, 1, 1), datetime(year, 12, 31)  # noqa: DTZ001 - days have no zone
    expected = tuple(each.date() for each in walked.between(begin, end, inc=True))

    assert Recurrence(text, first).days(year) == expected


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3",
    ],
)
def test_a_rule_that_names_no_day_ends(text: str) -> None:
    """Dateutil alone would look for its first day up to the year 9999."""
    assert not Recurrence(text, date(2026, 1, 5)).days(2026)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("every Monday", "should be a rule"),
        ("", "should be a rule"),
        ("FREQ=SECONDLY", "FREQ should be"),
        ("FREQ=MINUTELY", "FREQ should be"),
        ("FREQ=HOURLY", "FREQ should be"),
        ("INTERVAL=2", "FREQ should be"),
        ("FREQ=DAILY;BYHOUR=8", "BYHOUR has no place"),
        ("FREQ=DAILY;BYEASTER=1", "BYEASTER has no place"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL cannot be 0"),
        ("FREQ=DAILY;INTERVAL=100000", "INTERVAL cannot be"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH cannot be 13"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY cannot be 0"),
        ("FREQ=MONTHLY;BYDAY=XX", "BYDAY cannot be XX"),
        ("FREQ=WEEKLY;BYDAY=1MO", "needs FREQ=YEARLY or MONTHLY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY has no place beside FREQ=WEEKLY"),
        ("FREQ=DAILY;FREQ=DAILY", "says one thing twice"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "exclude each other"),
        ("FREQ=DAILY;UNTIL=20270231", "UNTIL should be a day"),
        ("FREQ=DAILY;UNTIL=20270101T000000Z", "UNTIL cannot be"),
        ("FREQ=YEARLY;BYYEARDAY=" + ",".join(["1"] * 200), "should be a rule"),
    ],
)
def test_what_is_no_rule_of_days_is_refused(text: str, says: str) -> None:
    """With what is wrong; whatever recurs within a day has no place in a schedule."""
    with pytest.raises(ValueError, match=says):
        Recurrence(text, date(2026, 1, 1))
