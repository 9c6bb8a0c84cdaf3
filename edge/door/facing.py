"""A turn of the door for its camera: who it is, whether she lives, and what the rules say to that."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from edge.audit import AuditEvent, EventKind
from edge.domain import Credentials, Decision, Embedding, Evidence, Frame, Outcome, Reason
from edge.door.admission import Admission
from edge.door.camera_trust import CameraTrust
from edge.door.guard import Guard
from edge.door.identify import IdentityPolicy, Recognition, identify, verify
from edge.door.opening import Opening
from edge.door.parts import Badges, Observer, Record
from edge.door.settling import Asked, Settling
from edge.door.verdicts import Sight, Verdicts
from edge.door.watch import Question
from edge.door.watching import Look, Watching
from edge.errors import NotFoundError

log = logging.getLogger(__name__)


class Facing:
    """Looks at who stands before the door named *door*; for one thread."""

    def __init__(
        self,
        *,
        door: str,
        watching: Watching,
        gallery: Badges,
        policy: IdentityPolicy,
        admission: Admission,
        opening: Opening,
        guard: Guard | None,
        trust: CameraTrust | None,
        audit: Record,
        verdicts: Verdicts,
        settling: Settling,
        observers: Sequence[Observer] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._door = door
        self._watching = watching
        self._gallery = gallery
        self._policy = policy
        self._admission = admission
        self._opening = opening
        self._guard = guard
        self._trust = trust
        self._audit = audit
        self._verdicts = verdicts
        self._settling = settling
        self._observers = tuple(observers)
        self._clock = clock
        self._distrust: str | None = None
        self._approach: int | None = None

    def turn(self) -> bool:
        """Look at the next frame and answer what follows; return False if there was none yet.

        :raises CameraError: while the camera is lost; a later call may succeed.
        :raises EndOfFootageError: when a recorded source has played its last frame.
        :raises AuditError: if an answer cannot be recorded; it was not carried out.
        """
        look = self._watching.look()
        if look is None:
            return False
        frame = look.frame
        self._believe(frame)
        if self._watching.approach != self._approach:
            self._approach = self._watching.approach
            left = self._admission.face_left(now=self._clock(), at=frame.at)
            self._settling.settle(left, frame.at)
        if isinstance(look.follows, Question):
            self._answer(look.follows, look)
        elif isinstance(look.follows, Decision):
            self._verdicts.deny(look.follows, frame.at)
        if self._guard is not None and not isinstance(look.follows, Question):
            self._guard.absent(frame.monotonic)
        for observer in self._observers:
            observer.looked(frame, look.face)
        return True

    def forget(self) -> None:
        """Throw away the evidence, as after a fault; who was let in stays known."""
        self._watching.forget()
        if self._guard is not None:
            self._guard.end()

    def _believe(self, frame: Frame) -> None:
        """Watch the camera itself; say and record when it is no longer believed, and when it is."""
        if self._trust is None:
            return
        found = self._trust.look(frame)
        if found == self._distrust:
            return
        self._distrust = found
        if found is None:
            log.warning("the camera is believed again")
            return
        log.error("the door stays locked: the camera's pictures are not believed (%s)", found)
        self._alarm(frame.at, f"camera {found}")

    def _answer(self, question: Question, look: Look) -> None:
        found = self._recognized(question.evidence)
        sight = Sight(recognition=found, evidence=question.evidence)
        if found.matched and found.person_id is not None:
            if self._guard is not None and not self._lives(found.person_id, question, look, sight):
                return
        elif self._guard is not None:
            self._guard.absent(look.frame.monotonic)
        # What would only be a denial is held back for as long as the face may still convince, and
        # the door may become free for it.
        reason = self._opening.refusal if found.matched else found.reason
        if reason is not None and not question.final:
            self._watching.conclude(question, _denial(found, reason), look.frame)
            return
        if not self._watching.assured(look):
            return
        answers = self._admission.face(found, now=self._clock(), at=look.frame.at)
        self._settling.settle(answers, look.frame.at, sight, Asked(question, look.frame))

    def _lives(self, person_id: str, question: Question, look: Look, sight: Sight) -> bool:
        """Tell whether a face that matched lives; what does not, or not yet, is denied here."""
        assert self._guard is not None and sight.recognition is not None  # noqa: S101, PT018
        guarded = self._guard.confirm(person_id, question, look, distrust=self._distrust)
        if guarded.alarm:
            log.error("pictures are held before the door again and again; it rests for a while")
            self._alarm(look.frame.at, "presentation attacks")
        if guarded.refused is None:
            return True
        if guarded.final and not self._watching.assured(look):
            return False
        denial = _denial(sight.recognition, guarded.refused)
        self._watching.conclude(replace(question, final=guarded.final), denial, look.frame)
        if guarded.final:
            self._verdicts.deny(denial, look.frame.at, replace(sight, cues=guarded.cues))
        return False

    def _recognized(self, evidence: Evidence) -> Recognition:
        """Find out who it is: whose badge was shown, or else anybody."""
        if evidence.embedding is None:
            return Recognition(reason=Reason.LOW_QUALITY)
        owner = self._admission.comparing
        if owner is not None:
            return self._compared(evidence, evidence.embedding, owner)
        return identify(
            evidence,
            self._gallery.candidates(evidence.embedding),
            people=self._gallery.people_count,
            policy=self._policy,
        )

    def _compared(
        self, evidence: Evidence, embedding: Embedding, owner: Credentials
    ) -> Recognition:
        try:
            match = self._gallery.compare(owner.person_id, embedding)
        except NotFoundError:
            # Whoever gave no face, or was erased a moment ago, has nobody's.
            return Recognition(reason=Reason.WRONG_PERSON, person=owner)
        return verify(evidence, match, owner, policy=self._policy)

    def _alarm(self, at: datetime, detail: str) -> None:
        event = AuditEvent(kind=EventKind.ALARM, at=at, door=self._door, detail=detail)
        self._audit.append(event)


def _denial(found: Recognition, reason: Reason) -> Decision:
    return Decision(Outcome.DENY, reason, found.similarity, found.threshold, found.person_id)
