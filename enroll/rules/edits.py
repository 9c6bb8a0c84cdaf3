"""Changing one thing of a ruleset; pure: the former stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from edge.access.ruleset import Area, Calendar, Door, Group, Ruleset, Schedule
from edge.errors import NotFoundError
from enroll.rules.area_form import AreaForm
from enroll.rules.calendar_form import CalendarForm
from enroll.rules.door_form import DoorForm
from enroll.rules.group_form import GroupForm
from enroll.rules.schedule_form import ScheduleForm

Item: TypeAlias = Schedule | Calendar | Area | Door | Group
ItemForm: TypeAlias = ScheduleForm | CalendarForm | AreaForm | DoorForm | GroupForm


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that rules are made of: the ruleset's field, its form, what it is called."""

    plural: str
    form: type[ScheduleForm | CalendarForm | AreaForm | DoorForm | GroupForm]
    word: str


KINDS: Mapping[str, Kind] = {
    "schedule": Kind("schedules", ScheduleForm, "schedule"),
    "calendar": Kind("calendars", CalendarForm, "holiday calendar"),
    "group": Kind("groups", GroupForm, "group"),
    "door": Kind("doors", DoorForm, "door"),
    "area": Kind("areas", AreaForm, "area"),
}
"""By the word in the address."""


def items_of(rules: Ruleset, kind: Kind) -> tuple[Item, ...]:
    """Return everything of one kind, in its order."""
    found: tuple[Item, ...] = getattr(rules, kind.plural)
    return found


def find(rules: Ruleset, kind: Kind, name: str) -> Item:
    """Return the one of that name.

    :raises NotFoundError: if there is none.
    """
    for each in items_of(rules, kind):
        if each.name == name:
            return each
    raise NotFoundError(f"the rules have no {kind.word} {name[:80]!r}")


def exists(rules: Ruleset, kind: Kind, name: str) -> bool:
    """Return whether there is one of that name."""
    return any(each.name == name for each in items_of(rules, kind))


def put(rules: Ruleset, kind: Kind, item: Item) -> Ruleset:
    """Return *rules* with *item* in the place of the one of its name, or at the end."""
    items = items_of(rules, kind)
    if exists(rules, kind, item.name):
        items = tuple(item if each.name == item.name else each for each in items)
    else:
        items = (*items, item)
    return _with(rules, kind, items)


def without(rules: Ruleset, kind: Kind, name: str) -> Ruleset:
    """Return *rules* without the one of that name; who refers to it is not changed."""
    return _with(rules, kind, tuple(each for each in items_of(rules, kind) if each.name != name))


def _with(rules: Ruleset, kind: Kind, items: tuple[Item, ...]) -> Ruleset:
    return replace(rules, **{kind.plural: items})  # type: ignore[arg-type]
