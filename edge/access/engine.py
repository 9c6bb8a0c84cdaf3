"""The answer to a question at a door, with its reason in a sentence; pure.

Denial is the default. A grant has passed these checks, in this order; the first that fails answers:

1. the person is not suspended and within her dates;
2. the badge she showed is valid, or one of hers where she showed none;
3. a group of hers has a permission for this door, and one of these is within its schedule;
4. she has shown what the door asks for: its mode, a second factor where she is of high security or
   somebody looks like her, and more than a face where the gallery is too large for a face alone;
5. anti-passback knows her where she can come from;
6. she is not the same person as the first of two, where two must come.

The same checks are listed one by one in :mod:`edge.access.explain`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from edge.access.demand import Demand, demand
from edge.access.passback import passback_fault
from edge.access.rules import Allowed, Rules
from edge.access.ruleset import AntiPassback, Factor, Group
from edge.access.schedule import State, WallTime
from edge.access.validity import badges_fault, person_fault, shows_duress
from edge.access.verdict import Flag, Question, Verdict
from edge.access.whereabouts import Whereabouts
from edge.access.words import OF_VALIDITY, of_demand, of_hours, of_passback, of_shown
from edge.domain import Outcome, Reason


def evaluate(question: Question, rules: Rules, whereabouts: Whereabouts) -> Verdict:
    """Return whether the door opens, and why.

    *question* tells what was proven; *whereabouts* where people were before.
    """
    verdict = _evaluated(question, rules, whereabouts)
    duress = question.duress or shows_duress(question.person, question.badge)
    return replace(verdict, duress=True) if duress else verdict


def _evaluated(question: Question, rules: Rules, whereabouts: Whereabouts) -> Verdict:
    person, at = question.person, question.at
    fault = person_fault(person, at) or badges_fault(person, at, question.badge)
    if fault is not None:
        return _denied(question, fault, OF_VALIDITY[fault])
    groups = rules.groups_of(person.groups)
    allowed = rules.allowed(question.door, groups)
    if not allowed:
        return _denied(question, Reason.NO_PERMISSION, "no group of this person may pass this door")
    permission, state = _open_or_next(allowed, at)
    if not state.open:
        return _out_of_hours(question, permission, state, rules)
    wall = rules.wall(at)
    wanted = demand(question, rules, groups, wall)
    if not wanted.met:
        return replace(
            _denied(question, wanted.reason, of_demand(wanted)),
            # Nobody is asked for what she does not have.
            needs=wanted.missing if wanted.possible else frozenset(),
            one_of=wanted.one_of if wanted.possible else frozenset(),
            mode=wanted.mode,
            group=permission.group.name,
            schedule=permission.timetable.name,
        )
    return _through(question, rules, whereabouts, groups, permission, wanted, wall)


def _through(
    question: Question,
    rules: Rules,
    whereabouts: Whereabouts,
    groups: Sequence[Group],
    permission: Allowed,
    wanted: Demand,
    wall: WallTime,
) -> Verdict:
    """Return the answer for somebody who has the permission and has shown what was asked."""
    door = rules.door(question.door)
    found = passback_fault(question, rules, whereabouts, groups)
    about = Verdict(
        outcome=Outcome.DENY,
        reason=Reason.ANTI_PASSBACK,
        explanation=f"denied: {of_passback(found)}" if found is not None else "",
        person_id=question.person.person_id,
        mode=wanted.mode,
        group=permission.group.name,
        schedule=permission.timetable.name,
        first_person_id=question.first,
    )
    if found is not None and found.severity is AntiPassback.HARD:
        return about
    two = door.two_persons
    if (
        two is not None
        and rules.timetable(two.schedule).is_open(wall)
        and question.first in (None, question.person.person_id)
    ):
        return replace(
            about,
            reason=Reason.SECOND_PERSON_NEEDED,
            explanation=f"denied: a second person must follow within {two.seconds:g} seconds",
        )
    return replace(
        about,
        outcome=Outcome.GRANT,
        reason=Reason.MATCH,
        explanation=f"granted: schedule '{about.schedule}' of group {about.group}, by {of_shown(question.shown)}"
        + (f"; but {of_passback(found)}" if found is not None else ""),
        extended=any(group.extended_opening for group in groups),
        flags=frozenset(
            flag
            for flag, holds in (
                (Flag.ANTI_PASSBACK, found is not None),
                (Flag.WITHOUT_FACE, Factor.FACE not in question.shown),
                (Flag.FIRST_PERSON, _is_first_person(question, rules, groups, wall)),
            )
            if holds
        ),
    )


def _is_first_person(
    question: Question, rules: Rules, groups: Sequence[Group], wall: WallTime
) -> bool:
    unlocking = rules.door(question.door).unlocking
    return (
        unlocking is not None
        and unlocking.first_person
        and rules.timetable(unlocking.schedule).is_open(wall)
        and (not unlocking.groups or not unlocking.groups.isdisjoint(each.name for each in groups))
    )


def _open_or_next(allowed: Sequence[Allowed], at: datetime) -> tuple[Allowed, State]:
    """Return the first permission that is open, or else the one that opens next."""
    chosen, earliest = allowed[0], allowed[0].timetable.state(at)
    for each in allowed:
        state = each.timetable.state(at)
        if state.open:
            return each, state
        if state.change is not None and (earliest.change is None or state.change < earliest.change):
            chosen, earliest = each, state
    return chosen, earliest


def _out_of_hours(question: Question, permission: Allowed, state: State, rules: Rules) -> Verdict:
    because = of_hours(permission, state.change, question.at, rules)
    return replace(
        _denied(question, Reason.OUTSIDE_SCHEDULE, because),
        group=permission.group.name,
        schedule=permission.timetable.name,
        next_opening=state.change,
    )


def _denied(question: Question, reason: Reason, because: str) -> Verdict:
    return Verdict(
        outcome=Outcome.DENY,
        reason=reason,
        explanation=f"denied: {because}",
        person_id=question.person.person_id,
        first_person_id=question.first,
    )
