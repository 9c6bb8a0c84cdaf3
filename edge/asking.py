"""Asking the rules about people who do not stand at a door: what if she came then, and there?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from edge.access.engine import evaluate
from edge.access.rules import Rules
from edge.access.ruleset import Factor
from edge.access.verdict import Question, Verdict
from edge.access.whereabouts import Whereabouts
from edge.collection.person_rows import Person, credentials_of
from edge.similarity import TARGET_FPIR, UNLOCK_SIMILARITY


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
    whereabouts: Whereabouts = Whereabouts()


def question_of(person: Person, visit: Visit, shown: frozenset[Factor]) -> Question:
    """Return what is asked when *person* shows *shown*; of a badge, that it is one of hers."""
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


def least_shown(person: Person, visit: Visit, rules: Rules) -> Question:
    """Return the question with the least that lets *person* in; if nothing does, with all she has."""
    for shown in _fewest_first(factors_of(person)):
        question = question_of(person, visit, shown)
        if evaluate(question, rules, visit.whereabouts).granted:
            return question
    return question_of(person, visit, factors_of(person))


def answer(person: Person, visit: Visit, rules: Rules) -> Verdict:
    """Return what a door would answer, if *person* shows what is needed, as far as she has it."""
    return evaluate(least_shown(person, visit, rules), rules, visit.whereabouts)


def _fewest_first(factors: frozenset[Factor]) -> Iterator[frozenset[Factor]]:
    ordered = [factor for factor in Factor if factor in factors]
    for count in range(len(ordered) + 1):
        yield from (frozenset(each) for each in combinations(ordered, count))
