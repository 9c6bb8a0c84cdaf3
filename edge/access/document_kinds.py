"""The kinds of values in a document of rules, each as strict as text lets it be."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, Strict, StringConstraints

from edge.access.holidays import RULES_COUNT_FROM
from edge.access.hours_text import hours_from_text, minute_from_text, weekly_from_text
from edge.access.recurrence import LONGEST_RULE, Recurrence
from edge.access.ruleset import BUILT_IN_SCHEDULES, MINUTES_OF_DAY, Hours, WeeklyHours

LONGEST_NAME = 64
MOST_NAMES = 500
"""Of doors or groups, in one list."""

STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)
_T = TypeVar("_T")


def _written(read: Callable[[str], _T]) -> Callable[[object], _T]:
    """Return a check that takes the text which *read* understands."""

    def checked(value: object) -> _T:
        if not isinstance(value, str):
            raise ValueError("should be text in double quotes")  # noqa: TRY004 - pydantic's way
        return read(value)

    return checked


def _day(value: object) -> date:
    # TOML has dates of its own, JSON has none: both are taken, a time of day is not.
    if type(value) is date:
        return value
    if not isinstance(value, str):
        raise ValueError("should be a day such as 2026-12-31")  # noqa: TRY004 - pydantic's way
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("should be a day such as 2026-12-31") from error


def _day_of_year(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d\d)-(\d\d)", text)
    try:
        day = date(2000, int(found[1]), int(found[2])) if found else None  # a leap year
    except ValueError:
        day = None
    if day is None:
        raise ValueError("should be month and day, such as 12-25")
    return day.month, day.day


def _rule(text: str) -> str:
    rule = text.removeprefix("RRULE:")
    Recurrence(rule, RULES_COUNT_FROM)
    return rule


def _name(value: str) -> str:
    if value != value.strip() or not value.isprintable():
        raise ValueError("should be printable, without blanks at its ends")
    return value


def _new_schedule(value: str) -> str:
    if value in {schedule.name for schedule in BUILT_IN_SCHEDULES}:
        raise ValueError("is built in and cannot be changed; choose another name")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("should be a zone of the IANA database, such as Europe/Berlin") from error
    return value


def _each_once(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError("should name each once")
    return values


Name: TypeAlias = Annotated[
    str,
    Strict(),
    StringConstraints(min_length=1, max_length=LONGEST_NAME),
    AfterValidator(_name),
]
ScheduleName: TypeAlias = Annotated[Name, AfterValidator(_new_schedule)]
Names: TypeAlias = Annotated[list[Name], Field(max_length=MOST_NAMES), AfterValidator(_each_once)]
Day: TypeAlias = Annotated[date, BeforeValidator(_day)]
DayOfYear: TypeAlias = Annotated[tuple[int, int], BeforeValidator(_written(_day_of_year))]
Rule: TypeAlias = Annotated[
    str, Strict(), StringConstraints(max_length=LONGEST_RULE + 6), AfterValidator(_rule)
]
HoursText: TypeAlias = Annotated[Hours, BeforeValidator(_written(hours_from_text))]
WeeklyText: TypeAlias = Annotated[WeeklyHours, BeforeValidator(_written(weekly_from_text))]
Minute: TypeAlias = Annotated[
    int, BeforeValidator(_written(minute_from_text)), Field(lt=MINUTES_OF_DAY)
]
Number: TypeAlias = Annotated[float, Strict()]
Whole: TypeAlias = Annotated[int, Strict()]
Switch: TypeAlias = Annotated[bool, Strict()]
Zone: TypeAlias = Annotated[
    str, Strict(), StringConstraints(max_length=LONGEST_NAME), AfterValidator(_zone)
]
NoneTwice = AfterValidator(_each_once)
