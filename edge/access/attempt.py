"""Faces, badges and PINs shown at one door within seconds become one question; pure.

An attempt is a value. :func:`shown` takes what was shown and returns the next attempt with the
answers to it, :func:`elapsed` what follows from time alone; call it at every turn. What is still
wanted is data: whoever runs the door prompts for it, compares a face or checks a PIN when asked to,
and tells the result with :func:`shown`. The order in which things are shown does not matter.

Once a badge was shown the person is its owner, and a face is only ever compared with hers: that
tells look-alikes apart as far as it can be told, and needs no threshold for a whole gallery.

Times are seconds of a monotonic clock; only the question itself has a date.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from edge.access.attempt_state import Answer, Ask, Attempt, First, Place, Step, Wanted
from edge.access.engine import evaluate
from edge.access.ruleset import TWO_PERSONS_SECONDS, Factor
from edge.access.shown import (
    BadgeShown,
    FaceCompared,
    FaceLeft,
    FaceRecognized,
    FaceUnknown,
    PinChecked,
    PinResult,
    Shown,
)
from edge.access.validity import shows_duress
from edge.access.verdict import Question, Verdict
from edge.domain import Credentials, Outcome, Reason

_WANTED = {factor: Wanted(factor.value) for factor in Factor}


def elapsed(attempt: Attempt, *, now: float, place: Place) -> Step:
    """Return what follows when nothing is shown at *now*: what was shown may be forgotten."""
    answers: list[Answer] = []
    if attempt.until is not None and now >= attempt.until:
        answers.append(_timed_out(attempt, place))
        attempt = Attempt(first=attempt.first)
    if attempt.first is not None and now >= attempt.first.until:
        answers.append(_left_alone(attempt.first))
        attempt = replace(attempt, first=None)
    return Step(attempt, tuple(answers))


def shown(attempt: Attempt, what: Shown, *, now: float, at: datetime, place: Place) -> Step:
    """Return what follows when *what* is shown at *now*, which is *at* (aware, UTC) by the clock."""
    before = elapsed(attempt, now=now, place=place)
    after = _taken(before.attempt, what, now=now, at=at, place=place)
    return Step(after.attempt, before.answers + after.answers)


def _taken(attempt: Attempt, what: Shown, *, now: float, at: datetime, place: Place) -> Step:
    match what:
        case FaceLeft():
            return _without_face(attempt)
        case PinChecked():
            return _checked(attempt, what, now=now, at=at, place=place)
        case BadgeShown(owner=None):
            return _ended(attempt, Reason.UNKNOWN_BADGE, "this badge belongs to nobody")
        case FaceCompared() if attempt.owner is None or attempt.owner.person_id != what.person_id:
            return Step(attempt)  # the answer to what nobody asks any more
        case FaceCompared(alike=False):
            because = "the face is not that of the badge's owner"
            return _ended(attempt, Reason.WRONG_PERSON, because)
        case _:
            until = now + place.rules.door(place.door).patience
            taken = replace(_with(attempt, what), until=until)
            return _judged(taken, now=now, at=at, place=place)


def _with(attempt: Attempt, what: Shown) -> Attempt:
    """Return the attempt with *what* was shown."""
    match what:
        case BadgeShown(number, owner):
            return replace(attempt, badge=number, owner=owner)
        case FaceRecognized(person):
            return _with_face(attempt, person)
        case FaceUnknown():
            return replace(attempt, face=True, face_of=None, recognized=None, why_unknown=what)
        case FaceCompared(person_id):
            return replace(attempt, face=True, face_of=person_id)
        case _:
            return replace(attempt, typed=True)


def _with_face(attempt: Attempt, person: Credentials) -> Attempt:
    if attempt.owner is None:
        return replace(
            attempt, recognized=person, face=True, face_of=person.person_id, why_unknown=None
        )
    if attempt.owner.person_id == person.person_id:
        return replace(attempt, face=True, face_of=person.person_id)
    # Somebody like the owner, perhaps: that is for a comparison with her to say.
    return replace(attempt, face=True)


def _without_face(attempt: Attempt) -> Step:
    """End what began with a face; of an attempt with a badge or a PIN only the face is gone."""
    if attempt.owner is None and not attempt.typed:
        return _over(attempt, _walked_away(attempt)) if attempt.face else Step(attempt)
    return Step(replace(attempt, face=False, face_of=None, recognized=None, why_unknown=None))


def _checked(
    attempt: Attempt, check: PinChecked, *, now: float, at: datetime, place: Place
) -> Step:
    person = attempt.person
    if person is None or person.person_id != check.person_id or not attempt.typed:
        return Step(attempt)
    attempt = replace(attempt, typed=False, duress=attempt.duress or check.duress)
    if check.result is PinResult.LOCKED:
        return _ended(attempt, Reason.PIN_LOCKED, "too many wrong PINs; it is locked for a while")
    if check.result is PinResult.RIGHT:
        return _judged(replace(attempt, pin_of=check.person_id), now=now, at=at, place=place)
    step = _judged(attempt, now=now, at=at, place=place)
    if any(isinstance(each, Verdict) for each in step.answers):
        return step  # it was not needed, or there is a better reason to deny
    wrong = _verdict(attempt, Reason.WRONG_PIN, "the PIN is wrong")
    return Step(step.attempt, (wrong, *step.answers))


def _judged(attempt: Attempt, *, now: float, at: datetime, place: Place) -> Step:
    """Ask the rules about what was proven so far."""
    person = attempt.person
    until = attempt.until if attempt.until is not None else now
    if person is None:
        return _nobody_yet(attempt, until, at, place)
    if attempt.typed:
        # Before anything else: it may be the one for duress, needed or not.
        return Step(attempt, (Ask(check_pin=person.person_id, until=until),))
    verdict = evaluate(_question(attempt, person, at, place), place.rules, place.whereabouts)
    if verdict.reason is Reason.SECOND_PERSON_NEEDED:
        return _first_of_two(attempt, verdict, now, place)
    if not verdict.granted and (verdict.needs or verdict.one_of):
        ask = _ask(attempt, verdict, until, place)
        if ask is not None:
            return Step(attempt, (ask,))
    return _over(attempt, verdict)


def _nobody_yet(attempt: Attempt, until: float, at: datetime, place: Place) -> Step:
    """Ask for what tells who it is, where this door has a device for it."""
    door, rules = place.rules.door(place.door), place.rules
    factors = rules.mode_of(door, rules.wall(at)).factors
    unknown = attempt.why_unknown
    readable = place.readable
    if unknown is not None:
        hopeless = unknown.reason is Reason.NO_MATCH and Factor.BADGE not in factors
        if hopeless or Factor.BADGE not in readable:
            return _ended(attempt, unknown.reason, "the face was not recognized")
        return Step(attempt, (Ask((Wanted.BADGE,), until=until),))
    wanted = tuple(
        _WANTED[factor] for factor in (Factor.BADGE, Factor.FACE) if factor in factors & readable
    )
    return Step(attempt, (Ask(wanted or (Wanted.FACE,), until=until),))


def _ask(attempt: Attempt, verdict: Verdict, until: float, place: Place) -> Ask | None:
    """Return what to ask for, or None where this door has no device for it."""
    readable = place.readable
    choice = tuple(_WANTED[each] for each in Factor if each in verdict.one_of & readable)
    if not verdict.needs <= readable or (verdict.one_of and not choice):
        return None
    wants_face = Factor.FACE in verdict.needs or Factor.FACE in verdict.one_of
    compare = attempt.owner.person_id if attempt.owner is not None and wants_face else None
    needs = tuple(_WANTED[each] for each in Factor if each in verdict.needs)
    if attempt.face and compare is not None:
        needs = tuple(each for each in needs if each is not Wanted.FACE)  # it is there already
    return Ask(needs, choice, compare=compare, until=until)


def _first_of_two(attempt: Attempt, verdict: Verdict, now: float, place: Place) -> Step:
    first = attempt.first
    if first is None:
        two = place.rules.door(place.door).two_persons
        seconds = two.seconds if two is not None else TWO_PERSONS_SECONDS
        first = First(str(verdict.person_id), now + seconds, duress=False)
    # Coming twice prolongs nothing.
    first = replace(first, duress=first.duress or verdict.duress)
    return Step(Attempt(first=first), (Ask((Wanted.SECOND_PERSON,), until=first.until),))


def _question(attempt: Attempt, person: Credentials, at: datetime, place: Place) -> Question:
    first = attempt.first
    return Question(
        person=person,
        door=place.door,
        at=at,
        shown=attempt.factors,
        badge=attempt.badge,
        people=place.people,
        similarity=place.similarity,
        target_fpir=place.target_fpir,
        duress=attempt.duress or (first is not None and first.duress),
        first=first.person_id if first is not None else None,
    )


def _over(attempt: Attempt, verdict: Verdict) -> Step:
    """End the attempt. A grant ends it for both of two; a denial only for whom it denies."""
    first = None if verdict.granted else attempt.first
    return Step(Attempt(first=first), (verdict,))


def _ended(attempt: Attempt, reason: Reason, because: str) -> Step:
    return _over(attempt, _verdict(attempt, reason, because))


def _verdict(attempt: Attempt, reason: Reason, because: str) -> Verdict:
    person, unknown = attempt.person, attempt.why_unknown
    named = person.person_id if person is not None else unknown.person_id if unknown else None
    duress = person is not None and shows_duress(person, attempt.badge)
    return Verdict(
        outcome=Outcome.DENY,
        reason=reason,
        explanation=f"denied: {because}",
        person_id=named,
        duress=attempt.duress or duress,
        first_person_id=attempt.first.person_id if attempt.first is not None else None,
    )


def _timed_out(attempt: Attempt, place: Place) -> Verdict:
    if attempt.person is None and attempt.why_unknown is not None:
        return _verdict(attempt, attempt.why_unknown.reason, "the face was not recognized")
    patience = place.rules.door(place.door).patience
    return _verdict(
        attempt,
        Reason.FACTOR_TIMED_OUT,
        f"nothing more was shown within {patience:g} seconds",
    )


def _walked_away(attempt: Attempt) -> Verdict:
    unknown = attempt.why_unknown
    if attempt.person is None and unknown is not None:
        return _verdict(attempt, unknown.reason, "the face was not recognized")
    return _verdict(
        attempt, Reason.FACTOR_TIMED_OUT, "the face left before anything more was shown"
    )


def _left_alone(first: First) -> Verdict:
    return Verdict(
        outcome=Outcome.DENY,
        reason=Reason.SECOND_PERSON_NEEDED,
        explanation="denied: no second person came",
        person_id=first.person_id,
        duress=first.duress,
    )
