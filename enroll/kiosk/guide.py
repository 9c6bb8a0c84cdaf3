"""What to tell somebody in front of the kiosk's camera, and which pictures of her to keep.

Pure: no clock, no camera, no words. One frame is seen, one instruction is given. Five pictures are
kept, of poses that differ, because a door sees people from the side, from above and from below; a
sixth is kept apart, to try afterwards whether the door knows her. Nobody is asked for more than her
neck allows: whoever cannot turn her head is taken as she is after a while.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge.domain import Box, Pose, Quality, QualityReason

NEAREST, FARTHEST = 0.75, 0.22
"""Ends of the face's shorter side as a share of the frame's: nearer and the lens distorts it, farther
and a 640×480 camera leaves too few pixels for a sharp face."""

OFF_CENTRE = 0.3
"""How far the middle of a face may be from the frame's, in fractions of the frame."""

FRONTAL_YAW, FRONTAL_PITCH = 12.0, 20.0
"""Degrees that still count as straight ahead. A camera often looks up or down at people, hence the
wider pitch; all other poses are measured from this one."""

TURN = 8.0
"""Degrees from straight ahead that make another pose: clearly a turn, and easy for everybody."""

APART = 4.0
"""Degrees of yaw or pitch by which any two pictures differ: the mesh's own error is 2 to 3."""

PATIENCE = 10.0
"""Seconds of waiting after which any pose counts that is :data:`APART` from the others."""

KINDNESS = 20.0
"""Seconds of waiting after which any good picture counts, for who cannot move her head."""

COVERED = 0.3
"""Occlusion from which a poor face is called covered; else it is too bright."""


class Goal(StrEnum):
    """A picture that is wanted. Left and right are those of the person herself."""

    FRONT = "front"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    PROOF = "proof"


ENROLLED = (Goal.FRONT, Goal.LEFT, Goal.RIGHT, Goal.UP, Goal.DOWN)
"""The pictures that are enrolled, in the order in which they are asked for."""

GOALS = (*ENROLLED, Goal.PROOF)


class Instruction(StrEnum):
    """One thing to do. Left and right are those of the person herself."""

    LOOK_AT_CAMERA = "look-at-camera"
    ONE_PERSON = "one-person"
    SAME_PERSON = "same-person"
    COME_CLOSER = "come-closer"
    MOVE_BACK = "move-back"
    CENTRE = "centre"
    MORE_LIGHT = "more-light"
    LESS_LIGHT = "less-light"
    UNCOVER = "uncover"
    HOLD_STILL = "hold-still"
    LOOK_STRAIGHT = "look-straight"
    TURN_LEFT = "turn-left"
    TURN_RIGHT = "turn-right"
    LOOK_UP = "look-up"
    LOOK_DOWN = "look-down"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Sight:
    """What one frame shows.

    *faces* is how many may be meant; of the largest, its *box* in fractions of the frame, the
    *share* of its shorter side in the frame's, and its *quality*.
    """

    faces: int
    box: Box | None = None
    share: float = 0.0
    quality: Quality | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A picture that was kept, and what it was kept for."""

    goal: Goal
    pose: Pose


@dataclass(frozen=True, slots=True)
class Advice:
    """What to say about a frame, and for which goal to keep it, if for any."""

    instruction: Instruction
    keep: Goal | None = None


_ASK = {
    Goal.FRONT: Instruction.LOOK_STRAIGHT,
    Goal.LEFT: Instruction.TURN_LEFT,
    Goal.RIGHT: Instruction.TURN_RIGHT,
    Goal.UP: Instruction.LOOK_UP,
    Goal.DOWN: Instruction.LOOK_DOWN,
    Goal.PROOF: Instruction.LOOK_STRAIGHT,
}


def next_instruction(taken: Sequence[Taken]) -> Instruction:
    """Return what to ask of a face that is well in the picture."""
    goals = _open(taken)
    return _ASK[goals[0]] if goals else Instruction.DONE


def advise(sight: Sight, taken: Sequence[Taken], *, waited: float) -> Advice:
    """Return what to say about *sight* when *taken* are kept.

    *waited* is for how many seconds a face has been looked at without a picture being kept.
    """
    goals = _open(taken)
    if not goals:
        return Advice(Instruction.DONE)
    fault = _fault(sight)
    if fault is not None or sight.quality is None:
        return Advice(fault or Instruction.LOOK_AT_CAMERA)
    keep = _fitting(sight.quality.pose, goals, taken, waited)
    return Advice(_ASK[goals[0]], keep)


def _open(taken: Sequence[Taken]) -> tuple[Goal, ...]:
    """Return the goals that are not reached; the proof only when it is the last."""
    done = {each.goal for each in taken}
    wanted = tuple(goal for goal in ENROLLED if goal not in done)
    return wanted or tuple({Goal.PROOF} - done)


def _fault(sight: Sight) -> Instruction | None:
    """Return what is wrong with the picture itself, the plainest first."""
    if sight.faces == 0 or sight.box is None or sight.quality is None:
        return Instruction.LOOK_AT_CAMERA
    if sight.faces > 1:
        return Instruction.ONE_PERSON
    return _misplaced(sight.box, sight.share) or unclear(sight.quality)


def _misplaced(box: Box, share: float) -> Instruction | None:
    if share < FARTHEST:
        return Instruction.COME_CLOSER
    if share > NEAREST:
        return Instruction.MOVE_BACK
    across, down = box.centre
    if max(abs(across - 0.5), abs(down - 0.5)) > OFF_CENTRE:
        return Instruction.CENTRE
    return None


def unclear(quality: Quality) -> Instruction | None:
    """Return what to do about a face that is not good enough, or None for one that is."""
    poor = (
        Instruction.UNCOVER if quality.occlusion >= COVERED else Instruction.LESS_LIGHT
    )  # Rekognition has one word for both
    said = {
        QualityReason.LOW_BRIGHTNESS: Instruction.MORE_LIGHT,
        QualityReason.SMALL_BOUNDING_BOX: Instruction.COME_CLOSER,
        QualityReason.LOW_SHARPNESS: Instruction.HOLD_STILL,  # a blur looks like a cover, too
        QualityReason.LOW_FACE_QUALITY: poor,
        QualityReason.EXTREME_POSE: Instruction.LOOK_AT_CAMERA,
        QualityReason.LOW_CONFIDENCE: Instruction.LOOK_AT_CAMERA,
        QualityReason.EXCEEDS_MAX_FACES: Instruction.ONE_PERSON,
    }
    return next((said[reason] for reason in said if reason in quality.reasons), None)


def _fitting(
    pose: Pose, goals: Sequence[Goal], taken: Sequence[Taken], waited: float
) -> Goal | None:
    """Return the goal that a good picture of *pose* serves."""
    if waited >= KINDNESS:
        return goals[0]
    front = next((each.pose for each in taken if each.goal is Goal.FRONT), None)
    if front is None:  # everything else is measured from it, so it comes first
        straight = abs(pose.yaw) <= FRONTAL_YAW and abs(pose.pitch) <= FRONTAL_PITCH
        return Goal.FRONT if straight or waited >= PATIENCE else None
    if goals[0] is Goal.PROOF:
        return Goal.PROOF
    if not all(apart(pose, each.pose) for each in taken):
        return None
    yaw, pitch = pose.yaw - front.yaw, pose.pitch - front.pitch
    reached = next((goal for goal in goals if _REACHED[goal](yaw, pitch)), None)
    return goals[0] if reached is None and waited >= PATIENCE else reached


_REACHED: Mapping[Goal, Callable[[float, float], bool]] = {
    # A face that turns to its own left turns to the viewer's right, which is positive.
    Goal.LEFT: lambda yaw, _: yaw >= TURN,
    Goal.RIGHT: lambda yaw, _: yaw <= -TURN,
    Goal.UP: lambda _, pitch: pitch >= TURN,
    Goal.DOWN: lambda _, pitch: pitch <= -TURN,
}


def apart(one: Pose, other: Pose) -> bool:
    """Return whether two poses differ enough for both to be worth keeping."""
    return max(abs(one.yaw - other.yaw), abs(one.pitch - other.pitch)) >= APART
