"""A large site by chance, and who may pass there, worked out the slow way from the definition.

Nothing of the engine is used to work it out: the clock on the wall, the hours as they are written,
and a list of what each kind of door asks for.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from edge.access.rules import Rules
from edge.access.ruleset import (
    EVERYONE,
    AntiPassback,
    Area,
    Calendar,
    CountsOn,
    Door,
    Factor,
    Group,
    Holiday,
    HolidayUse,
    Hours,
    Mode,
    ModeTime,
    OnHoliday,
    Permission,
    RecurringHours,
    Ruleset,
    Schedule,
    TwoPersons,
    WeeklyHours,
)
from edge.domain import Badge, Credentials

ZONE = "Europe/Berlin"
PEOPLE, GROUPS, SCHEDULES, DOORS = 10_000, 50, 200, 20
PLACES = tuple(f"Door {number}" for number in range(DOORS))
FIRST_DAY = date(2026, 1, 1)
FACE, BADGE, PIN = Factor.FACE, Factor.BADGE, Factor.PIN
MORNING, NIGHT = 6 * 60, 22 * 60
DAY = timedelta(days=1)

ASKED = {
    "face": {FACE},
    "badge-and-face": {FACE, BADGE},
    "badge": {BADGE},
    "pin-and-face": {FACE, PIN},
    "badge-and-pin": {BADGE, PIN},
}


@dataclass(frozen=True)
class Site:
    """Rules and people; *everywhere* is in all groups."""

    rules: Rules
    people: tuple[Credentials, ...]
    everywhere: Credentials
    by_id: dict[str, Credentials] = field(repr=False)

    def patience(self, door: str) -> float:
        return self.rules.door(door).patience

    def two_persons(self, door: str) -> float | None:
        """Return within how many seconds two must come, None where one may."""
        two = self.rules.door(door).two_persons
        return None if two is None else two.seconds


def random_site(seed: int) -> Site:
    """Return a site chosen by *seed*. Its schedules are closed on Sundays from 1 to 6."""
    draw = random.Random(seed)  # noqa: S311 - a seed that can be given again
    schedules = tuple(_schedule(number, draw) for number in range(SCHEDULES))
    ruleset = Ruleset(
        zone=ZONE,
        schedules=schedules,
        calendars=(
            Calendar(
                "Public",
                tuple(
                    Holiday(
                        name=f"Day off {number}", every=(draw.randint(1, 12), draw.randint(1, 28))
                    )
                    for number in range(12)
                ),
            ),
        ),
        areas=(
            Area(name="Soft", anti_passback=AntiPassback.SOFT),
            Area(name="Hard", anti_passback=AntiPassback.HARD, reset_after=1),
        ),
        doors=tuple(_door(name, draw) for name in PLACES),
        groups=tuple(
            Group(
                name=f"Group {number}",
                permissions=tuple(
                    Permission(
                        None
                        if draw.random() < 0.2
                        else frozenset(draw.sample(PLACES, k=draw.randint(1, 8))),
                        draw.choice(schedules).name,
                    )
                    for _ in range(4)
                ),
                high_security=number == 0,
                instead=Mode.BADGE if number == 1 else None,
            )
            for number in range(GROUPS)
        ),
    )
    names = [group.name for group in ruleset.groups]
    people = tuple(_person(number, names, draw) for number in range(PEOPLE))
    everywhere = Credentials(
        "everywhere", badges=(Badge("everywhere"),), groups=frozenset(names), has_pin=True
    )
    return Site(Rules(ruleset), people, everywhere, {each.person_id: each for each in people})


def may_pass(
    site: Site, person: Credentials, door: str, at: datetime, alive: frozenset[Factor]
) -> list[str]:
    """Return what speaks against *person* passing *door* at *at*, having shown *alive*."""
    faults = []
    valid = person.valid_until is None or at < person.valid_until
    if person.suspended or not valid:
        faults.append("granted to somebody who is not valid")
    if not any(badge.revoked_at is None for badge in person.badges):
        faults.append("granted to somebody without a badge")
    groups = [
        group
        for group in site.rules.ruleset.groups
        if group.name in person.groups or group.name == EVERYONE
    ]
    schedules = {each.name: each for each in site.rules.ruleset.schedules}
    off = {each.every for each in site.rules.ruleset.calendars[0].holidays}
    wall = at.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None, fold=0)
    if not any(
        (permission.doors is None or door in permission.doors)
        and _open(schedules[permission.schedule], wall, off)
        for group in groups
        for permission in group.permissions
    ):
        faults.append("granted without a permission that is open")
    found = next(each for each in site.rules.ruleset.doors if each.name == door)
    mode = next(
        (each.mode for each in found.modes if _open(schedules[each.schedule], wall, off)),
        found.mode,
    )
    faults += _of_factors(person, groups, mode, alive)
    return faults


def _of_factors(
    person: Credentials, groups: list[Group], mode: Mode, alive: frozenset[Factor]
) -> list[str]:
    asked = set(ASKED[mode.value])
    if FACE in asked and any(group.instead for group in groups):
        asked = {BADGE} if len(asked) == 1 else {BADGE, PIN}
    if not asked <= alive:
        return [f"granted at a door of {mode.value} for {', '.join(sorted(alive))}"]
    secure = any(group.high_security for group in groups)
    if secure and person.look_alikes and not {BADGE, PIN} <= alive:
        return ["granted to a look-alike of high security without badge and PIN"]
    if secure and len(alive) < 2:
        return ["granted to high security with one factor"]
    if asked == {FACE} and person.look_alikes and len(alive) < 2:
        return ["granted to a look-alike with her face alone"]
    return []


def _open(schedule: Schedule, wall: datetime, off: set[tuple[int, int] | None]) -> bool:
    for day in (wall.date() - DAY, wall.date()):
        if schedule.holidays and (day.month, day.day) in off:
            continue
        hours = [each.hours for each in schedule.weekly if day.weekday() in each.days]
        hours += [
            each.hours
            for each in schedule.recurring
            if day >= each.first and (day - each.first).days % 14 == 0
        ]
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a clock on a wall
        for each in hours:
            ends = each.end + (1440 if each.end <= each.begin else 0)
            begin = midnight + timedelta(minutes=each.begin)
            if begin <= wall < midnight + timedelta(minutes=ends):
                return True
    return False


def _schedule(number: int, draw: random.Random) -> Schedule:
    nights = draw.random() < 0.2
    hours = (
        Hours(NIGHT, draw.randint(1, 60))
        if nights
        else Hours(draw.randint(MORNING, 12 * 60), draw.randint(13 * 60, NIGHT))
    )
    return Schedule(
        name=f"Schedule {number}",
        weekly=(
            WeeklyHours(frozenset(draw.sample(range(7), k=draw.randint(3, 7))), hours),
            WeeklyHours(frozenset({draw.randrange(6)}), Hours(MORNING, NIGHT)),
        ),
        recurring=(
            RecurringHours(
                FIRST_DAY + draw.randrange(14) * DAY,
                Hours(9 * 60, 12 * 60),
                "FREQ=WEEKLY;INTERVAL=2",
            ),
        )
        if draw.random() < 0.3
        else (),
        holidays=(HolidayUse("Public", OnHoliday.CLOSED),) if draw.random() < 0.7 else (),
    )


def _door(name: str, draw: random.Random) -> Door:
    return Door(
        name=name,
        mode=draw.choice(tuple(Mode)),
        modes=(ModeTime(f"Schedule {draw.randrange(SCHEDULES)}", draw.choice(tuple(Mode))),)
        if draw.random() < 0.5
        else (),
        enters=draw.choice((None, "Soft", "Hard")),
        counts_on=CountsOn.GRANT,
        two_persons=TwoPersons("Always", 20.0) if PLACES.index(name) % 4 == 3 else None,
        face_alone_limit=draw.choice((None, 0.01)),
    )


def _person(number: int, groups: list[str], draw: random.Random) -> Credentials:
    at = datetime(2026, 9, 1, tzinfo=UTC)
    return Credentials(
        f"person-{number}",
        valid_until=at if draw.random() < 0.05 else None,
        badges=tuple(
            Badge(
                f"{number}-{each}",
                revoked_at=FIRST_BADGE_LOST if draw.random() < 0.1 else None,
                duress=draw.random() < 0.05,
            )
            for each in range(draw.choice((0, 1, 1, 1, 2)))
        ),
        suspended=draw.random() < 0.03,
        look_alikes=draw.random() < 0.03,
        groups=frozenset(draw.sample(groups, k=draw.randint(0, 6))),
        has_pin=draw.random() < 0.7,
    )


FIRST_BADGE_LOST = datetime(2025, 12, 1, tzinfo=UTC)
