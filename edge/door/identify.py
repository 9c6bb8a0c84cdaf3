"""Who it is; pure: evidence and candidates go in, a person or the reason why not comes out.

Nothing is said here about whether she may pass: that is for the rules. A number that is not a
number fails every comparison below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edge.domain import Candidate, Credentials, Evidence, Match, Reason
from edge.similarity import TARGET_FPIR, UNLOCK_SIMILARITY, gallery_threshold

NAMED_ABOVE = 80.0
"""Percent. Up to here a best match is nobody (NO_MATCH); above, it is somebody who did not reach
the threshold (SIMILARITY_TOO_LOW). Rekognition's default FaceMatchThreshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityPolicy:
    """What a face must show to be somebody's.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """Whose face it is, with MATCH, or why it is nobody's.

    *similarity* is that of the best match, *threshold* what it had to exceed, both in percent.
    *person* is the best match, also where it was not good enough, unless it is nobody.
    """

    reason: Reason
    similarity: float | None = None
    threshold: float | None = None
    person: Credentials | None = None

    @property
    def matched(self) -> bool:
        return self.reason is Reason.MATCH

    @property
    def person_id(self) -> str | None:
        return None if self.person is None else self.person.person_id


def identify(
    evidence: Evidence, candidates: Sequence[Candidate], *, people: int, policy: IdentityPolicy
) -> Recognition:
    """Return who of a gallery of *people* it is (1:N).

    *candidates* are the nearest people, best first; two suffice. Where the best is marked as a
    look-alike it is one of the two: a margin between them would say nothing. While a site changes its
    embedder there are two more, of the former one: each embedder answers by itself, and then the
    two must not name two people.
    """
    if not _enough(evidence, policy):
        return Recognition(reason=Reason.LOW_QUALITY)
    threshold = gallery_threshold(people, target_fpir=policy.target_fpir, floor=policy.similarity)
    present = [each for each in candidates if not each.match.former]
    former = [each for each in candidates if each.match.former]
    answers = [_answer(each, threshold, policy) for each in (present, former) if each]
    if not answers:
        return Recognition(reason=Reason.NO_MATCH, threshold=threshold)
    best = max(answers, key=lambda each: (each.matched, each.similarity or 0.0))
    if best.matched and any(_contradicts(each, best) for each in answers):
        return replace(best, reason=Reason.AMBIGUOUS)
    return best


def verify(
    evidence: Evidence, match: Match, person: Credentials, *, policy: IdentityPolicy
) -> Recognition:
    """Return whether it is *person*, whom it was compared with (1:1).

    Only she could be mistaken, so the size of the gallery raises nothing.
    """
    if not _enough(evidence, policy):
        return Recognition(reason=Reason.LOW_QUALITY)
    threshold = policy.similarity
    fault = None if match.similarity > threshold else Reason.WRONG_PERSON
    return Recognition(
        reason=fault or Reason.MATCH,
        similarity=match.similarity,
        threshold=threshold,
        person=person,
    )


def _answer(
    candidates: Sequence[Candidate], threshold: float, policy: IdentityPolicy
) -> Recognition:
    """Return whom one embedder means; its *candidates*, best first, are at least one."""
    best = candidates[0]
    return _found(best.match, best.credentials, threshold, _fault(candidates, threshold, policy))


def _contradicts(other: Recognition, best: Recognition) -> bool:
    """Tell whether another embedder's answer leaves it open who it is."""
    if other.reason is Reason.AMBIGUOUS:
        return True
    marked = best.person is not None and best.person.look_alikes
    return other.matched and other.person_id != best.person_id and not marked


def _enough(evidence: Evidence, policy: IdentityPolicy) -> bool:
    return evidence.embedding is not None and evidence.frames >= policy.frames


def _found(best: Match, person: Credentials, threshold: float, fault: Reason | None) -> Recognition:
    named = best.similarity > NAMED_ABOVE
    return Recognition(
        reason=(fault or Reason.MATCH) if named else Reason.NO_MATCH,
        similarity=best.similarity,
        threshold=threshold,
        person=person if named else None,
    )


def _fault(
    candidates: Sequence[Candidate], threshold: float, policy: IdentityPolicy
) -> Reason | None:
    best = candidates[0]
    if not best.match.similarity > threshold:
        return Reason.SIMILARITY_TOO_LOW
    if best.credentials.look_alikes or len(candidates) == 1:
        return None
    lead = best.match.cosine - candidates[1].match.cosine
    return None if lead >= policy.margin else Reason.AMBIGUOUS
