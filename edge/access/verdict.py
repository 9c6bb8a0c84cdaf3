"""A question at a door and its answer, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from edge.access.ruleset import Factor, Mode
from edge.domain import Credentials, Outcome, Reason
from edge.similarity import TARGET_FPIR, UNLOCK_SIMILARITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether *person* may pass *door* at *at* (aware, UTC), having shown what she did.

    *shown*: the factors that were proven to be hers: her face was recognized or compared, her
    badge was read, her PIN was right. *badge*: the number of the badge that was read. *people*: how
    many the gallery holds; *similarity* (percent) and *target_fpir* are those of the door's
    decisions. *duress*: her PIN was the one for duress. *first*: who was permitted just before her,
    for a door that wants two persons.
    """

    person: Credentials
    door: str
    at: datetime
    shown: frozenset[Factor]
    badge: str | None = None
    people: int = 0
    similarity: float = UNLOCK_SIMILARITY
    target_fpir: float = TARGET_FPIR
    duress: bool = False
    first: str | None = None


class Flag(StrEnum):
    """What is worth recording about an answer beside its reason."""

    ANTI_PASSBACK = "anti-passback"
    """Soft anti-passback: she is where she was not expected."""
    WITHOUT_FACE = "without-face"
    """Nobody's face was looked at."""
    FIRST_PERSON = "first-person"
    """She may begin the unlock schedule that is waiting for its first person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer. A denial with *needs* or *one_of* becomes another answer with more factors.

    *explanation*: one sentence for whoever runs the site; no name of a person is in it. *needs*:
    factors that are missing, all of them; *one_of*: one of these is missing besides. *mode*: what
    the door asked for, None where it did not get that far. *group*, *schedule*: whose permission
    decided. *duress*: alarm silently, whatever the outcome; a screen must not show it. *extended*:
    release for longer. *next_opening*: of a permission that was out of hours, aware UTC.
    """

    outcome: Outcome
    reason: Reason
    explanation: str
    person_id: str | None = None
    needs: frozenset[Factor] = frozenset()
    one_of: frozenset[Factor] = frozenset()
    mode: Mode | None = None
    group: str | None = None
    schedule: str | None = None
    duress: bool = False
    extended: bool = False
    flags: frozenset[Flag] = frozenset()
    next_opening: datetime | None = None
    first_person_id: str | None = None

    @property
    def granted(self) -> bool:
        return self.outcome is Outcome.GRANT
