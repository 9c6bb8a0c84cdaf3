"""Whose face it is; pure: evidence and candidates go in, a name or a reason why there is none comes out.

What she may do is decided by :mod:`edge.access`; :func:`decide` is the whole for a door without
rules. Denial is the default: every way to a grant passes every check below, and a number that is
not a number fails all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from edge.access.shown import FaceCompared, FaceRecognized, FaceUnknown
from edge.access.validity import badges_fault, person_fault
from edge.access.verdict import Verdict
from edge.domain import Candidate, Credentials, Decision, Evidence, Outcome, Reason
from edge.similarity import TARGET_FPIR, UNLOCK_SIMILARITY, gallery_threshold

NAMED_ABOVE = 80.0
"""Percent. Up to here a best match is nobody (NO_MATCH); above, it is somebody who did not reach
the threshold (SIMILARITY_TOO_LOW). Rekognition's default FaceMatchThreshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPolicy:
    """What a grant demands.

    *similarity*: percent that must be exceeded, whatever the gallery's size.
    *target_fpir*: the accepted rate of false unlocks per stranger (0 to 1), which raises the
    threshold with the gallery's size.
    *frames*: good frames that must have been fused.
    *margin*: cosine by which the best person must lead the second.
    """

    similarity: float = UNLOCK_SIMILARITY
    target_fpir: float = TARGET_FPIR
    frames: int = 3
    margin: float = 0.08


@dataclass(frozen=True, slots=True)
class Recognition:
    """Whose face it is. *person* is None where it is nobody's, for *reason*; MATCH otherwise.

    *similarity* is that of the best match and *threshold* what it had to exceed, both in percent;
    *person_id* is the best match, also where it did not reach that. Somebody who has a look-alike is
    recognized as one of the two: which, a second factor tells.
    """

    person: Credentials | None
    reason: Reason
    similarity: float | None = None
    threshold: float | None = None
    person_id: str | None = None

    @property
    def shown(self) -> FaceRecognized | FaceUnknown | None:
        """What an attempt is told of it; None where there is not enough of a face to tell of."""
        if self.reason is Reason.LOW_QUALITY:
            return None
        if self.person is not None:
            return FaceRecognized(self.person)
        return FaceUnknown(self.reason, self.person_id)

    def compared_with(self, person_id: str) -> FaceCompared | None:
        """What an attempt is told that asked to compare the face with one person."""
        if self.reason is Reason.LOW_QUALITY:
            return None
        return FaceCompared(person_id, self.person is not None and self.person_id == person_id)

    def decision(self, verdict: Verdict) -> Decision:
        """Return *verdict* as it is recorded, with the figures of this face."""
        return Decision(
            verdict.outcome, verdict.reason, self.similarity, self.threshold, verdict.person_id
        )


def recognize(
    evidence: Evidence, candidates: Sequence[Candidate], *, people: int, policy: DecisionPolicy
) -> Recognition:
    """Return whose face *evidence* shows, of all in the gallery (1:N).

    *candidates* are the nearest people, best first (two suffice); *people* is how many the gallery
    holds.
    """
    threshold = gallery_threshold(people, target_fpir=policy.target_fpir, floor=policy.similarity)
    found = _nearest(evidence, candidates, threshold, policy)
    if found.person is None or found.person.look_alikes or len(candidates) < 2:
        return found
    best, second = candidates[0].match, candidates[1].match
    if best.cosine - second.cosine >= policy.margin:
        return found
    return _nobody(Reason.AMBIGUOUS, found)


def compare(
    evidence: Evidence, candidate: Candidate | None, *, policy: DecisionPolicy
) -> Recognition:
    """Return whether *evidence* shows the person of *candidate*, whose badge was shown (1:1).

    None is somebody who has no face in the gallery. Nobody else is looked at, so the threshold is
    that of a gallery of one, and being ambiguous is no fault.
    """
    threshold = gallery_threshold(1, target_fpir=policy.target_fpir, floor=policy.similarity)
    return _nearest(evidence, () if candidate is None else (candidate,), threshold, policy)


def decide(
    evidence: Evidence,
    candidates: Sequence[Candidate],
    *,
    people: int,
    now: datetime,
    refusal: Reason | None,
    policy: DecisionPolicy,
) -> Decision:
    """Return whether a door that asks for a face alone opens for *evidence*, and why.

    *candidates* and *people* as in :func:`recognize`; *now* an aware time; *refusal* why the
    door would not open for anybody now, if it would not.
    """
    found = recognize(evidence, candidates, people=people, policy=policy)
    reason: Reason | None = found.reason
    if found.person is not None:
        reason = _person_fault(found.person, now) or refusal
    outcome = Outcome.GRANT if reason is None else Outcome.DENY
    return Decision(
        outcome, reason or Reason.MATCH, found.similarity, found.threshold, found.person_id
    )


def _nearest(
    evidence: Evidence, candidates: Sequence[Candidate], threshold: float, policy: DecisionPolicy
) -> Recognition:
    """Return the first of *candidates* if *evidence* is enough and alike enough."""
    if evidence.embedding is None or evidence.frames < policy.frames:
        return Recognition(None, Reason.LOW_QUALITY)
    if not candidates:
        return Recognition(None, Reason.NO_MATCH, threshold=threshold)
    best = candidates[0].match
    if not best.similarity > NAMED_ABOVE:
        return Recognition(None, Reason.NO_MATCH, best.similarity, threshold)
    found = Recognition(
        candidates[0].credentials, Reason.MATCH, best.similarity, threshold, best.person_id
    )
    return found if best.similarity > threshold else _nobody(Reason.SIMILARITY_TOO_LOW, found)


def _nobody(reason: Reason, found: Recognition) -> Recognition:
    return Recognition(None, reason, found.similarity, found.threshold, found.person_id)


def _person_fault(person: Credentials, now: datetime) -> Reason | None:
    if person.look_alikes:
        # Whoever it is of the two, her face does not tell, and so neither do her credentials.
        return Reason.SECOND_FACTOR_NEEDED
    return person_fault(person, now) or badges_fault(person, now)
