"""Hours as people write them: ``07:00-19:00``, ``Mon-Fri 07:00-19:00``, ``Sat,Sun 22:00-06:00``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from edge.access.ruleset import MINUTES_OF_DAY, Hours, WeeklyHours

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_TIME = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
_DASHES = re.compile(r"\s*[-–]\s*")


def minute_from_text(text: str) -> int:
    """Return the minute of the day of a time such as 07:00; 24:00 is the midnight that ends it.

    :raises ValueError: if it is none.
    """
    found = _TIME.fullmatch(text)
    minute = 60 * int(found[1]) + int(found[2]) if found else MINUTES_OF_DAY + 1
    if minute > MINUTES_OF_DAY:
        raise ValueError("should be a time of day such as 07:00")
    return minute


def hours_from_text(text: str) -> Hours:
    """Return hours such as 07:00-19:00, or 22:00-06:00 into the next day.

    :raises ValueError: if they are none; also of no length: a whole day is 00:00-24:00.
    """
    ends = _DASHES.split(text)
    if len(ends) != 2:
        raise ValueError("should be hours such as 07:00-19:00")
    begin, end = (minute_from_text(each) for each in ends)
    if begin in (end, MINUTES_OF_DAY) or (begin > 0 and end == 0):
        # 22:00-00:00 is 22:00-24:00, and one thing has one way to be written.
        raise ValueError("should end at another time than it begins, 24:00 at the latest")
    return Hours(begin, end)


def weekly_from_text(text: str) -> WeeklyHours:
    """Return hours on days of the week, such as Mon-Fri 07:00-19:00.

    :raises ValueError: if they are none.
    """
    days, _, hours = text.strip().partition(" ")
    return WeeklyHours(_days_from_text(days), hours_from_text(hours.strip()))


def text_of_minute(minute: int) -> str:
    """Return *minute* of the day as 07:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def text_of_hours(hours: Hours) -> str:
    """Return *hours* as 07:00-19:00."""
    return f"{text_of_minute(hours.begin)}-{text_of_minute(hours.end)}"


def text_of_weekly(weekly: WeeklyHours) -> str:
    """Return *weekly* as Mon-Fri 07:00-19:00."""
    return f"{_text_of_days(weekly.days)} {text_of_hours(weekly.hours)}"


def _days_from_text(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.split(","):
        ends = [_weekday(each) for each in _DASHES.split(part)]
        if len(ends) > 2:
            raise ValueError("should be days such as Mon-Fri or Sat,Sun")
        # Sat-Mon goes on over the end of the week.
        days |= {(ends[0] + ahead) % 7 for ahead in range((ends[-1] - ends[0]) % 7 + 1)}
    return frozenset(days)


def _weekday(text: str) -> int:
    name = text.strip().capitalize()
    if name not in DAYS:
        raise ValueError(f"should begin with days: {', '.join(DAYS)}, or Mon-Fri")
    return DAYS.index(name)


def _text_of_days(days: Iterable[int]) -> str:
    runs = [
        [day for _, day in run]
        for _, run in groupby(enumerate(sorted(days)), lambda each: each[1] - each[0])
    ]
    return ",".join(
        f"{DAYS[run[0]]}-{DAYS[run[-1]]}" if len(run) > 2 else ",".join(DAYS[day] for day in run)
        for run in runs
    )
