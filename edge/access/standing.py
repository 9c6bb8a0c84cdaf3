"""What a door does by itself, and who may switch it: unlock schedule, office mode, lockdown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from edge.access.rules import Rules
from edge.access.validity import badges_fault, person_fault
from edge.domain import Credentials


class Switch(StrEnum):
    """What members of some groups may begin and end with a badge."""

    OFFICE_MODE = "office-mode"
    LOCKDOWN = "lockdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a door stands unlocked by its schedule.

    *waiting*: it would, but for the first person, who has not come yet. *changes_at*: when the
    schedule opens or closes next, aware UTC; None without one, or if it never does.
    """

    unlocked: bool
    waiting: bool = False
    changes_at: datetime | None = None


def standing(
    door: str, at: datetime, rules: Rules, *, first_person_at: datetime | None = None
) -> Standing:
    """Return whether *door* stands unlocked by its schedule at *at* (aware).

    *first_person_at* is when somebody was last let in whose verdict had the flag FIRST_PERSON; it
    counts if the schedule has been open ever since.
    """
    unlocking = rules.door(door).unlocking
    if unlocking is None:
        return Standing(unlocked=False)
    timetable = rules.timetable(unlocking.schedule)
    state = timetable.state(at)
    changes_at = state.change
    if not state.open:
        return Standing(unlocked=False, changes_at=changes_at)
    waiting = unlocking.first_person and not (
        first_person_at is not None
        and first_person_at <= at
        and timetable.is_open_at(first_person_at)
        and timetable.next_change(first_person_at) == changes_at
    )
    return Standing(unlocked=not waiting, waiting=waiting, changes_at=changes_at)


def may_switch(
    switch: Switch, person: Credentials, door: str, at: datetime, rules: Rules, *, badge: str
) -> bool:
    """Tell whether *person* may do so at *door* with *badge* at *at* (aware).

    She must be valid, and so must her badge; whether she may pass the door now is not asked: a
    lockdown is not to wait for office hours.
    """
    if person_fault(person, at) is not None or badges_fault(person, at, badge) is not None:
        return False
    found = rules.door(door)
    groups = found.office_mode if switch is Switch.OFFICE_MODE else found.lockdown
    return any(group.name in groups for group in rules.groups_of(person.groups))
