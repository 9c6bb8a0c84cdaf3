"""What a document of rules may hold, as pydantic checks it; strict, with limits on every size."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import field
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, Strict, StringConstraints
from pydantic.dataclasses import dataclass

from edge.access.holidays import RULES_COUNT_FROM
from edge.access.hours_text import hours_from_text, minute_from_text, weekly_from_text
from edge.access.recurrence import LONGEST_RULE, Recurrence
from edge.access.ruleset import (
    BUILT_IN_SCHEDULES,
    PATIENCE_SECONDS,
    TWO_PERSONS_SECONDS,
    AntiPassback,
    CountsOn,
    Easter,
    Hours,
    Mode,
    OnHoliday,
    PinPolicy,
    WeeklyHours,
)

LONGEST_NAME = 64
MOST_SCHEDULES = 500
MOST_GROUPS = 500
MOST_DOORS = 200
MOST_AREAS = 100
MOST_CALENDARS = 50
MOST_HOLIDAYS = 400
MOST_HOURS = 50
MOST_PERMISSIONS = 200
MOST_MODES = 20

_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)
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
Names: TypeAlias = Annotated[list[Name], Field(max_length=MOST_GROUPS), AfterValidator(_each_once)]
Day: TypeAlias = Annotated[date, BeforeValidator(_day)]
DayOfYear: TypeAlias = Annotated[tuple[int, int], BeforeValidator(_written(_day_of_year))]
Rule: TypeAlias = Annotated[
    str, Strict(), StringConstraints(max_length=LONGEST_RULE + 6), AfterValidator(_rule)
]
HoursText: TypeAlias = Annotated[Hours, BeforeValidator(_written(hours_from_text))]
WeeklyText: TypeAlias = Annotated[WeeklyHours, BeforeValidator(_written(weekly_from_text))]
Minute: TypeAlias = Annotated[int, BeforeValidator(_written(minute_from_text)), Field(lt=24 * 60)]
Number: TypeAlias = Annotated[float, Strict()]
Whole: TypeAlias = Annotated[int, Strict()]
Switch: TypeAlias = Annotated[bool, Strict()]


@dataclass(kw_only=True, config=_STRICT)
class HolidayForm:
    """A holiday: exactly one of on, every, rule, easter."""

    name: Name
    on: Day | None = None
    every: DayOfYear | None = None
    rule: Rule = ""
    easter: Annotated[Whole, Field(ge=-100, le=100)] | None = None
    whose: Easter = Easter.WESTERN


def _says_when(holiday: HolidayForm) -> HolidayForm:
    ways = (holiday.on is not None, holiday.every is not None, bool(holiday.rule))
    if sum((*ways, holiday.easter is not None)) != 1:
        raise ValueError("should say when by exactly one of on, every, rule and easter")
    return holiday


@dataclass(kw_only=True, config=_STRICT)
class CalendarForm:
    """Holidays that are kept together."""

    days: Annotated[
        list[Annotated[HolidayForm, AfterValidator(_says_when)]], Field(max_length=MOST_HOLIDAYS)
    ]


@dataclass(kw_only=True, config=_STRICT)
class RecurringForm:
    """Hours on the days of a rule."""

    first: Day
    hours: HoursText
    rule: Rule = ""


@dataclass(kw_only=True, config=_STRICT)
class HolidayUseForm:
    """What a schedule does on the days of a calendar."""

    calendar: Name
    does: OnHoliday = OnHoliday.CLOSED
    hours: Annotated[list[HoursText], Field(max_length=MOST_HOURS)] = field(default_factory=list)


def _hours_where_own(use: HolidayUseForm) -> HolidayUseForm:
    if (use.does is OnHoliday.OWN_HOURS) is not bool(use.hours):
        raise ValueError('should have hours if, and only if, it does "own-hours"')
    return use


@dataclass(kw_only=True, config=_STRICT)
class ScheduleForm:
    """When something holds."""

    weekly: Annotated[list[WeeklyText], Field(max_length=MOST_HOURS)] = field(default_factory=list)
    recurring: Annotated[list[RecurringForm], Field(max_length=MOST_HOURS)] = field(
        default_factory=list
    )
    holidays: Annotated[
        list[Annotated[HolidayUseForm, AfterValidator(_hours_where_own)]],
        Field(max_length=MOST_CALENDARS),
    ] = field(default_factory=list)


@dataclass(kw_only=True, config=_STRICT)
class AreaForm:
    """Where people are between doors."""

    anti_passback: AntiPassback = AntiPassback.NONE
    reset_after_minutes: Annotated[Whole, Field(ge=1, le=7 * 24 * 60)] | None = None
    reset_at: Minute | None = None


@dataclass(kw_only=True, config=_STRICT)
class ModeTimeForm:
    """What a door asks for during a schedule."""

    schedule: Name
    mode: Mode


@dataclass(kw_only=True, config=_STRICT)
class TwoPersonsForm:
    """When two persons must come."""

    schedule: Name
    seconds: Annotated[Number, Field(ge=1, le=300)] = TWO_PERSONS_SECONDS


@dataclass(kw_only=True, config=_STRICT)
class UnlockingForm:
    """When a door stands unlocked."""

    schedule: Name
    first_person: Switch = False
    groups: Names = field(default_factory=list)


@dataclass(kw_only=True, config=_STRICT)
class DoorForm:
    """What one door asks for."""

    mode: Mode = Mode.FACE
    modes: Annotated[list[ModeTimeForm], Field(max_length=MOST_MODES)] = field(default_factory=list)
    enters: Name | None = None
    leaves: Name | None = None
    counts_on: CountsOn = CountsOn.OPENED
    two_persons: TwoPersonsForm | None = None
    unlocking: UnlockingForm | None = None
    office_mode: Names = field(default_factory=list)
    lockdown: Names = field(default_factory=list)
    face_alone_limit: Annotated[Number, Field(gt=0, le=1)] | None = None
    patience_seconds: Annotated[Number, Field(ge=2, le=120)] = PATIENCE_SECONDS


def _leads_on(door: DoorForm) -> DoorForm:
    if door.enters is not None and door.enters == door.leaves:
        raise ValueError("should not enter the area that it leaves")
    return door


@dataclass(kw_only=True, config=_STRICT)
class PermissionForm:
    """Passing doors during a schedule."""

    doors: (
        Literal["all"]
        | Annotated[
            list[Name], Field(min_length=1, max_length=MOST_DOORS), AfterValidator(_each_once)
        ]
    )
    schedule: Name


@dataclass(kw_only=True, config=_STRICT)
class GroupForm:
    """People with the same permissions."""

    permissions: Annotated[list[PermissionForm], Field(max_length=MOST_PERMISSIONS)] = field(
        default_factory=list
    )
    high_security: Switch = False
    extended_opening: Switch = False
    instead: Literal["badge", "badge-and-pin"] | None = None
    anti_passback_exempt: Switch = False


_PINS = PinPolicy()


@dataclass(kw_only=True, config=_STRICT)
class PinForm:
    """When wrong PINs bar a person's PIN."""

    tries: Annotated[Whole, Field(ge=1, le=10)] = _PINS.tries
    pause_seconds: Annotated[Number, Field(ge=1, le=86_400)] = _PINS.pause
    growth: Annotated[Number, Field(ge=1, le=10)] = _PINS.growth
    longest_seconds: Annotated[Number, Field(ge=1, le=604_800)] = _PINS.longest


Key = TypeVar("Key", bound=Hashable)


@dataclass(kw_only=True, config=_STRICT)
class RulesForm:
    """All rules of a site."""

    zone: Annotated[
        str, Strict(), StringConstraints(max_length=LONGEST_NAME), AfterValidator(_zone)
    ] = "UTC"
    calendars: Annotated[dict[Name, CalendarForm], Field(max_length=MOST_CALENDARS)] = field(
        default_factory=dict
    )
    schedules: Annotated[dict[ScheduleName, ScheduleForm], Field(max_length=MOST_SCHEDULES)] = (
        field(default_factory=dict)
    )
    areas: Annotated[dict[Name, AreaForm], Field(max_length=MOST_AREAS)] = field(
        default_factory=dict
    )
    doors: Annotated[
        dict[Name, Annotated[DoorForm, AfterValidator(_leads_on)]], Field(max_length=MOST_DOORS)
    ] = field(default_factory=dict)
    groups: Annotated[dict[Name, GroupForm], Field(max_length=MOST_GROUPS)] = field(
        default_factory=dict
    )
    pins: PinForm = field(default_factory=PinForm)
