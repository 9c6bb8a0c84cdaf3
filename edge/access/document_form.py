"""What a document of rules may hold, as pydantic checks it; strict, with limits on every size."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic.dataclasses import dataclass

from edge.access.document_kinds import (
    STRICT,
    Day,
    DayOfYear,
    HoursText,
    Minute,
    Name,
    Names,
    NoneTwice,
    Number,
    Rule,
    ScheduleName,
    Switch,
    WeeklyText,
    Whole,
    Zone,
)
from edge.access.ruleset import (
    PATIENCE_SECONDS,
    TWO_PERSONS_SECONDS,
    AntiPassback,
    CountsOn,
    Easter,
    Mode,
    OnHoliday,
    PinPolicy,
)

MOST_SCHEDULES = 500
MOST_GROUPS = 500
MOST_DOORS = 200
MOST_AREAS = 100
MOST_CALENDARS = 50
MOST_HOLIDAYS = 400
MOST_HOURS = 50
MOST_PERMISSIONS = 200
MOST_MODES = 20


@dataclass(kw_only=True, config=STRICT)
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


@dataclass(kw_only=True, config=STRICT)
class CalendarForm:
    """Holidays that are kept together."""

    days: Annotated[
        list[Annotated[HolidayForm, AfterValidator(_says_when)]], Field(max_length=MOST_HOLIDAYS)
    ] = field(default_factory=list)


@dataclass(kw_only=True, config=STRICT)
class RecurringForm:
    """Hours on the days of a rule."""

    first: Day
    hours: HoursText
    rule: Rule = ""


@dataclass(kw_only=True, config=STRICT)
class HolidayUseForm:
    """What a schedule does on the days of a calendar."""

    calendar: Name
    does: OnHoliday = OnHoliday.CLOSED
    hours: Annotated[list[HoursText], Field(max_length=MOST_HOURS)] = field(default_factory=list)


def _hours_where_own(use: HolidayUseForm) -> HolidayUseForm:
    if (use.does is OnHoliday.OWN_HOURS) is not bool(use.hours):
        raise ValueError('should have hours if, and only if, it does "own-hours"')
    return use


@dataclass(kw_only=True, config=STRICT)
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


@dataclass(kw_only=True, config=STRICT)
class AreaForm:
    """Where people are between doors."""

    anti_passback: AntiPassback = AntiPassback.NONE
    reset_after_minutes: Annotated[Whole, Field(ge=1, le=7 * 24 * 60)] | None = None
    reset_at: Minute | None = None


@dataclass(kw_only=True, config=STRICT)
class ModeTimeForm:
    """What a door asks for during a schedule."""

    schedule: Name
    mode: Mode


@dataclass(kw_only=True, config=STRICT)
class TwoPersonsForm:
    """When two persons must come."""

    schedule: Name
    seconds: Annotated[Number, Field(ge=1, le=300)] = TWO_PERSONS_SECONDS


@dataclass(kw_only=True, config=STRICT)
class UnlockingForm:
    """When a door stands unlocked."""

    schedule: Name
    first_person: Switch = False
    groups: Names = field(default_factory=list)


@dataclass(kw_only=True, config=STRICT)
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


@dataclass(kw_only=True, config=STRICT)
class PermissionForm:
    """Passing doors during a schedule."""

    doors: (
        Literal["all"]
        | Annotated[list[Name], Field(min_length=1, max_length=MOST_DOORS), NoneTwice]
    )
    schedule: Name


@dataclass(kw_only=True, config=STRICT)
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


@dataclass(kw_only=True, config=STRICT)
class PinForm:
    """When wrong PINs bar a person's PIN."""

    tries: Annotated[Whole, Field(ge=1, le=10)] = _PINS.tries
    pause_seconds: Annotated[Number, Field(ge=1, le=86_400)] = _PINS.pause
    growth: Annotated[Number, Field(ge=1, le=10)] = _PINS.growth
    longest_seconds: Annotated[Number, Field(ge=1, le=604_800)] = _PINS.longest


@dataclass(kw_only=True, config=STRICT)
class RulesForm:
    """All rules of a site."""

    zone: Zone = "UTC"
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
