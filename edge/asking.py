"""Asking the rules about people who do not stand at a door: if they came then, and there.

The answers are those of :mod:`edge.access.explain`, which knows credentials; here a stored person's
are found, and what she cannot show since she never had it is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from edge.access.engine import evaluate
from edge.access.explain import Check, Explanation, Stretch, Trial, when, who, why
from edge.access.rules import Rules
from edge.access.ruleset import Factor
from edge.access.verdict import Question, Verdict
from edge.access.whereabouts import Whereabouts
from edge.collection.person_rows import Person, credentials_of
from edge.similarity import TARGET_FPIR, UNLOCK_SIMILARITY

_YEARS = (1970, 2200)
"""What may be asked about: far enough from where calendars end to look a year ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody comes to *door* at *at* (aware).

    *people*: how many have a face; *similarity* (percent) and *target_fpir* are those of the door's
    decisions. *whereabouts*: where people are then, as far as that is to count.
    """

    door: str
    at: datetime
    people: int
    similarity: float = UNLOCK_SIMILARITY
    target_fpir: float = TARGET_FPIR
    whereabouts: Whereabouts = field(default_factory=Whereabouts)


def moment_of(text: str, rules: Rules) -> datetime:
    """Return the moment (UTC) that a text such as 2026-12-24T18:30 means by the site's clock.

    :raises ValueError: if it means none, or one that nobody can mean.
    """
    at = datetime.fromisoformat(text)
    if not _YEARS[0] <= at.year <= _YEARS[1]:
        raise ValueError(f"the year {at.year} cannot be meant")
    return (at if at.tzinfo is not None else at.replace(tzinfo=rules.zone)).astimezone(UTC)


def explained(person: Person, visit: Visit, rules: Rules) -> Explanation:
    """Return what a door would check of *person*, and answer to what she can show.

    *best* is the grant for the least she must show; if none is granted, the answer to all she has.
    """
    found = why(question_of(person, visit), rules, visit.whereabouts)
    has = factors_of(person)
    trials = tuple(trial for trial in found.trials if trial.shown and trial.shown <= has)
    granted = sorted((each for each in trials if each.verdict.granted), key=_factors_shown)
    if granted:
        best = granted[0].verdict
    else:
        best = found.best if Factor.FACE in has else _faceless(person, visit, rules)
    return Explanation(
        checks=(Check("face", person.faces > 0, _face_in_words(person)), *found.checks),
        trials=trials,
        best=best,
    )


def who_may(people: Iterable[Person], visit: Visit, rules: Rules) -> Mapping[str, Verdict]:
    """Return the grants of those of *people* who may pass with what they have, by person id."""
    everybody = tuple(people)
    faces = [each for each in everybody if each.faces]
    granted: dict[str, Verdict] = {}
    if faces:
        asked = question_of(faces[0], visit)
        granted.update(who(map(credentials_of, faces), asked, rules, visit.whereabouts))
    for person in everybody:
        if not person.faces and (verdict := _faceless(person, visit, rules)).granted:
            granted[person.person_id] = verdict
    return granted


def coming_week(person: Person, visit: Visit, rules: Rules) -> tuple[Stretch, ...]:
    """Return how the answer to *person* changes in the seven days from the visit on."""
    return when(question_of(person, visit), rules)


def question_of(person: Person, visit: Visit, shown: frozenset[Factor] = frozenset()) -> Question:
    """Return what is asked when *person* comes and shows *shown*."""
    return Question(
        person=credentials_of(person),
        door=visit.door,
        at=visit.at,
        shown=shown,
        people=visit.people,
        similarity=visit.similarity,
        target_fpir=visit.target_fpir,
    )


def factors_of(person: Person) -> frozenset[Factor]:
    """Return what a person has to show: a face, a badge, a PIN."""
    has = (
        (Factor.FACE, person.faces > 0),
        (Factor.BADGE, bool(person.badges)),
        (Factor.PIN, person.has_pin),
    )
    return frozenset(factor for factor, holds in has if holds)


def _faceless(person: Person, visit: Visit, rules: Rules) -> Verdict:
    """Return the answer to somebody without a face, who shows all she has."""
    return evaluate(question_of(person, visit, factors_of(person)), rules, visit.whereabouts)


def _factors_shown(trial: Trial) -> int:
    return len(trial.shown)


def _face_in_words(person: Person) -> str:
    if person.faces:
        return f"{person.faces} enrolled"
    return "this person declined to give her face" if person.declined else "none is enrolled"
