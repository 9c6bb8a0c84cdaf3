"""Why, who and when: answers to what-if questions, for previews; pure.

They ask the same :func:`edge.access.engine.evaluate` as the door does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from edge.access.demand import demand
from edge.access.engine import evaluate
from edge.access.passback import passback_fault
from edge.access.rules import Rules
from edge.access.ruleset import Factor, Mode
from edge.access.validity import badge_fault, person_fault
from edge.access.verdict import Question, Verdict
from edge.access.whereabouts import Whereabouts
from edge.access.words import MODES, OF_VALIDITY, of_demand, of_passback, of_time
from edge.domain import Credentials, Reason

EVERYTHING = frozenset(Factor)
SHOWN_TOGETHER = (*(mode.factors for mode in Mode), EVERYTHING)
"""What people show: what each mode asks for, and all there is."""

_COMPANION = "\0"
"""No person's id: somebody else who came first, where two must come."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it is of, whether it passes, and what was found, in words."""

    about: str
    passed: bool
    found: str


@dataclass(frozen=True, slots=True)
class Trial:
    """The answer to somebody who shows these factors."""

    shown: frozenset[Factor]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every check with its result, and the answer to each way of showing who one is.

    *best*: the answer if she shows everything, and comes second where two must come.
    """

    checks: tuple[Check, ...]
    trials: tuple[Trial, ...]
    best: Verdict


@dataclass(frozen=True, slots=True)
class Stretch:
    """From *begin* up to *end*, aware UTC, the answer is the same: *verdict*, as of *begin*."""

    begin: datetime
    end: datetime
    verdict: Verdict


def why(question: Question, rules: Rules, whereabouts: Whereabouts) -> Explanation:
    """Return all there is to say about the person of *question* at its door and time.

    What *question* has as shown is not looked at: every way is tried. Someone whose only valid
    badge is one for duress has trials that say so, as the door would.
    """
    tried = {shown: _shown(question, shown) for shown in SHOWN_TOGETHER}
    return Explanation(
        checks=tuple(_checks(question, rules, whereabouts)),
        trials=tuple(
            Trial(shown, evaluate(each, rules, whereabouts)) for shown, each in tried.items()
        ),
        best=_best(question, rules, whereabouts),
    )


def who(
    people: Iterable[Credentials], question: Question, rules: Rules, whereabouts: Whereabouts
) -> Mapping[str, Verdict]:
    """Return, by person id, the grants of those of *people* who may pass with all they have.

    *question* tells door and time; its person is not looked at.
    """
    found = {
        person.person_id: _best(replace(question, person=person), rules, whereabouts)
        for person in people
    }
    return {person_id: verdict for person_id, verdict in found.items() if verdict.granted}


def when(question: Question, rules: Rules, *, days: int = 7) -> tuple[Stretch, ...]:
    """Return how the answer to the person of *question* changes in *days* days from its time on.

    She is taken to show all she has, and to be where she may come from. The stretches follow each
    other without a gap.
    """
    end = question.at + timedelta(days=days)
    stretches: list[Stretch] = []
    for at in sorted({question.at, *_turns(question, rules, end)}):
        verdict = _best(replace(question, at=at), rules, Whereabouts())
        if stretches and _alike(stretches[-1].verdict, verdict):
            continue
        if stretches:
            stretches[-1] = replace(stretches[-1], end=at)
        stretches.append(Stretch(at, end, verdict))
    return tuple(stretches)


def _turns(question: Question, rules: Rules, end: datetime) -> Iterator[datetime]:
    """Give every time before *end* at which the answer may change."""
    person = question.person
    dates = [person.valid_from, person.valid_until]
    for badge in person.badges:
        dates += [badge.valid_from, badge.valid_until, badge.revoked_at]
    yield from (each for each in dates if each is not None and question.at < each < end)
    door = rules.door(question.door)
    names = {
        each.timetable.name for each in rules.allowed(door.name, rules.groups_of(person.groups))
    }
    names |= {each.schedule for each in door.modes}
    for name in names:
        at = rules.timetable(name).next_change(question.at)
        while at is not None and at < end:
            yield at
            at = rules.timetable(name).next_change(at)


def _alike(former: Verdict, latter: Verdict) -> bool:
    """Tell whether two answers differ in nothing but the time they were given."""
    return (former.outcome, former.reason, former.mode, former.group, former.schedule) == (
        latter.outcome,
        latter.reason,
        latter.mode,
        latter.group,
        latter.schedule,
    )


def _best(question: Question, rules: Rules, whereabouts: Whereabouts) -> Verdict:
    shown = EVERYTHING if question.person.has_pin else EVERYTHING - {Factor.PIN}
    asked = replace(_shown(question, shown), first=_COMPANION)
    return replace(evaluate(asked, rules, whereabouts), first_person_id=None)


def _shown(question: Question, shown: frozenset[Factor]) -> Question:
    """Return *question* with *shown*, the badge being the first valid one that is not for duress."""
    badges = question.person.badges
    if Factor.BADGE not in shown or not badges:
        return replace(question, shown=shown - {Factor.BADGE}, badge=None, duress=False)
    usable = [each for each in badges if not each.duress and not badge_fault(each, question.at)]
    badge = (usable or badges)[0]
    return replace(question, shown=shown, badge=badge.number, duress=False)


def _checks(question: Question, rules: Rules, whereabouts: Whereabouts) -> Iterator[Check]:
    person, at, wall = question.person, question.at, rules.wall(question.at)
    fault = person_fault(person, at)
    yield Check("person", fault is None, OF_VALIDITY[fault] if fault else "valid")
    for number, badge in enumerate(person.badges, start=1):
        fault = badge_fault(badge, at)
        use = "valid, for duress" if badge.duress else "valid"
        yield Check(f"badge {number}", fault is None, OF_VALIDITY[fault] if fault else use)
    if not person.badges:
        yield Check("badge", False, OF_VALIDITY[Reason.NO_BADGE])
    yield from _permissions(question, rules)
    door, groups = rules.door(question.door), rules.groups_of(person.groups)
    mode = rules.mode_of(door, wall)
    yield Check("mode", True, f"the door asks for {MODES[mode]}")
    shown = EVERYTHING if person.has_pin else EVERYTHING - {Factor.PIN}
    wanted = demand(replace(question, shown=shown), rules, groups, wall)
    nothing = demand(replace(question, shown=frozenset()), rules, groups, wall)
    asked = of_demand(nothing, outstanding="to be shown")
    yield Check("factors", wanted.met, asked)
    found = passback_fault(question, rules, whereabouts, groups)
    yield Check(
        "anti-passback", found is None, of_passback(found) if found else "nothing to object"
    )
    two = door.two_persons
    if two is not None:
        open_now = rules.timetable(two.schedule).is_open(wall)
        needed = "a second person must come" if open_now else "one person is enough now"
        yield Check("two persons", not open_now, needed)


def _permissions(question: Question, rules: Rules) -> Iterator[Check]:
    groups = rules.groups_of(question.person.groups)
    unknown = question.person.groups - {group.name for group in groups}
    for name in sorted(unknown):
        yield Check(f"group {name}", False, "the rules do not speak of this group")
    for group in groups:
        allowed = rules.allowed(question.door, (group,))
        if not allowed:
            yield Check(f"group {group.name}", False, "has no permission for this door")
        for each in allowed:
            open_now = each.timetable.is_open_at(question.at)
            change = each.timetable.next_change(question.at)
            told = "open" if open_now else "closed"
            if change is not None:
                told = f"{told} until {of_time(change, question.at, rules)}"
            yield Check(
                f"group {group.name}", open_now, f"schedule '{each.timetable.name}' is {told}"
            )
