"""A checked document becomes a ruleset, and a ruleset the shortest document that means the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any, TypeAlias

from edge.access.document_form import (
    CalendarForm,
    DoorForm,
    GroupForm,
    RulesForm,
    ScheduleForm,
)
from edge.access.hours_text import text_of_hours, text_of_minute, text_of_weekly
from edge.access.ruleset import (
    Area,
    Calendar,
    Door,
    Group,
    Holiday,
    HolidayUse,
    Hours,
    Mode,
    ModeTime,
    Permission,
    PinPolicy,
    RecurringHours,
    Ruleset,
    Schedule,
    TwoPersons,
    Unlocking,
    WeeklyHours,
)

Document: TypeAlias = dict[str, Any]

_RENAMED = {
    (Calendar, "holidays"): "days",
    (Area, "reset_after"): "reset_after_minutes",
    (Door, "patience"): "patience_seconds",
    (PinPolicy, "pause"): "pause_seconds",
    (PinPolicy, "longest"): "longest_seconds",
}
"""Where a document says the unit, or a shorter word, than the value does."""


def ruleset_of(form: RulesForm) -> Ruleset:
    """Return the ruleset of a document that was checked, everything in the order of its names."""
    pins = form.pins
    return Ruleset(
        zone=form.zone,
        calendars=tuple(_calendar(name, each) for name, each in sorted(form.calendars.items())),
        schedules=tuple(_schedule(name, each) for name, each in sorted(form.schedules.items())),
        areas=tuple(
            Area(
                name=name,
                anti_passback=each.anti_passback,
                reset_after=each.reset_after_minutes,
                reset_at=each.reset_at,
            )
            for name, each in sorted(form.areas.items())
        ),
        doors=tuple(_door(name, each) for name, each in sorted(form.doors.items())),
        groups=tuple(_group(name, each) for name, each in sorted(form.groups.items())),
        pins=PinPolicy(
            tries=pins.tries,
            pause=pins.pause_seconds,
            growth=pins.growth,
            longest=pins.longest_seconds,
        ),
    )


def document_of(ruleset: Ruleset) -> Document:
    """Return the document of *ruleset*: names in order, nothing that is the default."""
    named: Mapping[str, Iterable[Any]] = {
        "calendars": ruleset.calendars,
        "schedules": ruleset.schedules,
        "areas": ruleset.areas,
        "doors": ruleset.doors,
        "groups": ruleset.groups,
    }
    document: Document = {"zone": ruleset.zone}
    for section, values in named.items():
        found = {each.name: _written(each) for each in values}
        for each in found.values():
            each.pop("name", None)
        if found:
            document[section] = dict(sorted(found.items()))
    if pins := _written(ruleset.pins):
        document["pins"] = pins
    return document


def _written(value: Any) -> Any:
    """Return one value as a document has it."""
    for kind, write in _WRITERS.items():
        if isinstance(value, kind):
            return write(value)
    return _table(value) if is_dataclass(value) else value


def _table(value: Any) -> Document:
    table: Document = {}
    for field in fields(value):
        each = getattr(value, field.name)
        if each == field.default:
            continue
        name = _RENAMED.get((type(value), field.name), field.name)
        if field.name == "every":
            table[name] = f"{each[0]:02}-{each[1]:02}"
        elif field.name == "reset_at":
            table[name] = text_of_minute(each)
        else:
            table[name] = _written(each)
    return table


def _permission(permission: Permission) -> Document:
    doors = "all" if permission.doors is None else sorted(permission.doors)
    return {"doors": doors, "schedule": permission.schedule}


_WRITERS: dict[type, Callable[[Any], Any]] = {
    Hours: text_of_hours,
    WeeklyHours: text_of_weekly,
    Permission: _permission,
    Enum: lambda value: value.value,
    date: lambda value: value.isoformat(),
    frozenset: sorted,
    tuple: lambda value: [_written(each) for each in value],
}


def _calendar(name: str, form: CalendarForm) -> Calendar:
    return Calendar(
        name,
        tuple(
            Holiday(
                name=each.name,
                on=each.on,
                every=each.every,
                rule=each.rule,
                easter=each.easter,
                whose=each.whose,
            )
            for each in form.days
        ),
    )


def _schedule(name: str, form: ScheduleForm) -> Schedule:
    return Schedule(
        name=name,
        weekly=tuple(form.weekly),
        recurring=tuple(
            RecurringHours(each.first, each.hours, each.rule) for each in form.recurring
        ),
        holidays=tuple(
            HolidayUse(each.calendar, each.does, tuple(each.hours)) for each in form.holidays
        ),
    )


def _door(name: str, form: DoorForm) -> Door:
    two, unlocking = form.two_persons, form.unlocking
    return Door(
        name=name,
        mode=form.mode,
        modes=tuple(ModeTime(each.schedule, each.mode) for each in form.modes),
        enters=form.enters,
        leaves=form.leaves,
        counts_on=form.counts_on,
        two_persons=TwoPersons(two.schedule, two.seconds) if two is not None else None,
        unlocking=Unlocking(unlocking.schedule, unlocking.first_person, frozenset(unlocking.groups))
        if unlocking is not None
        else None,
        office_mode=frozenset(form.office_mode),
        lockdown=frozenset(form.lockdown),
        face_alone_limit=form.face_alone_limit,
        patience=form.patience_seconds,
    )


def _group(name: str, form: GroupForm) -> Group:
    return Group(
        name=name,
        permissions=tuple(
            Permission(None if each.doors == "all" else frozenset(each.doors), each.schedule)
            for each in form.permissions
        ),
        high_security=form.high_security,
        extended_opening=form.extended_opening,
        instead=Mode(form.instead) if form.instead is not None else None,
        anti_passback_exempt=form.anti_passback_exempt,
    )
