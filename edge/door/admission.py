"""What somebody shows at one door, put to the rules: looks up badges, compares, checks PINs.

The attempt itself and the rules are pure (:mod:`edge.access`); here is what they ask for. A face
counts only while it stays: whoever walks away takes it with her, so that nobody else can complete
with a found badge what she began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from edge.access.attempt import elapsed, shown
from edge.access.attempt_state import Answer, Ask, Attempt, Place, Step
from edge.access.rules import Rules
from edge.access.ruleset import Factor, Ruleset
from edge.access.shown import (
    BadgeShown,
    FaceCompared,
    FaceLeft,
    FaceRecognized,
    FaceUnknown,
    PinTyped,
)
from edge.access.shown import Shown as Told
from edge.access.verdict import Verdict
from edge.domain import Credentials, Outcome, Reason, Shown, ShownKind
from edge.door.identify import Recognition
from edge.door.parts import Badges, PinStore, Presences, Rulebook
from edge.similarity import TARGET_FPIR, UNLOCK_SIMILARITY

NO_RULES = Rules(Ruleset())
"""By which nobody may pass."""

CLOCK_WRONG = Verdict(
    outcome=Outcome.DENY,
    reason=Reason.CLOCK_WRONG,
    explanation="denied: the clock of this door is plainly wrong, and with it every schedule",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionPolicy:
    """At which door, and what can be shown there; *similarity* and *target_fpir* as for faces."""

    door: str
    readable: frozenset[Factor] = frozenset({Factor.FACE})
    similarity: float = UNLOCK_SIMILARITY
    target_fpir: float = TARGET_FPIR


class Admission:
    """The attempts at one door, one after the other; for one thread.

    Times: *now* monotonic seconds, always of one clock; *at* the same moment by the wall clock.
    """

    def __init__(
        self,
        *,
        policy: AdmissionPolicy,
        gallery: Badges,
        rules: Rulebook,
        pins: PinStore,
        presences: Presences,
        trusts: Callable[[datetime], bool] = lambda _: True,
    ) -> None:
        self._policy = policy
        self._gallery = gallery
        self._rules = rules
        self._pins = pins
        self._presences = presences
        self._trusts = trusts
        self._attempt = Attempt()
        self._comparing: str | None = None
        self._typed: str | None = None
        self._badge: str | None = None
        self._found: Recognition | None = None

    @property
    def comparing(self) -> Credentials | None:
        """Whom the face before the camera is to be compared with, in place of the whole gallery."""
        owner = self._attempt.owner
        return owner if owner is not None and owner.person_id == self._comparing else None

    @property
    def recognition(self) -> Recognition | None:
        """What was found out about the face in the attempt of the newest answer, if anything."""
        return self._found

    @property
    def shown_badge(self) -> str | None:
        """The badge that was shown in the attempt of the newest answer."""
        return self._badge

    @property
    def idle(self) -> bool:
        """Whether nothing was shown, or all of it has been answered."""
        return self._attempt == Attempt()

    def rules(self, at: datetime) -> Rules:
        """Return the rules that hold at *at*; none, if the clock cannot be believed."""
        return self._rules.current(at).rules if self._trusts(at) else NO_RULES

    def face(self, found: Recognition, *, now: float, at: datetime) -> tuple[Answer, ...]:
        """Return what follows from a face: a living one where it matched, else a final answer."""
        person, self._found = found.person, found
        if self.comparing is not None and person is not None:
            self._comparing = None
            return self._tell(FaceCompared(person.person_id, alike=found.matched), now=now, at=at)
        if found.matched and person is not None:
            return self._tell(FaceRecognized(person), now=now, at=at)
        return self._tell(FaceUnknown(found.reason, found.person_id), now=now, at=at)

    def credential(self, what: Shown, *, now: float, at: datetime) -> tuple[Answer, ...]:
        """Return what follows from a badge or a PIN.

        :raises StorageError: if it cannot be looked up; then nothing was shown.
        """
        if self.idle:
            self._found = None
        if what.kind is ShownKind.BADGE:
            owner = self._gallery.by_badge(what.value)
            return self._tell(BadgeShown(what.value, owner), now=now, at=at)
        self._typed = what.value
        return self._tell(PinTyped(), now=now, at=at)

    def elapsed(self, *, now: float, at: datetime) -> tuple[Answer, ...]:
        """Return what follows when nothing is shown at *now*."""
        if self.idle:
            return ()
        return self._take(elapsed(self._attempt, now=now, place=self._place((), at)), now, at)

    def face_left(self, *, now: float, at: datetime) -> tuple[Answer, ...]:
        """Return what follows when whoever stood before the camera is gone."""
        return self._tell(FaceLeft(), now=now, at=at) if self._attempt.face else ()

    def forget(self) -> None:
        """Forget what was shown, as after a fault."""
        self._attempt, self._comparing, self._typed = Attempt(), None, None

    def _tell(self, told: Told, *, now: float, at: datetime) -> tuple[Answer, ...]:
        self._badge = told.number if isinstance(told, BadgeShown) else self._attempt.badge
        if not self._trusts(at):
            person = told.person.person_id if isinstance(told, FaceRecognized) else None
            self._attempt = Attempt()
            return (replace(CLOCK_WRONG, person_id=person),)
        people = _people_of(self._attempt, told)
        step = shown(self._attempt, told, now=now, at=at, place=self._place(people, at))
        return self._take(step, now, at)

    def _take(self, step: Step, now: float, at: datetime) -> tuple[Answer, ...]:
        """Do at once what the answers ask of the door itself; return what they ask of a person."""
        self._attempt = step.attempt
        if not self._attempt.typed:
            self._typed = None
        answers: list[Answer] = []
        for answer in step.answers:
            if not isinstance(answer, Ask):
                answers.append(answer)
                continue
            if answer.compare is not None:
                self._comparing = answer.compare
            if answer.check_pin is not None:
                answers.extend(self._checked(answer.check_pin, now=now, at=at))
                answer = replace(answer, check_pin=None)  # noqa: PLW2901 - it is answered
            if answer != Ask(until=answer.until):
                answers.append(answer)
        return tuple(answers)

    def _checked(self, person_id: str, *, now: float, at: datetime) -> tuple[Answer, ...]:
        typed, self._typed = self._typed or "", None
        policy = self.rules(at).ruleset.pins
        checked = self._pins.check(person_id, typed, now=at, policy=policy)
        return self._tell(checked, now=now, at=at)

    def _place(self, people: Iterable[str], at: datetime) -> Place:
        policy = self._policy
        return Place(
            door=policy.door,
            rules=self.rules(at),
            whereabouts=self._presences.among(people),
            people=self._gallery.people_count,
            readable=policy.readable,
            similarity=policy.similarity,
            target_fpir=policy.target_fpir,
        )


def _people_of(attempt: Attempt, told: Told) -> frozenset[str]:
    """Return everybody whom the answer may be about."""
    people = {each.person_id for each in (attempt.owner, attempt.recognized) if each is not None}
    if attempt.first is not None:
        people.add(attempt.first.person_id)
    if isinstance(told, BadgeShown) and told.owner is not None:
        people.add(told.owner.person_id)
    if isinstance(told, FaceRecognized):
        people.add(told.person.person_id)
    return frozenset(people)
