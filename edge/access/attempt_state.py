"""An attempt at one door as values: what was shown, what is still wanted, where it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from edge.access.rules import Rules
from edge.access.ruleset import Factor
from edge.access.shown import FaceUnknown
from edge.access.verdict import Verdict
from edge.access.whereabouts import Whereabouts
from edge.domain import Credentials
from edge.similarity import TARGET_FPIR, UNLOCK_SIMILARITY


class Wanted(StrEnum):
    """What somebody at the door is asked for next."""

    FACE = "face"
    BADGE = "badge"
    PIN = "pin"
    SECOND_PERSON = "second-person"


@dataclass(frozen=True, slots=True)
class Ask:
    """More is needed.

    *all_of*: everything that is to be shown, in the order to prompt for it; *one_of*: one of these
    besides. *compare*: compare the face that is or comes before the camera with this person, and
    tell :class:`FaceCompared`. *check_pin*: check the PIN that was typed against this person's, and
    tell :class:`PinChecked`. *until*: monotonic seconds.
    """

    all_of: tuple[Wanted, ...] = ()
    one_of: tuple[Wanted, ...] = ()
    compare: str | None = None
    check_pin: str | None = None
    until: float = 0.0


Answer: TypeAlias = Ask | Verdict


@dataclass(frozen=True, slots=True)
class First:
    """The first of two persons, permitted and waiting until *until*, monotonic seconds."""

    person_id: str
    until: float
    duress: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was shown at one door, up to now; what nobody has shown yet is the default.

    *face*: a live face was seen; *face_of*: whose it is. *typed*: a PIN waits to be checked; *pin_of*:
    whose PIN was right. Both are names, so that what was proven of one is never another's, whoever
    steps in between. *why_unknown*: why the face was not found in the gallery. *until*: monotonic seconds at which all
    this is forgotten, except *first*, who has her own time.
    """

    badge: str | None = field(default=None, repr=False)
    owner: Credentials | None = None
    recognized: Credentials | None = None
    face: bool = False
    face_of: str | None = None
    typed: bool = False
    pin_of: str | None = None
    duress: bool = False
    why_unknown: FaceUnknown | None = None
    until: float | None = None
    first: First | None = None

    @property
    def person(self) -> Credentials | None:
        """Who it is as far as is known: the badge's owner, else whose face was recognized."""
        return self.owner or self.recognized

    @property
    def factors(self) -> frozenset[Factor]:
        """What was proven to be that person's."""
        if self.person is None:
            return frozenset()
        person_id = self.person.person_id
        proven = (
            (Factor.BADGE, self.owner is not None),
            (Factor.FACE, self.face_of == person_id),
            (Factor.PIN, self.pin_of == person_id),
        )
        return frozenset(factor for factor, holds in proven if holds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an attempt is made. *readable*: what this door has devices for.

    *people*: how many the gallery holds; *similarity* and *target_fpir* as the door's decisions.
    """

    door: str
    rules: Rules
    whereabouts: Whereabouts
    people: int
    readable: frozenset[Factor]
    similarity: float = UNLOCK_SIMILARITY
    target_fpir: float = TARGET_FPIR


@dataclass(frozen=True, slots=True)
class Step:
    """The next attempt, and the answers in their order: at most one grant, and then it is last."""

    attempt: Attempt
    answers: tuple[Answer, ...] = ()
