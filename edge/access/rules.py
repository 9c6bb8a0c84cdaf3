"""A ruleset ready to be asked: names resolved, schedules in the site's zone, permissions by door."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edge.access.holidays import Holidays
from edge.access.ruleset import (
    BUILT_IN_SCHEDULES,
    EVERYONE,
    NEVER,
    Area,
    Door,
    Group,
    Mode,
    Ruleset,
    TwoPersons,
    Unlocking,
)
from edge.access.schedule import Timetable, WallTime, wall_time
from edge.errors import RulesError

PREPARED_DAYS = 10
"""How far :meth:`Rules.prepare` looks ahead: a week, and a holiday at each end."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """One permission of one group for one door."""

    group: Group
    timetable: Timetable


class Rules:
    """The rules of a site. What it computes it keeps; the answers depend on the arguments alone.

    :raises RulesError: with every name that leads nowhere, every rule and zone that cannot be used.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        faults: list[str] = []
        self.zone = _zone(ruleset.zone, faults)
        calendars = _calendars(ruleset, faults)
        self._timetables: dict[str, Timetable] = {}
        for schedule in (*BUILT_IN_SCHEDULES, *ruleset.schedules):
            try:
                self._timetables[schedule.name] = Timetable(schedule, self.zone, calendars)
            except KeyError as error:
                faults.append(f"schedules.{schedule.name}: no calendar is named {error.args[0]}")
            except ValueError as error:
                faults.append(f"schedules.{schedule.name}: {error}")
        faults.extend(_dangling(ruleset, frozenset(self._timetables)))
        if faults:
            raise RulesError(tuple(faults))
        self._doors = {door.name: door for door in ruleset.doors}
        self._areas = {area.name: area for area in ruleset.areas}
        self._groups = {group.name: group for group in ruleset.groups}
        self._order = {name: number for number, name in enumerate(self._groups)}
        self._everywhere = self._allowed(None)
        self._allowed_at = {door.name: self._allowed(door.name) for door in ruleset.doors}

    def wall(self, at: datetime) -> WallTime:
        """Return what the site's clock shows at *at* (aware)."""
        return wall_time(at, self.zone)

    def door(self, name: str) -> Door:
        """Return the rules of a door; a door that is not listed has none of its own."""
        return self._doors.get(name) or Door(name=name)

    def area(self, name: str) -> Area:
        return self._areas[name]

    def timetable(self, schedule: str) -> Timetable:
        return self._timetables[schedule]

    def groups_of(self, names: frozenset[str]) -> tuple[Group, ...]:
        """Return the groups a person is in, in their order here; unknown names are of no use."""
        known = [name for name in (*names, EVERYONE) if name in self._groups]
        return tuple(self._groups[name] for name in sorted(set(known), key=self._order.__getitem__))

    def allowed(self, door: str, groups: Iterable[Group]) -> tuple[Allowed, ...]:
        """Return the permissions of *groups* for *door*."""
        by_group = self._allowed_at.get(door, self._everywhere)
        return tuple(each for group in groups for each in by_group.get(group.name, ()))

    def mode_of(self, door: Door, wall: WallTime) -> Mode:
        """Return what *door* asks for."""
        for each in door.modes:
            if self._timetables[each.schedule].is_open(wall):
                return each.mode
        return door.mode

    def prepare(self, at: datetime) -> None:
        """Compute what the days from *at* (aware) on will ask for, before somebody waits for it.

        Worth calling when rules are loaded and once an hour; it changes no answer.
        """
        for timetable in self._timetables.values():
            today = self.wall(at).day
            for ahead in range(-1, PREPARED_DAYS):
                timetable.on(today + timedelta(days=ahead))
            timetable.state(at)

    def _allowed(self, door: str | None) -> dict[str, tuple[Allowed, ...]]:
        found = {
            group.name: tuple(
                Allowed(group, self._timetables[permission.schedule])
                for permission in group.permissions
                if permission.doors is None or door in permission.doors
            )
            for group in self.ruleset.groups
        }
        return {name: each for name, each in found.items() if each}


def _zone(name: str, faults: list[str]) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        faults.append(f"zone: the time zone database has no {name[:60]!r}")
        return ZoneInfo("UTC")


def _calendars(ruleset: Ruleset, faults: list[str]) -> dict[str, Holidays]:
    calendars = {}
    for calendar in ruleset.calendars:
        try:
            calendars[calendar.name] = Holidays(calendar)
        except ValueError as error:
            faults.append(f"calendars.{calendar.name}: {error}")
    return calendars


def _dangling(ruleset: Ruleset, schedules: frozenset[str]) -> Iterator[str]:
    """Give one line for every name that leads nowhere, with the nearest one that does."""
    known = {
        "schedule": schedules | {schedule.name for schedule in ruleset.schedules},
        "door": frozenset(door.name for door in ruleset.doors),
        "area": frozenset(area.name for area in ruleset.areas),
        "group": frozenset(group.name for group in ruleset.groups) | {EVERYONE},
    }
    for path, kind, name in _references(ruleset):
        if name not in known[kind]:
            yield f"{path}: {unknown(kind, name, known[kind])}"


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Return that no *kind* is named *name*, and which is the nearest that there is."""
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"no {kind} is named {name!r}" + (f", did you mean {near[0]!r}?" if near else "")


def _references(ruleset: Ruleset) -> Iterator[tuple[str, str, str]]:
    """Give every reference by name: its path, what it should be, the name."""
    for door in ruleset.doors:
        for field, kind, name in _references_of(door):
            yield f"doors.{door.name}.{field}", kind, name
    for group in ruleset.groups:
        for number, permission in enumerate(group.permissions):
            path = f"groups.{group.name}.permissions.{number}"
            yield f"{path}.schedule", "schedule", permission.schedule
            for name in sorted(permission.doors or ()):
                yield f"{path}.doors", "door", name


def _references_of(door: Door) -> Iterator[tuple[str, str, str]]:
    for number, each in enumerate(door.modes):
        yield f"modes.{number}.schedule", "schedule", each.schedule
    for field, area in (("enters", door.enters), ("leaves", door.leaves)):
        if area is not None:
            yield field, "area", area
    unlocking = door.unlocking or Unlocking(NEVER)
    two_persons = door.two_persons or TwoPersons(NEVER)
    yield "two_persons.schedule", "schedule", two_persons.schedule
    yield "unlocking.schedule", "schedule", unlocking.schedule
    for field, names in (
        ("unlocking.groups", unlocking.groups),
        ("office_mode", door.office_mode),
        ("lockdown", door.lockdown),
    ):
        for name in sorted(names):
            yield field, "group", name
