"""What stands between a match and a grant: a face that lives, a camera to believe, a door at peace."""

from __future__ import annotations

from dataclasses import dataclass

from edge.domain import Reason
from edge.door.attacks import AttackPolicy, Attacks, attacked
from edge.door.liveness import Cue, Life
from edge.door.proving import Proving
from edge.door.watch import Question
from edge.door.watching import Look


@dataclass(frozen=True, slots=True)
class Guarded:
    """What became of a match: *refused* says why it is worth nothing, or None for a living face.

    *final* is False while the face may still convince: the refusal is then held back. *cues* say
    for the record what spoke against it, *alarm* that it was one attack too many.
    """

    refused: Reason | None
    final: bool
    cues: tuple[str, ...] = ()
    alarm: bool = False


class Guard:
    """Confirms matches at one door; for one thread."""

    def __init__(self, *, proving: Proving, policy: AttackPolicy) -> None:
        self._proving = proving
        self._policy = policy
        self._attacks = Attacks()

    def confirm(
        self, person_id: str, question: Question, look: Look, *, distrust: str | None
    ) -> Guarded:
        """Return what becomes of the face of *look*, which was taken for *person_id*.

        *distrust* tells why the camera is not believed, if it is not.
        """
        now = look.frame.monotonic
        if self._attacks.resting(now):
            self._proving.end()
            return Guarded(Reason.BACKED_OFF, final=question.final)
        if distrust is not None:
            self._proving.end()
            return Guarded(Reason.NOT_LIVE, final=question.final, cues=(Cue.CAMERA,))
        if look.face is None:
            return Guarded(Reason.NOT_LIVE, final=False)
        judgement = self._proving.look(
            look.frame, look.face, began=question.began, person_id=person_id
        )
        if judgement.life is Life.LIVE:
            return Guarded(None, final=True)
        if judgement.life is Life.UNDECIDED:
            return Guarded(Reason.NOT_LIVE, final=False)
        self._attacks = attacked(self._attacks, now, self._policy)
        alarm = self._attacks.alarmed_at == now
        return Guarded(Reason.NOT_LIVE, final=True, cues=judgement.cues, alarm=alarm)

    def absent(self, now: float) -> None:
        """Take note of a frame at *now* in which nobody matched."""
        self._proving.absent(now)

    def end(self) -> None:
        """Forget the face of the moment."""
        self._proving.end()
