"""Anti-passback: whether somebody can be where she must be to pass this door.

She enters an area that she is in already: her badge was handed back. Or she leaves an area while she
is known to be in another: she slipped through somewhere. Whoever is not known to be inside may leave:
she came in behind somebody, or before a reset, and a door must not keep people in for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from edge.access.rules import Rules
from edge.access.ruleset import AntiPassback, Area, Group
from edge.access.verdict import Question
from edge.access.whereabouts import Stay, Whereabouts


@dataclass(frozen=True, slots=True)
class PassbackFault:
    """Anti-passback of *area* does not expect somebody whose last *stay* is known."""

    area: str
    severity: AntiPassback
    stay: Stay


def passback_fault(
    question: Question, rules: Rules, whereabouts: Whereabouts, groups: Sequence[Group]
) -> PassbackFault | None:
    """Return what is wrong with where the person of *question* is, the gravest, or None."""
    stay = whereabouts.of(question.person.person_id)
    if stay is None or any(group.anti_passback_exempt for group in groups):
        return None
    door = rules.door(question.door)
    places = []
    if door.enters is not None and stay.area == door.enters:
        places.append(door.enters)
    if door.leaves is not None and stay.area != door.leaves:
        places.append(door.leaves)
    faults = [
        PassbackFault(area.name, area.anti_passback, stay)
        for area in map(rules.area, places)
        if area.anti_passback is not AntiPassback.NONE
        and not was_reset(area, stay, question.at, rules)
    ]
    return next(
        (fault for fault in faults if fault.severity is AntiPassback.HARD),
        faults[0] if faults else None,
    )


def was_reset(area: Area, stay: Stay, at: datetime, rules: Rules) -> bool:
    """Tell whether *area* has forgotten *stay* by *at* (aware), by its time or by the clock.

    A stay of the future, after the clock was set back, is not forgotten before its time.
    """
    if area.reset_after is not None and at - stay.since >= timedelta(minutes=area.reset_after):
        return True
    if area.reset_at is None:
        return False
    return stay.since < _last_reset(area.reset_at, at, rules)


def _last_reset(minute: int, at: datetime, rules: Rules) -> datetime:
    """Return when the clock on the wall last showed *minute*; where it jumps over it, the jump."""
    wall = rules.wall(at)
    day = wall.day if wall.minute >= minute else wall.day - timedelta(days=1)
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=rules.zone)
    return min(local.astimezone(UTC), at)
