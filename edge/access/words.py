"""Explanations: one sentence that a facility manager understands, with no name of a person in it."""

from __future__ import annotations

from datetime import datetime, timedelta

from edge.access.demand import Demand, Why
from edge.access.passback import PassbackFault
from edge.access.rules import Allowed, Rules
from edge.access.ruleset import Factor, Mode
from edge.domain import Reason

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

OF_VALIDITY = {
    Reason.PERSON_SUSPENDED: "this person is suspended",
    Reason.PERSON_NOT_YET_VALID: "this person is not valid yet",
    Reason.PERSON_EXPIRED: "this person is not valid any more",
    Reason.NO_BADGE: "this person has no badge",
    Reason.BADGE_NOT_YET_VALID: "the badge is not valid yet",
    Reason.BADGE_EXPIRED: "the badge has expired",
    Reason.BADGE_REVOKED: "the badge is revoked",
    Reason.UNKNOWN_BADGE: "this badge belongs to nobody",
}

MODES = {
    Mode.FACE: "a face",
    Mode.BADGE_AND_FACE: "a badge and a face",
    Mode.BADGE: "a badge",
    Mode.PIN_AND_FACE: "a PIN and a face",
    Mode.BADGE_AND_PIN: "a badge and a PIN",
}

_NAMES = {Factor.FACE: "face", Factor.BADGE: "badge", Factor.PIN: "PIN"}
FACTORS = {Factor.FACE: "the face", Factor.BADGE: "a badge", Factor.PIN: "the PIN"}


def of_time(at: datetime, now: datetime, rules: Rules) -> str:
    """Return *at* on the site's clock: "Monday 07:00", with the date where that is not this week."""
    local = at.astimezone(rules.zone)
    weekday, time = WEEKDAYS[local.weekday()], f"{local:%H:%M}"
    if timedelta(0) <= at - now < timedelta(days=6):
        return f"{weekday} {time}"
    return f"{weekday} {local.date().isoformat()} {time}"


def of_hours(permission: Allowed, opening: datetime | None, now: datetime, rules: Rules) -> str:
    """Return which schedule is closed, why on a holiday, and when it opens."""
    timetable, wall = permission.timetable, rules.wall(now)
    holiday = timetable.holiday_on(wall.day)
    because = f" (holiday: {holiday})" if holiday is not None else ""
    coming = f"next: {of_time(opening, now, rules)}" if opening else "it does not open again"
    return (
        f"outside schedule '{timetable.name}' of group {permission.group.name}{because} ({coming})"
    )


def of_demand(wanted: Demand, *, outstanding: str = "missing") -> str:
    """Return what was asked for and what of it is *outstanding*, as that is to be called."""
    if not wanted.possible:
        return f"{_because(wanted)}, and this person has no PIN"
    missing = [FACTORS[factor] for factor in Factor if factor in wanted.missing]
    choice = [FACTORS[factor] for factor in Factor if factor in wanted.one_of]
    if choice:
        missing.append(" or ".join(choice))
    return f"{_because(wanted)}; {outstanding}: {' and '.join(missing)}"


def of_passback(fault: PassbackFault) -> str:
    """Return where somebody is known to be, and where she is not expected therefore."""
    if fault.stay.area == fault.area:
        return f"anti-passback: this person is in area {fault.area} already"
    return f"anti-passback: this person is in area {fault.stay.area}, not in area {fault.area}"


def of_shown(shown: frozenset[Factor]) -> str:
    """Return what was shown: "face, badge and PIN"."""
    names = [_NAMES[factor] for factor in Factor if factor in shown]
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _because(wanted: Demand) -> str:
    match wanted.why:
        case Why.HIGH_SECURITY:
            return "people of high security show a second factor"
        case Why.LOOK_ALIKE:
            return "somebody looks like this person, so the face alone does not tell who it is"
        case Why.WITHOUT_FACE:
            return f"without a face, {MODES[wanted.mode]} is needed"
        case Why.FACE_ALONE if wanted.alone is not None:
            return f"among {wanted.alone.people:,} people a face alone is not safe enough for this door"
    return f"this door asks for {MODES[wanted.mode]}"
