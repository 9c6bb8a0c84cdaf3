"""What a person must show at a door, and what of it is missing.

A face that has a look-alike does not tell which of the two it is. At a door of a face alone such a
person shows a badge or a PIN besides, which tells it. What remains is a twin who borrows the badge:
the face fits her as well, so to the twin such a door is one of badges alone, as to nobody else.
Whoever must not be taken for her twin is put into a group of high security, and then shows badge
and PIN, since two things besides the face are not borrowed by chance. It is not asked of all
look-alikes because many sites have no PIN pad, and one unlikely visitor is no reason to bar them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge.access.face_alone import FaceAlone, face_alone
from edge.access.rules import Rules
from edge.access.ruleset import Factor, Group, Mode
from edge.access.schedule import WallTime
from edge.access.verdict import Question
from edge.domain import Reason


class Why(StrEnum):
    """What makes a door ask for more, or for something else, than its mode says."""

    MODE = "mode"
    WITHOUT_FACE = "without-face"
    HIGH_SECURITY = "high-security"
    LOOK_ALIKE = "look-alike"
    FACE_ALONE = "face-alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is asked for, and whether it was shown.

    *missing*: factors still to be shown, all of them. *one_of*: one of these besides; empty where
    nothing more is needed. *possible* is False where the person has nothing that would do. *alone*:
    the numbers that a face alone was refused for.
    """

    mode: Mode
    why: Why
    missing: frozenset[Factor] = frozenset()
    one_of: frozenset[Factor] = frozenset()
    possible: bool = True
    alone: FaceAlone | None = None

    @property
    def met(self) -> bool:
        return self.possible and not self.missing and not self.one_of

    @property
    def reason(self) -> Reason:
        """Why it is a denial while it is not met."""
        alone = self.why is Why.FACE_ALONE and not self.missing
        return Reason.FACE_ALONE_REFUSED if alone else Reason.SECOND_FACTOR_NEEDED


def demand(question: Question, rules: Rules, groups: Sequence[Group], wall: WallTime) -> Demand:
    """Return what the person of *question*, who is in *groups*, must show."""
    door = rules.door(question.door)
    asked = rules.mode_of(door, wall)
    mode = _instead(asked, groups)
    why = Why.MODE if mode is asked else Why.WITHOUT_FACE
    needed, alike = mode.factors, question.person.look_alikes
    secure = any(group.high_security for group in groups)
    if secure and alike:
        return _all(question, mode, Why.LOOK_ALIKE, needed | {Factor.BADGE, Factor.PIN})
    if len(needed) == 1 and secure:
        return _and_one_more(question, mode, Why.HIGH_SECURITY)
    if mode is Mode.FACE and alike:
        return _and_one_more(question, mode, Why.LOOK_ALIKE)
    alone = face_alone(question.people, target_fpir=question.target_fpir, floor=question.similarity)
    if mode is Mode.FACE and alone.exceeds(door.face_alone_limit):
        return _and_one_more(question, mode, Why.FACE_ALONE, alone)
    return _all(question, mode, why, needed)


def _instead(asked: Mode, groups: Sequence[Group]) -> Mode:
    """Return what somebody shows who does not give her face, no fewer factors than *asked*."""
    instead = [group.instead for group in groups if group.instead is not None]
    if not instead or Factor.FACE not in asked.factors:
        return asked
    if len(asked.factors) > 1:
        return Mode.BADGE_AND_PIN
    return max(instead, key=lambda mode: len(mode.factors))


def _all(question: Question, mode: Mode, why: Why, needed: frozenset[Factor]) -> Demand:
    missing = needed - question.shown
    possible = Factor.PIN not in missing or question.person.has_pin
    return Demand(mode=mode, why=why, missing=missing, possible=possible)


def _and_one_more(
    question: Question, mode: Mode, why: Why, alone: FaceAlone | None = None
) -> Demand:
    """Ask for the one factor of *mode* and any other; a face is no second factor to a face."""
    others = frozenset(Factor) - mode.factors
    missing = mode.factors - question.shown
    if others & question.shown:
        return Demand(mode=mode, why=why, missing=missing, alone=alone)
    if not question.person.has_pin:
        others -= {Factor.PIN}
    return Demand(mode=mode, why=why, missing=missing, one_of=others, alone=alone)
