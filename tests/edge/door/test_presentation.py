"""One approach is one piece of evidence; nobody is let in twice by it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.domain import Decision, Outcome, QualityReason, Reason
from edge.door.presentation import spend
from edge.door.watch import Observation, PresentationPolicy
from tests.edge.door.approaches import (
    ASIDE,
    DENIAL,
    GRANT,
    MIDDLE,
    POLICY,
    Door,
    blurred,
    embedding,
    followed,
    seconds,
    seen,
)

ADA, BEN = 1, 2


def test_nothing_is_asked_before_three_good_frames() -> None:
    """One lucky frame decides nothing."""
    door = Door(GRANT)

    door.play([seen(ADA, 0), blurred(), seen(ADA, 1)])

    assert not door.questions
    door.play([seen(ADA, 2)])
    assert door.questions[0].evidence.frames == 3


def test_the_frames_of_an_approach_are_fused() -> None:
    """The fused vector is nearer to the person than any single frame."""
    door = Door(GRANT).play(seen(ADA, frame) for frame in range(3))

    fused = door.questions[0].evidence.embedding

    assert fused is not None
    others = [embedding(ADA, frame) for frame in range(10, 40)]
    single = sum(embedding(ADA, 0).cosine(other) for other in others)
    assert sum(fused.cosine(other) for other in others) > single


def test_an_empty_scene_asks_nothing() -> None:
    """Without a face there is no decision and no record."""
    assert not Door(GRANT).play([None] * 100).decisions


def test_a_passer_by_leaves_no_record() -> None:
    """Two frames of a face that goes on are nobody's business."""
    door = Door(DENIAL).play([seen(ADA, 0), seen(ADA, 1), *[None] * 60])

    assert not door.decisions


def test_a_grant_comes_with_the_third_good_frame() -> None:
    """Who is recognized does not wait for the time that doubt is given."""
    door = Door(GRANT).play(seen(ADA, frame) for frame in range(3))

    assert door.grants == 1


def test_whoever_stays_is_granted_once() -> None:
    """Standing before the open door does not open it again."""
    door = Door(GRANT).play(seen(ADA, frame) for frame in seconds(60))

    assert door.grants == 1


def test_walking_away_through_the_picture_does_not_open_again() -> None:
    """A granted face that jumps aside, turns away and comes back is still the same approach."""
    approach = [seen(ADA, frame) for frame in seconds(2)]
    away = [seen(ADA, frame, ASIDE) for frame in seconds(1)]
    turned = [None] * 20 + [blurred(ASIDE)] * 10

    door = Door(GRANT).play([*approach, *away, *turned, *away, *approach])

    assert door.grants == 1


def test_somebody_stepping_in_between_does_not_re_arm_the_door() -> None:
    """A second person is decided on; the first, still near, is not let in again."""
    ada = [seen(ADA, frame) for frame in seconds(1)]
    ben = [seen(BEN, frame) for frame in seconds(1)]

    door = Door(GRANT).play([*ada, *ben, *ada, *ben, *ada])

    assert door.grants == 2


def test_after_leaving_the_same_person_is_let_in_again() -> None:
    """The door re-arms when the face has been away long enough."""
    approach = [seen(ADA, frame) for frame in seconds(1)]
    away = [None] * (int(POLICY.rearm * 10) + 2)

    assert Door(GRANT).play([*approach, *away, *approach]).grants == 2


def test_a_denial_waits_until_the_face_has_had_its_time() -> None:
    """Doubt is no denial: the face may convince until `decide_after` has passed."""
    door = Door(DENIAL)
    start = door.now

    door.play(seen(ADA, frame) for frame in seconds(2))

    (at, decision), *more = door.decisions
    assert decision is DENIAL
    assert not more
    assert at - start >= POLICY.decide_after


def test_a_denied_face_may_try_again_but_not_for_ever() -> None:
    """After a pause the evidence is gathered anew; after three denials only leaving helps."""
    door = Door(DENIAL).play(seen(ADA, frame) for frame in seconds(60))

    assert len(door.decisions) == POLICY.attempts
    pauses = [
        later - sooner
        for (sooner, _), (later, _) in zip(door.decisions, door.decisions[1:], strict=False)
    ]
    assert all(pause >= POLICY.retry for pause in pauses)
    assert len(door.play([*[None] * 40, *(seen(ADA, n) for n in seconds(2))]).decisions) == 4


def test_a_busy_door_costs_no_attempt() -> None:
    """Who is kept waiting because the door is open for somebody else did nothing wrong."""
    busy = Decision(Outcome.DENY, Reason.BUSY, 99.9, 99.0, "ada")

    door = Door(busy).play(seen(ADA, frame) for frame in seconds(60))

    assert len(door.decisions) > POLICY.attempts


def test_leaving_in_doubt_is_recorded_as_the_denial_it_was() -> None:
    """Three good frames, not recognized, gone: that was a denial. It can never become a grant."""
    door = Door(DENIAL).play(seen(ADA, frame) for frame in range(5))
    assert not door.decisions

    door.answer = GRANT
    door.play([None] * 60)

    assert [decision for _, decision in door.decisions] == [DENIAL]


def test_a_face_that_is_never_good_is_denied_with_its_reasons() -> None:
    """Quality alone denies, once the face has had its time."""
    door = Door(DENIAL).play([blurred()] * 30)

    evidence = door.questions[0].evidence
    assert evidence.embedding is None
    assert evidence.refusals == (QualityReason.LOW_SHARPNESS,)
    assert door.questions[0].final


def test_a_swap_of_faces_starts_the_evidence_anew() -> None:
    """Two frames of Ada and one of Ben are not three frames of anybody."""
    door = Door(GRANT).play([seen(ADA, 0), seen(ADA, 1), seen(BEN, 0), seen(BEN, 1)])

    assert not door.questions
    fused = door.play([seen(BEN, 2)]).questions[0].evidence
    assert fused.frames == 3
    assert fused.embedding is not None
    assert fused.embedding.cosine(embedding(BEN, 9)) > 0.8


def test_only_the_newest_frames_count() -> None:
    """The window slides, so that a bad start is forgotten."""
    policy = PresentationPolicy(decide_after=30, window=4)

    door = Door(DENIAL, policy).play(seen(ADA, frame) for frame in range(20))

    assert {question.evidence.frames for question in door.questions} == {3, 4}


def test_a_followed_face_stays_who_it_was() -> None:
    """Ben stands where Ada was let in: followed, he is still Ben, and she is not seen again."""
    door = Door(DENIAL).play([*(seen(ADA, n) for n in range(3))])
    door.watch = spend(door.watch)
    gone = door.watch.spent[0].seen_at

    door.play([seen(BEN, 0), followed(), followed()])

    assert door.watch.spent[0].seen_at == gone
    assert door.watch.current is not None
    assert door.watch.current.seen_at == door.now
    assert door.watch.current.seen == 3
    assert len(door.watch.current.good) == 1


def test_a_followed_face_that_was_let_in_stays_spent() -> None:
    """Ada stays and is followed for a minute: not let in again, not even long after."""
    door = Door(GRANT).play([*(seen(ADA, n) for n in range(3)), *(followed() for _ in seconds(60))])

    door.play(seen(ADA, frame) for frame in seconds(1))

    assert door.grants == 1


def test_following_gathers_no_evidence_and_asks_nothing_new() -> None:
    """The same evidence has the same answer; a denial becomes final in time all the same."""
    door = Door(DENIAL).play(seen(ADA, frame) for frame in range(3))
    asked = len(door.questions)

    door.play(followed() for _ in range(8))
    assert len(door.questions) == asked

    door.play(followed() for _ in range(8))
    assert door.questions[-1].final
    assert door.questions[-1].evidence.frames == 3
    assert len(door.decisions) == 1


def test_a_recognized_face_is_asked_about_in_every_frame() -> None:
    """It has to prove that it lives, which frames without new evidence do."""
    not_live = Decision(Outcome.DENY, Reason.NOT_LIVE, 99.9, 99.0, "ada")
    door = Door(not_live).play(seen(ADA, frame) for frame in range(3))
    asked = len(door.questions)

    door.play(followed() for _ in range(8))

    assert len(door.questions) == asked + 8


def test_nobody_is_followed_out_of_nothing() -> None:
    """A face that is followed while nobody is known is nobody's."""
    door = Door(GRANT).play([followed(), followed()])

    assert door.watch.current is None
    assert not door.questions


OBSERVATIONS = st.one_of(
    st.none(),
    st.just(blurred()),
    st.just(followed()),
    st.just(followed(ASIDE)),
    st.builds(
        seen,
        st.sampled_from((ADA, BEN)),
        st.integers(0, 5),
        st.sampled_from((MIDDLE, ASIDE)),
    ),
)


@given(st.lists(OBSERVATIONS, max_size=80))
def test_no_sequence_grants_one_face_twice_without_its_leaving(
    observations: list[Observation | None],
) -> None:
    """Between two grants of one face lies an absence of at least `rearm` seconds."""
    door = Door(GRANT)
    last_seen: dict[int, float] = {}
    absent_for: dict[int, float] = {}
    granted: set[int] = set()
    for observation in observations:
        before = door.grants
        door.play([observation])
        who = _identity(observation)
        if who is not None:
            absent_for[who] = door.now - last_seen.get(who, float("-inf"))
            last_seen[who] = door.now
            if absent_for[who] > POLICY.rearm:
                granted.discard(who)
        if door.grants > before:
            assert who is not None
            assert who not in granted
            granted.add(who)


@given(st.lists(OBSERVATIONS, max_size=80))
def test_every_question_rests_on_frames_of_one_face(
    observations: list[Observation | None],
) -> None:
    """Whatever is decided on is one identity, never a mixture of two."""
    door = Door(DENIAL).play(observations)

    for question in door.questions:
        fused = question.evidence.embedding
        if fused is not None:
            likeness = sorted(fused.cosine(embedding(who, 50)) for who in (ADA, BEN))
            assert likeness[0] < 0.5 < likeness[1]


def _identity(observation: Observation | None) -> int | None:
    if observation is None or observation.embedding is None:
        return None
    return max((ADA, BEN), key=lambda who: observation.embedding.cosine(embedding(who, 50)))  # type: ignore[union-attr]
