"""From an answer to what follows at the door: the lock, the record, the face that waits, the lights."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from edge.access.attempt_state import Answer, Ask, Wanted
from edge.access.verdict import Flag, Verdict
from edge.domain import Decision, Frame, Reason
from edge.door.admission import Admission
from edge.door.hours import Hours
from edge.door.switching import Switching
from edge.door.verdicts import NO_SIGHT, Sight, Verdicts
from edge.door.watch import Question


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The question about a face that is answered, and the frame it followed from."""

    question: Question
    frame: Frame


class Faces(Protocol):
    """Who watches the face of the moment, and is told what became of it."""

    def conclude(self, question: Question, decision: Decision, frame: Frame) -> None: ...

    def admit(self) -> None: ...

    def refuse(self, reason: Reason) -> None: ...

    def hold(self, seconds: float) -> None: ...

    def resume(self) -> None: ...


class Settling:
    """Carries out the answers at the door named *door*; for one thread."""

    def __init__(
        self,
        *,
        door: str,
        admission: Admission,
        watching: Faces,
        verdicts: Verdicts,
        hours: Hours,
        switching: Switching,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door = door
        self._admission = admission
        self._watching = watching
        self._verdicts = verdicts
        self._hours = hours
        self._switching = switching
        self._clock = clock

    def settle(
        self,
        answers: Sequence[Answer],
        at: datetime,
        sight: Sight = NO_SIGHT,
        asked: Asked | None = None,
    ) -> None:
        """Carry out *answers*; *asked* where they answer a question about a face.

        :raises AuditError: if one cannot be recorded; it was not carried out.
        :raises LockError: if the lock did not obey.
        """
        for number, answer in enumerate(answers, start=1):
            if isinstance(answer, Ask):
                self._wait_for(answer, looked=asked is not None)
            else:
                self._give(answer, at, sight, asked, last=number == len(answers))

    def _wait_for(self, ask: Ask, *, looked: bool) -> None:
        self._verdicts.ask(ask)
        if ask.compare is not None or Wanted.FACE in ask.all_of:
            self._watching.resume()
        elif looked:
            self._watching.hold(ask.until - self._clock())

    def _give(
        self, verdict: Verdict, at: datetime, sight: Sight, asked: Asked | None, *, last: bool
    ) -> None:
        badge = self._admission.shown_badge
        door = self._admission.rules(at).door(self._door)
        if sight.recognition is None and Flag.WITHOUT_FACE not in verdict.flags:
            sight = Sight(recognition=self._admission.recognition)
        decision = self._verdicts.give(verdict, at, door, sight, badge=badge)
        if decision.granted:
            self._switching.let_in(badge, self._clock())
            if Flag.FIRST_PERSON in verdict.flags:
                self._hours.first_person(at)
        if asked is not None:
            question = replace(asked.question, final=True)
            self._watching.conclude(question, decision, asked.frame)
        elif decision.granted:
            self._watching.admit()
        elif last:
            # More is asked of the face where the denial is not the last word.
            self._watching.refuse(decision.reason)
