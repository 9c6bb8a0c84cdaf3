"""What a frame is worth: evidence that is wanted is gathered, and what tells nothing new is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain import Decision, Face, Outcome, Pose, Reason
from edge.door.effort import EffortPolicy, worth_searching
from edge.door.watch import RECOGNIZED, Observation, Watch
from tests.edge.door.approaches import (
    ASIDE,
    DENIAL,
    GRANT,
    MIDDLE,
    POLICY,
    Door,
    blurred,
    face,
    followed,
    seconds,
    seen,
)

EFFORT = EffortPolicy()
ADA, BEN = 1, 2
NOT_LIVE = Decision(Outcome.DENY, Reason.NOT_LIVE, 99.9, 99.0, "ada")


def worth(door: Door, shown: Face | None = None) -> bool:
    """Tell whether the next frame is worth a search, if it shows *shown*."""
    return worth_searching(
        door.watch, shown or face(), now=door.now, policy=door.policy, effort=EFFORT
    )


def turned(yaw: float, weight: float = 0.8) -> Face:
    """Show a good face that is turned by *yaw* degrees and counts for *weight*."""
    straight = face()
    quality = replace(straight.quality, pose=Pose(yaw, 0, 0), weight=weight)
    return replace(straight, quality=quality)


def test_an_unknown_face_is_worth_a_search() -> None:
    """Before anybody was seen, and until there is enough to decide on."""
    door = Door(DENIAL)
    assert worth(door)
    for frame in range(POLICY.frames):
        assert worth(door)
        door.play([seen(ADA, frame)])


def test_a_doubtful_face_gets_all_the_evidence_that_the_window_holds() -> None:
    """While she is not recognized every frame counts, as many as are fused."""
    door = Door(DENIAL)
    for frame in range(POLICY.window):
        assert worth(door)
        door.play([seen(ADA, frame)])
    assert not worth(door)


def test_a_full_window_takes_what_is_better_or_turned() -> None:
    """A frame that is hardly better than the worst, from no new side, tells nothing."""
    door = Door(DENIAL).play(seen(ADA, frame) for frame in range(POLICY.window))

    assert not worth(door, turned(0, 0.8))
    assert not worth(door, turned(0, 0.5))
    assert not worth(door, turned(0, 0.9))
    assert worth(door, turned(0, 1.0))
    assert worth(door, turned(EFFORT.turn + 1, 0.5))


@pytest.mark.parametrize("reason", RECOGNIZED)
def test_who_is_recognized_needs_no_more_evidence(reason: Reason) -> None:
    """She proves that she lives, or waits for the door: who she is, is known."""
    door = Door(replace(NOT_LIVE, reason=reason)).play(seen(ADA, frame) for frame in range(3))

    assert not worth(door)


def test_who_was_let_in_needs_none() -> None:
    """A spent face opens nothing, however good it looks."""
    door = Door(GRANT).play(seen(ADA, frame) for frame in range(3))

    assert not worth(door)


def test_who_is_denied_is_left_alone_until_the_next_try() -> None:
    """In the pause after a denial nothing is gathered; after it, all is."""
    door = Door(DENIAL).play(seen(ADA, frame) for frame in seconds(2))
    assert door.decisions
    assert not worth(door)

    door.play(followed() for _ in seconds(POLICY.retry))
    assert worth(door)


def test_who_has_used_up_the_tries_is_left_alone() -> None:
    """Only leaving helps."""
    door = Door(DENIAL).play(seen(ADA, frame) for frame in seconds(60))

    assert len(door.decisions) == POLICY.attempts
    assert not worth(door)


def test_a_poor_picture_is_worth_nothing() -> None:
    """Nobody is recognized by it."""
    door = Door(DENIAL).play([blurred()])

    assert not worth(door, blurred().face)


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.just(blurred()),
            st.builds(seen, st.sampled_from((ADA, BEN)), st.integers(0, 5), st.just(MIDDLE)),
            st.just(followed()),
            st.just(followed(ASIDE)),
        ),
        max_size=40,
    ),
    st.floats(0, 1),
    st.floats(-60, 60),
    st.sampled_from((GRANT, DENIAL, NOT_LIVE)),
)
def test_no_decision_lacks_evidence_that_was_to_be_had(
    observations: list[Observation | None], weight: float, yaw: float, answer: Decision
) -> None:
    """Whoever may still be decided on, with too few good frames, is worth a search by any good one."""
    door = Door(answer).play(observations)
    current = door.watch.current
    shown = turned(yaw, weight)
    if current is None or any(spent.seen_at >= current.seen_at for spent in door.watch.spent):
        assert worth(door, shown) or door.watch != Watch()
        return
    asked = door.now >= current.quiet_until and current.denials < POLICY.attempts
    if asked and len(current.good) < POLICY.frames:
        assert worth(door, shown)
    if not asked:
        assert not worth(door, shown)
