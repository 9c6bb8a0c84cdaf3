"""Grant or deny; pure: evidence, candidates and the time go in, a decision with a reason comes out.

Denial is the default: every way to a grant passes every check below, and a number that is not a
number fails all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from edge.domain import Badge, Candidate, Credentials, Decision, Evidence, Outcome, Reason
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


def decide(
    evidence: Evidence,
    candidates: Sequence[Candidate],
    *,
    people: int,
    now: datetime,
    refusal: Reason | None,
    policy: DecisionPolicy,
) -> Decision:
    """Return whether the door opens for *evidence*, and why.

    *candidates* are the nearest people, best first (two suffice); *people* is how many the
    gallery holds; *now* an aware time; *refusal* why the door would not open
    for anybody now, if it would not.
    """
    if evidence.embedding is None or evidence.frames < policy.frames:
        return Decision(Outcome.DENY, Reason.LOW_QUALITY)
    threshold = gallery_threshold(people, target_fpir=policy.target_fpir, floor=policy.similarity)
    if not candidates:
        return Decision(Outcome.DENY, Reason.NO_MATCH, threshold=threshold)
    best = candidates[0].match
    if not best.similarity > NAMED_ABOVE:
        return Decision(Outcome.DENY, Reason.NO_MATCH, best.similarity, threshold)
    reason = (
        _recognition_fault(candidates, threshold, policy.margin)
        or _credential_fault(candidates[0].credentials, now)
        or refusal
    )
    outcome = Outcome.GRANT if reason is None else Outcome.DENY
    return Decision(outcome, reason or Reason.MATCH, best.similarity, threshold, best.person_id)


def _recognition_fault(
    candidates: Sequence[Candidate], threshold: float, margin: float
) -> Reason | None:
    best = candidates[0].match
    if not best.similarity > threshold:
        return Reason.SIMILARITY_TOO_LOW
    if candidates[0].credentials.look_alikes:
        # Whoever it is of the two, her face does not tell, and so neither do her credentials.
        return Reason.SECOND_FACTOR_NEEDED
    if len(candidates) > 1 and not best.cosine - candidates[1].match.cosine >= margin:
        return Reason.AMBIGUOUS
    return None


def _credential_fault(credentials: Credentials, now: datetime) -> Reason | None:
    if credentials.suspended:
        return Reason.PERSON_SUSPENDED
    if credentials.valid_from is not None and now < credentials.valid_from:
        return Reason.PERSON_NOT_YET_VALID
    if credentials.valid_until is not None and now >= credentials.valid_until:
        return Reason.PERSON_EXPIRED
    faults = [_badge_fault(badge, now) for badge in credentials.badges]
    if None in faults:
        return None
    # Of several bad badges the newest tells the person most; there is none, say so.
    return faults[-1] if faults else Reason.NO_BADGE


def _badge_fault(badge: Badge, now: datetime) -> Reason | None:
    if badge.revoked_at is not None and now >= badge.revoked_at:
        return Reason.BADGE_REVOKED
    if badge.valid_from is not None and now < badge.valid_from:
        return Reason.BADGE_NOT_YET_VALID
    if badge.valid_until is not None and now >= badge.valid_until:
        return Reason.BADGE_EXPIRED
    return None
