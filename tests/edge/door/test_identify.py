"""Nobody is the default; whoever is somebody has passed every check."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.domain import Candidate, Credentials, Evidence, Match, Reason
from edge.door.identify import IdentityPolicy, Recognition, identify, verify
from edge.similarity import gallery_threshold
from tests.edge.door.approaches import embedding

POLICY = IdentityPolicy()
ADA = Credentials("ada")
EVE = Credentials("eve")


def candidate(similarity: float, cosine: float, person: Credentials = ADA) -> Candidate:
    """Give a match of *similarity* percent."""
    return Candidate(Match(person.person_id, similarity, cosine), person)


def found(*candidates: Candidate, frames: int = 3, people: int = 10) -> Recognition:
    """Look for good evidence, unless told otherwise, in a gallery."""
    evidence = Evidence(embedding(1), frames=frames, seen=frames)
    return identify(evidence, candidates, people=people, policy=POLICY)


def compared(similarity: float, *, frames: int = 3) -> Recognition:
    """Compare good evidence, unless told otherwise, with Ada alone."""
    evidence = Evidence(embedding(1), frames=frames, seen=frames)
    return verify(evidence, Match("ada", similarity, 0.5), ADA, policy=POLICY)


def test_a_clear_match_is_somebody() -> None:
    """Everything in order: the person, with what she reached and what she had to exceed."""
    recognition = found(candidate(99.9, 0.7), candidate(50, 0.2, EVE))

    assert recognition.matched
    assert (recognition.person, recognition.similarity, recognition.threshold) == (ADA, 99.9, 99.0)


def test_exactly_99_percent_is_not_enough() -> None:
    """The threshold must be exceeded, in a gallery as against one person."""
    assert found(candidate(99.0, 0.51)).reason is Reason.SIMILARITY_TOO_LOW
    assert found(candidate(99.0001, 0.52)).matched
    assert compared(99.0).reason is Reason.WRONG_PERSON
    assert compared(99.0001).matched


def test_a_large_gallery_asks_for_more() -> None:
    """What is enough among 300 people is not among 10,000; one badge's owner is only one."""
    match = candidate(99.5, 0.6)

    assert found(match, people=300).matched
    assert found(match, people=10_000).reason is Reason.SIMILARITY_TOO_LOW
    assert compared(99.5).matched


def test_a_stranger_is_nobody() -> None:
    """A far match names nobody in the record."""
    recognition = found(candidate(60, 0.25))

    assert (recognition.reason, recognition.person_id) == (Reason.NO_MATCH, None)


def test_an_empty_gallery_knows_nobody() -> None:
    """Without people there is no match."""
    assert found(people=0).reason is Reason.NO_MATCH


def test_too_few_good_frames_are_a_matter_of_quality() -> None:
    """Two frames prove nothing, however alike."""
    assert found(candidate(100, 1), frames=2).reason is Reason.LOW_QUALITY
    assert compared(100, frames=2).reason is Reason.LOW_QUALITY


def test_two_people_alike_are_ambiguous() -> None:
    """Above the threshold, but hardly more alike than somebody else: it is nobody."""
    near, far = candidate(99.8, 0.65, EVE), candidate(99.1, 0.55, EVE)

    assert found(candidate(99.9, 0.70), near).reason is Reason.AMBIGUOUS
    assert found(candidate(99.9, 0.70), far).matched


def test_a_marked_look_alike_is_one_of_the_two() -> None:
    """The twin stands right behind; which of them it is, a second factor tells, not a margin."""
    twin, other = Credentials("ada", look_alikes=True), Credentials("eve", look_alikes=True)

    assert found(candidate(99.9, 0.70, twin), candidate(99.8, 0.69, other)).person == twin
    assert found(candidate(95, 0.45, twin)).reason is Reason.SIMILARITY_TOO_LOW


NUMBERS = st.floats(-1, 1) | st.just(float("nan"))


@given(
    similarity=st.floats(0, 100) | st.just(float("nan")),
    cosine=NUMBERS,
    second=NUMBERS,
    people=st.integers(0, 100_000),
    frames=st.integers(0, 10),
)
def test_whoever_is_somebody_has_passed_every_check(
    similarity: float, cosine: float, second: float, people: int, frames: int
) -> None:
    """No number, not even one that is not a number, leads around a check."""
    recognition = found(
        candidate(similarity, cosine), candidate(50, second, EVE), people=people, frames=frames
    )

    if recognition.matched:
        assert similarity > gallery_threshold(people) >= 99.0
        assert cosine - second >= POLICY.margin
        assert frames >= POLICY.frames
    if compared(similarity, frames=frames).matched:
        assert similarity > 99.0
        assert frames >= POLICY.frames
