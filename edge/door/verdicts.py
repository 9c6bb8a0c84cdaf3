"""What becomes of an answer: recorded first, then done, then told.

A grant is in the audit before the lock is released, and corrected there if the lock was taken for
something else in between. Duress is recorded as an alarm of its own; nothing at the door shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from edge.access.attempt_state import Ask
from edge.access.ruleset import Door
from edge.access.verdict import Verdict
from edge.audit import AuditEvent, EventKind
from edge.domain import Decision, Evidence, Outcome, Reason
from edge.door.identify import Recognition
from edge.door.opening import Opening
from edge.door.parts import Observer, Record
from edge.door.passages import Passages


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a face has to do with an answer; all None where no face was looked at."""

    recognition: Recognition | None = None
    evidence: Evidence | None = None
    cues: tuple[str, ...] = ()


NO_SIGHT = Sight()


class Verdicts:
    """Gives the answers of one door."""

    def __init__(
        self,
        *,
        door: str,
        opening: Opening,
        audit: Record,
        passages: Passages,
        observers: Sequence[Observer],
    ) -> None:
        self._door = door
        self._opening = opening
        self._audit = audit
        self._passages = passages
        self._observers = tuple(observers)

    def ask(self, ask: Ask) -> None:
        """Tell the person at the door what else is wanted."""
        for observer in self._observers:
            observer.asked(ask)

    def give(
        self,
        verdict: Verdict,
        at: datetime,
        door: Door,
        sight: Sight = NO_SIGHT,
        *,
        badge: str | None = None,
    ) -> Decision:
        """Record *verdict*, open if it grants, and return what it came to; *badge* was shown.

        :raises AuditError: if it cannot be recorded; the lock was not touched.
        :raises LockError: if the lock did not obey.
        """
        decision = self._decision(verdict, sight)
        if verdict.duress:
            self._record(EventKind.DURESS, at, decision, "")
        if not decision.granted:
            self.deny(decision, at, sight)
            return decision
        condition = self._opening.condition
        first = verdict.first_person_id
        self._announce_first(first, decision, at)
        self._announce(decision, at, sight)
        refused = self._opening.open(verdict, badge, at)
        if refused is not None:
            # Something happened between the decision and here: the record must say so.
            decision = _refused(decision, refused)
            self._announce_first(first, decision, at)
            self.deny(decision, at, sight)
            return decision
        people = tuple(who for who in (first, verdict.person_id) if who)
        self._passages.expect(people, door, at, condition)
        self._tell(at, decision, sight)
        return decision

    def deny(self, decision: Decision, at: datetime, sight: Sight = NO_SIGHT) -> None:
        """Record and tell a denial.

        :raises AuditError: if it cannot be recorded.
        """
        self._announce(decision, at, sight)
        self._tell(at, decision, sight)

    def _decision(self, verdict: Verdict, sight: Sight) -> Decision:
        found = sight.recognition
        decision = Decision(
            verdict.outcome,
            verdict.reason,
            found.similarity if found is not None else None,
            found.threshold if found is not None else None,
            verdict.person_id,
            verdict.explanation,
        )
        refusal = self._opening.refusal
        if decision.granted and refusal is not None:
            return _refused(decision, refusal)
        return decision

    def _announce(self, decision: Decision, at: datetime, sight: Sight) -> None:
        detail = ", ".join(sight.cues) or _without_outcome(decision.explanation)
        self._record(EventKind.DECISION, at, decision, detail)

    def _announce_first(self, first: str | None, decision: Decision, at: datetime) -> None:
        """Record what became of the first of two, whose own attempt was not answered before."""
        if first is not None:
            hers = Decision(decision.outcome, decision.reason, person_id=first)
            self._record(EventKind.DECISION, at, hers, "came first of two people")

    def _record(self, kind: EventKind, at: datetime, decision: Decision, detail: str) -> None:
        decided = kind is EventKind.DECISION
        self._audit.append(
            AuditEvent(
                kind=kind,
                at=at,
                door=self._door,
                outcome=decision.outcome if decided else None,
                reason=decision.reason if decided else None,
                similarity=decision.similarity if decided else None,
                person_id=decision.person_id,
                detail=detail,
            )
        )

    def _tell(self, at: datetime, decision: Decision, sight: Sight) -> None:
        for observer in self._observers:
            observer.decided(at, decision, sight.evidence)


def _refused(decision: Decision, reason: Reason) -> Decision:
    return replace(decision, outcome=Outcome.DENY, reason=reason, explanation="")


def _without_outcome(explanation: str) -> str:
    """The outcome stands beside the detail already."""
    for outcome in ("granted: ", "denied: "):
        explanation = explanation.removeprefix(outcome)
    return explanation
