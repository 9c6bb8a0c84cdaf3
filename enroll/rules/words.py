"""Rules in words, for lists: short, and exact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from edge.access.ruleset import (
    AntiPassback,
    Area,
    Calendar,
    CountsOn,
    Door,
    Easter,
    Group,
    Holiday,
    HolidayUse,
    Hours,
    Mode,
    OnHoliday,
    Schedule,
)
from enroll.rules.fields import WEEKDAYS, clock

MODES: dict[Mode, str] = {
    Mode.FACE: "a face",
    Mode.BADGE_AND_FACE: "badge and face",
    Mode.BADGE: "a badge",
    Mode.PIN_AND_FACE: "PIN and face",
    Mode.BADGE_AND_PIN: "badge and PIN",
}

ANTI_PASSBACK: dict[AntiPassback, str] = {
    AntiPassback.NONE: "no anti-passback",
    AntiPassback.SOFT: "anti-passback is recorded",
    AntiPassback.HARD: "anti-passback refuses",
}

COUNTS_ON: dict[CountsOn, str] = {
    CountsOn.OPENED: "when the door was opened",
    CountsOn.GRANT: "as soon as the door is released",
}

ON_HOLIDAY: dict[OnHoliday, str] = {
    OnHoliday.CLOSED: "closed",
    OnHoliday.OWN_HOURS: "hours of their own",
    OnHoliday.AS_USUAL: "as on any day",
}


def days_in_words(days: Iterable[int]) -> str:
    """Return days of the week as people write them: "Mon–Fri", "Sat, Sun", "every day"."""
    chosen = sorted(days)
    if len(chosen) == len(WEEKDAYS):
        return "every day"
    runs: list[list[int]] = []
    for day in chosen:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(
        f"{WEEKDAYS[run[0]]}\N{EN DASH}{WEEKDAYS[run[-1]]}"
        if len(run) > 2
        else ", ".join(WEEKDAYS[day] for day in run)
        for run in runs
    )


def hours_in_words(hours: Hours) -> str:
    """Return hours as people write them; those that end on the next day say so."""
    if hours.length == 24 * 60 and hours.begin == 0:
        return "all day"
    next_day = " (next day)" if hours.end <= hours.begin and hours.end else ""
    end = "24:00" if hours.end in (0, 24 * 60) else clock(hours.end)
    return f"{clock(hours.begin)}\N{EN DASH}{end}{next_day}"


def schedule_in_words(schedule: Schedule) -> tuple[str, ...]:
    """Return when a schedule is open, one line for each part of it."""
    return tuple(_schedule_lines(schedule)) or ("never",)


def _schedule_lines(schedule: Schedule) -> Iterator[str]:
    for week in schedule.weekly:
        yield f"{days_in_words(week.days)} {hours_in_words(week.hours)}"
    for each in schedule.recurring:
        when = f"from {each.first.isoformat()} on, {each.rule}" if each.rule else str(each.first)
        yield f"{when}, {hours_in_words(each.hours)}"
    yield from (_use_in_words(use) for use in schedule.holidays)


def _use_in_words(use: HolidayUse) -> str:
    hours = ", ".join(hours_in_words(each) for each in use.hours)
    does = hours if use.does is OnHoliday.OWN_HOURS else ON_HOLIDAY[use.does]
    return f"{use.calendar}: {does}"


def holiday_in_words(holiday: Holiday) -> str:
    """Return which day a holiday is."""
    if holiday.on is not None:
        when = holiday.on.isoformat()
    elif holiday.every is not None:
        when = f"{holiday.every[0]:02}-{holiday.every[1]:02}"
    elif holiday.easter is not None:
        easter = "Orthodox Easter" if holiday.whose is Easter.ORTHODOX else "Easter"
        when = f"{easter} {holiday.easter:+}" if holiday.easter else easter
    else:
        when = holiday.rule
    return f"{holiday.name} ({when})"


def calendar_in_words(calendar: Calendar) -> tuple[str, ...]:
    """Return the holidays of a calendar."""
    return tuple(holiday_in_words(each) for each in calendar.holidays) or ("no day",)


def group_in_words(group: Group) -> tuple[str, ...]:
    """Return what members of a group may do, and what is special about them."""
    return tuple(_group_lines(group))


def _group_lines(group: Group) -> Iterator[str]:
    for each in group.permissions:
        doors = "every door" if each.doors is None else ", ".join(sorted(each.doors))
        yield f"{doors}: {each.schedule}"
    if not group.permissions:
        yield "no door"
    if group.high_security:
        yield "always a second factor"
    if group.instead is not None:
        yield f"{MODES[group.instead]} instead of the face"
    if group.extended_opening:
        yield "the door stays released for longer"
    if group.anti_passback_exempt:
        yield "free of anti-passback"


def door_in_words(door: Door) -> tuple[str, ...]:
    """Return what a door asks for, and when it is otherwise."""
    return tuple(_door_lines(door))


def _door_lines(door: Door) -> Iterator[str]:
    yield f"asks for {MODES[door.mode]}"
    for each in door.modes:
        yield f"during {each.schedule}: {MODES[each.mode]}"
    if door.enters is not None or door.leaves is not None:
        yield f"from {door.leaves or 'outside'} into {door.enters or 'outside'}"
    if door.two_persons is not None:
        yield (
            f"during {door.two_persons.schedule}: two people within {door.two_persons.seconds:g} s"
        )
    if door.unlocking is not None:
        first = ", after the first person" if door.unlocking.first_person else ""
        yield f"unlocked during {door.unlocking.schedule}{first}"
    if door.face_alone_limit is not None:
        yield f"a face alone only if fewer than one stranger in {1 / door.face_alone_limit:,.0f} gets in"
    for what, groups in (("office mode", door.office_mode), ("lockdown", door.lockdown)):
        if groups:
            yield f"{what} by {', '.join(sorted(groups))}"


def area_in_words(area: Area) -> tuple[str, ...]:
    """Return what an area does about people who are in it already."""
    return tuple(_area_lines(area))


def _area_lines(area: Area) -> Iterator[str]:
    yield ANTI_PASSBACK[area.anti_passback]
    if area.reset_after is not None:
        yield f"forgets after {area.reset_after} minutes"
    if area.reset_at is not None:
        yield f"forgets at {clock(area.reset_at)}"
