"""What the kiosk asks for, and which pictures it keeps, whatever stands before the camera."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain import Box, Pose, Quality, QualityReason
from enroll.kiosk.guide import (
    ENROLLED,
    GOALS,
    KINDNESS,
    PATIENCE,
    Goal,
    Instruction,
    Sight,
    Taken,
    advise,
    apart,
    next_instruction,
)

MIDDLE = Box(0.3, 0.25, 0.4, 0.5)


def quality(
    yaw: float = 0.0, pitch: float = 0.0, *reasons: QualityReason, occlusion: float = 0.0
) -> Quality:
    """Describe a face at arm's length."""
    return Quality(
        sharpness=70,
        brightness=45,
        pose=Pose(yaw, pitch, 0),
        size=160,
        occlusion=occlusion,
        weight=1,
        reasons=reasons,
    )


def seen(yaw: float = 0.0, pitch: float = 0.0) -> Sight:
    """Describe a frame with a good face in its middle."""
    return Sight(faces=1, box=MIDDLE, share=0.4, quality=quality(yaw, pitch))


FRONT = Taken(Goal.FRONT, Pose(0, 0, 0))

angles = st.floats(-60, 60)
poses = st.builds(Pose, angles, angles, angles)
qualities = st.builds(
    Quality,
    sharpness=st.floats(0, 100),
    brightness=st.floats(0, 100),
    pose=poses,
    size=st.floats(1, 480),
    occlusion=st.floats(0, 1),
    weight=st.floats(0, 1),
    reasons=st.lists(st.sampled_from(list(QualityReason)), max_size=3).map(tuple),
)
boxes = st.builds(Box, *[st.floats(0, 1)] * 4)
sights = st.builds(
    Sight,
    faces=st.integers(0, 2),
    box=st.none() | boxes,
    share=st.floats(0, 1),
    quality=st.none() | qualities,
)
good_sights = st.builds(seen, st.floats(-40, 40), st.floats(-35, 35))


@given(st.lists(st.tuples(sights | good_sights, st.floats(0, 30)), max_size=60))
def test_whatever_is_seen(frames: list[tuple[Sight, float]]) -> None:
    """Only good pictures of one face are kept, each for one goal, the front first, proof last."""
    taken: list[Taken] = []
    for sight, waited in frames:
        advice = advise(sight, taken, waited=waited)
        assert isinstance(advice.instruction, Instruction)
        if advice.keep is None:
            continue
        assert sight.faces == 1
        assert sight.quality is not None
        assert sight.quality.good
        taken.append(Taken(advice.keep, sight.quality.pose))
    goals = [each.goal for each in taken]
    assert len(goals) == len(set(goals)) <= len(GOALS)
    assert not goals or goals[0] is Goal.FRONT
    assert Goal.PROOF not in goals or (goals[-1] is Goal.PROOF and len(goals) == len(GOALS))
    assert (next_instruction(taken) is Instruction.DONE) == (len(goals) == len(GOALS))


@given(st.lists(good_sights, max_size=80), st.floats(0, KINDNESS, exclude_max=True))
def test_poses_differ(frames: list[Sight], waited: float) -> None:
    """Until kindness is called for, no two of the enrolled pictures show the same pose."""
    taken: list[Taken] = []
    for sight in frames:
        advice = advise(sight, taken, waited=waited)
        if advice.keep is not None and sight.quality is not None:
            taken.append(Taken(advice.keep, sight.quality.pose))
    enrolled = [each.pose for each in taken if each.goal in ENROLLED]
    assert all(apart(one, other) for one, other in combinations(enrolled, 2))


@given(st.lists(poses, max_size=5), good_sights)
def test_nobody_waits_for_ever(before: list[Pose], sight: Sight) -> None:
    """Whoever cannot turn her head is taken as she is after a while."""
    taken = [Taken(goal, pose) for goal, pose in zip(GOALS, before, strict=False)]
    assert advise(sight, taken, waited=KINDNESS).keep is GOALS[len(taken)]


def test_turning() -> None:
    """Each turn is asked for in the person's own terms, and taken in whatever order it comes."""
    taken = [FRONT]
    assert next_instruction(taken) is Instruction.TURN_LEFT
    # To her own left is to the viewer's right, which is positive.
    assert advise(seen(yaw=12), taken, waited=0).keep is Goal.LEFT
    assert advise(seen(yaw=-12), taken, waited=0).keep is Goal.RIGHT
    assert advise(seen(pitch=12), taken, waited=0).keep is Goal.UP
    assert advise(seen(pitch=-12), taken, waited=0).keep is Goal.DOWN
    assert advise(seen(yaw=2), taken, waited=0).keep is None
    taken.append(Taken(Goal.LEFT, Pose(12, 0, 0)))
    assert advise(seen(yaw=13), taken, waited=0).keep is None
    assert next_instruction(taken) is Instruction.TURN_RIGHT


def test_a_camera_that_looks_up() -> None:
    """Turns count from how she looks straight ahead, not from the camera's own axis."""
    taken = [Taken(Goal.FRONT, Pose(0, 15, 0))]
    assert advise(seen(pitch=4), taken, waited=0).keep is Goal.DOWN
    assert advise(seen(pitch=15), taken, waited=0).keep is None


def test_the_first_picture_is_straight() -> None:
    """A profile is not where to measure from; somebody who cannot do better is taken later."""
    assert advise(seen(yaw=25), [], waited=0).keep is None
    assert advise(seen(yaw=25), [], waited=0).instruction is Instruction.LOOK_STRAIGHT
    assert advise(seen(yaw=25), [], waited=PATIENCE).keep is Goal.FRONT


@pytest.mark.parametrize(
    ("sight", "instruction"),
    [
        (Sight(faces=0), Instruction.LOOK_AT_CAMERA),
        (replace(seen(), faces=2), Instruction.ONE_PERSON),
        (replace(seen(), share=0.1), Instruction.COME_CLOSER),
        (replace(seen(), share=0.9), Instruction.MOVE_BACK),
        (replace(seen(), box=Box(0, 0.25, 0.3, 0.5)), Instruction.CENTRE),
    ],
)
def test_where_she_stands(sight: Sight, instruction: Instruction) -> None:
    """The plainest fault is told first, and nothing is kept."""
    advice = advise(sight, [], waited=KINDNESS)
    assert (advice.instruction, advice.keep) == (instruction, None)


@pytest.mark.parametrize(
    ("reason", "occlusion", "instruction"),
    [
        (QualityReason.LOW_BRIGHTNESS, 0.0, Instruction.MORE_LIGHT),
        (QualityReason.LOW_FACE_QUALITY, 0.0, Instruction.LESS_LIGHT),
        (QualityReason.LOW_FACE_QUALITY, 0.8, Instruction.UNCOVER),
        (QualityReason.LOW_SHARPNESS, 0.0, Instruction.HOLD_STILL),
        (QualityReason.SMALL_BOUNDING_BOX, 0.0, Instruction.COME_CLOSER),
        (QualityReason.EXTREME_POSE, 0.0, Instruction.LOOK_AT_CAMERA),
        (QualityReason.LOW_CONFIDENCE, 0.0, Instruction.LOOK_AT_CAMERA),
    ],
)
def test_every_reason_in_words(
    reason: QualityReason, occlusion: float, instruction: Instruction
) -> None:
    """Each reason for which a door would not recognize her becomes one thing to do."""
    sight = replace(seen(), quality=quality(0, 0, reason, occlusion=occlusion))
    advice = advise(sight, [FRONT], waited=KINDNESS)
    assert (advice.instruction, advice.keep) == (instruction, None)
