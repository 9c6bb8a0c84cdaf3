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


def by_former(similarity: float, cosine: float, person: Credentials = ADA) -> Candidate:
    """Give a match of *similarity* percent by the embedder of before."""
    return Candidate(Match(person.person_id, similarity, cosine, former=True), person)


def test_either_embedder_suffices_while_it_is_changed() -> None:
    """Known by the former, by the present one, or by both; the surer one is told."""
    stranger, former_stranger = candidate(40, 0.1, EVE), by_former(35, 0.1, EVE)

    assert found(stranger, by_former(99.9, 0.7), former_stranger).person is ADA
    assert found(candidate(99.9, 0.7), stranger, former_stranger).person is ADA
    both = found(candidate(99.9, 0.7), by_former(99.99, 0.8), stranger, former_stranger)
    assert (both.reason, both.person, both.similarity) == (Reason.MATCH, ADA, 99.99)
    assert found(candidate(98, 0.45), by_former(99.9, 0.7)).matched


def test_margins_are_of_one_embedder() -> None:
    """Cosines of two embedders say nothing beside each other, however near they are."""
    assert found(candidate(99.9, 0.7), by_former(60, 0.69, EVE)).matched
    close = (by_former(99.9, 0.7), by_former(99.5, 0.66, EVE))
    assert found(*close).reason is Reason.AMBIGUOUS


def test_two_embedders_must_not_name_two_people() -> None:
    """One is Ada by the one, and Eve by the other: nobody is let in, unless they are marked as alike."""
    torn = found(candidate(99.9, 0.7), by_former(99.99, 0.8, EVE))
    assert torn.reason is Reason.AMBIGUOUS
    unsure = (candidate(99.9, 0.7), candidate(99.8, 0.69, EVE))
    assert found(*unsure, by_former(99.99, 0.8)).reason is Reason.AMBIGUOUS
    twins = Credentials("ada", look_alikes=True)
    assert found(candidate(99.99, 0.8, twins), by_former(99.9, 0.7, EVE)).matched


percents = st.floats(0, 100)
cosines = st.floats(-1, 1)
people_seen = st.sampled_from([ADA, EVE, Credentials("mo")])
lineups = st.lists(st.tuples(percents, cosines, people_seen, st.booleans()), max_size=4)


@given(lineups)
def test_a_second_embedder_lets_nobody_in_whom_neither_would(
    told: list[tuple[float, float, Credentials, bool]],
) -> None:
    """Whoever is let in by both together is let in by one of them alone, and the other names no other."""
    given_ = sorted(
        (
            (by_former if former else candidate)(similarity, cosine, person)
            for similarity, cosine, person, former in told
        ),
        key=lambda each: -each.match.similarity,
    )

    together = found(*given_)

    alone = [
        found(*(each for each in given_ if each.match.former is former)) for former in (False, True)
    ]
    if together.matched:
        assert any(each.matched and each.person == together.person for each in alone)
        assert all(each.person == together.person for each in alone if each.matched)
        assert Reason.AMBIGUOUS not in {each.reason for each in alone}
