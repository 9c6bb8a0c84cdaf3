"""Whose face it is, and that denial is the default; a grant passes every check."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.access.shown import FaceCompared, FaceRecognized, FaceUnknown
from edge.access.verdict import Verdict
from edge.domain import (
    Badge,
    Candidate,
    Credentials,
    Decision,
    Evidence,
    Match,
    Outcome,
    Reason,
)
from edge.door.decide import DecisionPolicy, Recognition, compare, decide, recognize
from edge.similarity import gallery_threshold
from tests.edge.door.approaches import embedding

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = DecisionPolicy()
VALID = Credentials("ada", badges=(Badge("1"),))


def candidate(similarity: float, cosine: float, credentials: Credentials = VALID) -> Candidate:
    """Give a match of *similarity* percent with what the person may show."""
    return Candidate(Match(credentials.person_id, similarity, cosine), credentials)


def decided(
    *candidates: Candidate,
    frames: int = 3,
    people: int = 10,
    now: datetime = NOW,
    refusal: Reason | None = None,
) -> Decision:
    """Decide on good evidence unless told otherwise."""
    evidence = Evidence(embedding(1), frames=frames, seen=frames)
    return decide(evidence, candidates, people=people, now=now, refusal=refusal, policy=POLICY)


def seen(frames: int = 3) -> Evidence:
    """Give evidence of a face."""
    return Evidence(embedding(1), frames=frames, seen=frames)


def recognized(*candidates: Candidate, people: int = 10, frames: int = 3) -> Recognition:
    """Look for a face among *candidates*."""
    return recognize(seen(frames), candidates, people=people, policy=POLICY)


def test_a_face_that_is_found_is_told_with_its_credentials() -> None:
    """Valid or not: what she may do is not asked here."""
    nobody = Credentials("ada", suspended=True)

    assert recognized(candidate(99.9, 0.7, nobody)).shown == FaceRecognized(nobody)
    assert recognized(candidate(99.9, 0.7), candidate(50, 0.2)).person == VALID


def test_a_face_that_is_not_found_is_told_with_the_reason() -> None:
    """A stranger without a name, the others with the nearest."""
    other = Credentials("eve", badges=(Badge("2"),))
    ambiguous = recognized(candidate(99.9, 0.70), candidate(99.8, 0.65, other))

    assert recognized().shown == FaceUnknown(Reason.NO_MATCH)
    assert recognized(candidate(60, 0.25)).shown == FaceUnknown(Reason.NO_MATCH)
    assert recognized(candidate(95, 0.45)).shown == FaceUnknown(Reason.SIMILARITY_TOO_LOW, "ada")
    assert ambiguous.shown == FaceUnknown(Reason.AMBIGUOUS, "ada")
    assert recognized(candidate(99.9, 0.7), frames=2).shown is None


def test_a_marked_look_alike_is_recognized_as_one_of_the_two() -> None:
    """A second factor tells which; a margin never could."""
    twin = Credentials("ada", badges=(Badge("1"),), look_alikes=True)
    other = Credentials("eve", badges=(Badge("2"),), look_alikes=True)

    found = recognized(candidate(99.9, 0.70, twin), candidate(99.8, 0.69, other))
    assert found.shown == FaceRecognized(twin)


def test_the_owner_of_a_badge_is_compared_as_if_she_were_alone() -> None:
    """What is too little among 10,000 people is enough for one."""
    match = candidate(99.5, 0.6)

    assert recognized(match, people=10_000).person is None
    found = compare(seen(), match, policy=POLICY)
    assert found.compared_with("ada") == FaceCompared("ada", alike=True)
    assert found.compared_with("eve") == FaceCompared("eve", alike=False)


@pytest.mark.parametrize("found", [candidate(99.0, 0.51), candidate(float("nan"), 0.9), None])
def test_somebody_else_s_face_is_not_the_owner_s(found: Candidate | None) -> None:
    """Not alike enough, no number, or no face to compare with."""
    told = compare(seen(), found, policy=POLICY).compared_with("ada")

    assert told == FaceCompared("ada", alike=False)


def test_too_little_of_a_face_is_no_comparison() -> None:
    """Nobody is taken for a thief because her picture was blurred."""
    assert compare(seen(2), candidate(100, 1), policy=POLICY).compared_with("ada") is None


def test_a_verdict_is_recorded_with_the_figures_of_the_face() -> None:
    """Outcome, reason and name are the verdict's."""
    found = recognized(candidate(99.9, 0.7))
    verdict = Verdict(
        outcome=Outcome.DENY, reason=Reason.NO_PERMISSION, explanation="", person_id="ada"
    )

    assert found.decision(verdict) == Decision(
        Outcome.DENY, Reason.NO_PERMISSION, 99.9, 99.0, "ada"
    )


def test_a_clear_match_with_a_valid_badge_opens() -> None:
    """Everything in order: grant, naming the person."""
    decision = decided(candidate(99.9, 0.7), candidate(50, 0.2))

    assert decision.granted
    assert (decision.reason, decision.person_id) == (Reason.MATCH, "ada")


def test_exactly_99_percent_is_not_enough() -> None:
    """The threshold must be exceeded."""
    assert decided(candidate(99.0, 0.51)).reason is Reason.SIMILARITY_TOO_LOW
    assert decided(candidate(99.0001, 0.52)).granted


def test_a_large_gallery_asks_for_more() -> None:
    """What opens among 300 people does not open among 10,000."""
    match = candidate(99.5, 0.6)

    assert decided(match, people=300).granted
    assert decided(match, people=10_000).reason is Reason.SIMILARITY_TOO_LOW


def test_a_stranger_is_nobody() -> None:
    """A far match names nobody in the record."""
    decision = decided(candidate(60, 0.25))

    assert (decision.reason, decision.person_id) == (Reason.NO_MATCH, None)


def test_an_empty_gallery_knows_nobody() -> None:
    """Without people there is no match."""
    assert decided(people=0).reason is Reason.NO_MATCH


def test_too_few_good_frames_are_a_matter_of_quality() -> None:
    """Two frames open nothing, however alike."""
    assert decided(candidate(100, 1), frames=2).reason is Reason.LOW_QUALITY


def test_two_people_alike_are_ambiguous() -> None:
    """Above the threshold, but hardly more alike than somebody else: nobody is let in."""
    other = Credentials("eve", badges=(Badge("2"),))

    assert decided(candidate(99.9, 0.70), candidate(99.8, 0.65, other)).reason is Reason.AMBIGUOUS
    assert decided(candidate(99.9, 0.70), candidate(99.1, 0.55, other)).granted


@pytest.mark.parametrize(
    ("credentials", "reason"),
    [
        (Credentials("ada"), Reason.NO_BADGE),
        (Credentials("ada", badges=(Badge("1", revoked_at=NOW - DAY),)), Reason.BADGE_REVOKED),
        (Credentials("ada", badges=(Badge("1", revoked_at=NOW),)), Reason.BADGE_REVOKED),
        (Credentials("ada", badges=(Badge("1", valid_until=NOW),)), Reason.BADGE_EXPIRED),
        (
            Credentials("ada", badges=(Badge("1", valid_from=NOW + DAY),)),
            Reason.BADGE_NOT_YET_VALID,
        ),
        (Credentials("ada", valid_until=NOW, badges=(Badge("1"),)), Reason.PERSON_EXPIRED),
        (Credentials("ada", badges=(Badge("1"),), suspended=True), Reason.PERSON_SUSPENDED),
        (
            Credentials("ada", badges=(Badge("1"),), look_alikes=True),
            Reason.SECOND_FACTOR_NEEDED,
        ),
        (
            Credentials("ada", valid_from=NOW + DAY, badges=(Badge("1"),)),
            Reason.PERSON_NOT_YET_VALID,
        ),
    ],
)
def test_credentials_that_do_not_hold_deny(credentials: Credentials, reason: Reason) -> None:
    """A known face without a valid badge stays outside, and the record says why."""
    decision = decided(candidate(99.9, 0.7, credentials))

    assert not decision.granted
    assert (decision.reason, decision.person_id) == (reason, "ada")


def test_a_marked_look_alike_is_asked_for_more_even_where_it_is_ambiguous() -> None:
    """The twin stands right behind; which of them it is, a second factor tells, not a margin."""
    twin = Credentials("ada", badges=(Badge("1"),), look_alikes=True)
    other = Credentials("eve", badges=(Badge("2"),), look_alikes=True)

    decision = decided(candidate(99.9, 0.70, twin), candidate(99.8, 0.69, other))

    assert not decision.granted
    assert decision.reason is Reason.SECOND_FACTOR_NEEDED


def test_a_stranger_is_not_told_that_somebody_has_a_look_alike() -> None:
    """Whoever is not alike enough is that first of all."""
    twin = Credentials("ada", badges=(Badge("1"),), look_alikes=True)

    assert decided(candidate(95, 0.45, twin)).reason is Reason.SIMILARITY_TOO_LOW


def test_one_valid_badge_of_several_is_enough() -> None:
    """A lost and revoked badge does not bar the new one."""
    badges = (Badge("1", revoked_at=NOW - DAY), Badge("2"))

    assert decided(candidate(99.9, 0.7, Credentials("ada", badges=badges))).granted


@pytest.mark.parametrize("refusal", [Reason.BUSY, Reason.LOCKDOWN])
def test_a_door_that_takes_nobody_says_why(refusal: Reason) -> None:
    """While it is released for somebody, or in lockdown, nobody else is let in."""
    decision = decided(candidate(99.9, 0.7), refusal=refusal)
    assert (decision.granted, decision.reason) == (False, refusal)


@given(
    similarity=st.floats(0, 100) | st.just(float("nan")),
    cosine=st.floats(-1, 1) | st.just(float("nan")),
    second=st.floats(-1, 1) | st.just(float("nan")),
    people=st.integers(0, 100_000),
    frames=st.integers(0, 10),
)
def test_every_grant_has_passed_every_check(
    similarity: float, cosine: float, second: float, people: int, frames: int
) -> None:
    """No number, not even one that is not a number, opens the door around a check."""
    other = Credentials("eve", badges=(Badge("2"),))
    decision = decided(
        candidate(similarity, cosine), candidate(50, second, other), people=people, frames=frames
    )

    if decision.granted:
        assert similarity > gallery_threshold(people) >= 99.0
        assert cosine - second >= POLICY.margin
        assert frames >= POLICY.frames
