"""Ask a face to move as no recording can know to; pure: no clock, no chance, no I/O.

A few movements in an order that is drawn anew each time. Each is asked for only of a face that looks
straight ahead, and must begin after it was asked for, later than anybody reacts by accident and
sooner than anybody can prepare a picture. A movement to the wrong side fails: a video that turns
every way would otherwise satisfy anything in time. A gap between frames fails as well, because a
person could stand in for her picture there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from edge.domain import Prompt
from edge.liveness.eyes import blinks
from edge.liveness.parallax import parallax
from edge.liveness.sample import Sample, since

TURNS = (Prompt.TURN_LEFT, Prompt.TURN_RIGHT)
MOVES = (*TURNS, Prompt.LOOK_UP, Prompt.BLINK, Prompt.COME_CLOSER)


class Draw(Protocol):
    """Where chance comes from: :class:`secrets.SystemRandom`, or a seeded one in tests."""

    def choice(self, seq: tuple[Prompt, ...], /) -> Prompt: ...

    def sample(self, population: tuple[Prompt, ...], k: int) -> list[Prompt]: ...

    def shuffle(self, x: list[Prompt], /) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengePolicy:
    """What counts as having moved. Durations in seconds, angles in degrees as the mesh sees them.

    Prints and paper masks of 24 people, waved by up to 25° (bench/attacks.py), made the mesh see turns
    of at most 8° and nods over at most 11°; the two people in our clips who turn their heads reach
    20° to 57°.
    """

    moves: int = 3
    seconds: float = 20.0
    step_seconds: float = 5.0
    reaction: float = 0.2
    straight: float = 8.0
    straight_seconds: float = 0.3
    turn: float = 15.0
    nod: float = 11.0
    astray: float = 12.0
    closer: float = 1.25
    blink_window: float = 2.0
    solid: float = 3.0
    gap: float = 0.7


class Progress(StrEnum):
    """How a challenge is."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, eq=False)
class Challenge:
    """Moves that are asked for, and how far they were made.

    *rest* is how the face looks straight ahead, known from its first straight look; *asked_at* is
    None while it is to look straight; *seen* are the samples since what is asked for now was.
    """

    moves: tuple[Prompt, ...]
    began: float
    seen_at: float
    done: int = 0
    rest: Sample | None = None
    straight_since: float | None = None
    asked_at: float | None = None
    seen: tuple[Sample, ...] = ()
    progress: Progress = Progress.RUNNING

    @property
    def prompt(self) -> Prompt | None:
        """What is asked for now."""
        if self.progress is not Progress.RUNNING:
            return None
        return Prompt.LOOK_STRAIGHT if self.asked_at is None else self.moves[self.done]


def drawn(draw: Draw, policy: ChallengePolicy) -> tuple[Prompt, ...]:
    """Return the moves of one challenge: no two alike, and a turn, which proves depth, among them."""
    turn = draw.choice(TURNS)
    others = tuple(move for move in MOVES if move is not turn)
    moves = [turn, *draw.sample(others, policy.moves - 1)]
    draw.shuffle(moves)
    return tuple(moves)


def begun(moves: tuple[Prompt, ...], at: float) -> Challenge:
    """Return a challenge that begins *at* a moment."""
    return Challenge(moves=moves, began=at, seen_at=at)


def advanced(challenge: Challenge, sample: Sample, policy: ChallengePolicy) -> Challenge:
    """Return the challenge after the next *sample* of the same face."""
    if challenge.progress is not Progress.RUNNING:
        return challenge
    late = sample.at - challenge.began > policy.seconds
    gap = sample.at - challenge.seen_at > policy.gap
    challenge = replace(challenge, seen_at=sample.at)
    if late or gap:
        return replace(challenge, progress=Progress.FAILED)
    if challenge.asked_at is None:
        return _settled(challenge, sample, policy)
    return _moved(challenge, sample, policy)


def overdue(challenge: Challenge, now: float, policy: ChallengePolicy) -> bool:
    """Tell whether the face has been away, or has taken its time, for too long."""
    return now - challenge.seen_at > policy.gap or now - challenge.began > policy.seconds


def _settled(challenge: Challenge, sample: Sample, policy: ChallengePolicy) -> Challenge:
    """Wait until the face has looked straight ahead for a moment, then ask."""
    rest = challenge.rest
    across = sample.yaw - (0.0 if rest is None else rest.yaw)
    up = sample.pitch - (sample.pitch if rest is None else rest.pitch)
    if max(abs(across), abs(up)) > policy.straight:
        return replace(challenge, straight_since=None)
    since = sample.at if challenge.straight_since is None else challenge.straight_since
    if sample.at - since < policy.straight_seconds:
        return replace(challenge, straight_since=since)
    return replace(challenge, rest=sample, straight_since=None, asked_at=sample.at, seen=(sample,))


def _moved(challenge: Challenge, sample: Sample, policy: ChallengePolicy) -> Challenge:
    rest, asked_at = challenge.rest, challenge.asked_at
    assert rest is not None  # noqa: S101  # nothing is asked for before the first straight look
    assert asked_at is not None  # noqa: S101  # the caller has looked
    challenge = replace(challenge, seen=(*challenge.seen, sample))
    move = challenge.moves[challenge.done]
    if _astray(move, sample, rest, policy) or sample.at - asked_at > policy.step_seconds:
        return replace(challenge, progress=Progress.FAILED)
    if not _made(move, challenge.seen, rest, policy):
        return challenge
    if sample.at - asked_at < policy.reaction:
        return replace(challenge, progress=Progress.FAILED)
    done = challenge.done + 1
    if done == len(challenge.moves):
        return replace(challenge, done=done, progress=Progress.PASSED)
    return replace(challenge, done=done, asked_at=None, seen=())


def _astray(move: Prompt, sample: Sample, rest: Sample, policy: ChallengePolicy) -> bool:
    """Tell whether the face moves as it was not asked to."""
    across = sample.yaw - rest.yaw
    if move is Prompt.TURN_LEFT:
        return across < -policy.astray
    if move is Prompt.TURN_RIGHT:
        return across > policy.astray
    return abs(across) > policy.astray


def _made(move: Prompt, seen: tuple[Sample, ...], rest: Sample, policy: ChallengePolicy) -> bool:
    last = seen[-2:]
    if move in TURNS:
        # Her left is the viewer's right, where yaw is positive.
        side = 1 if move is Prompt.TURN_LEFT else -1
        turned = all(side * (sample.yaw - rest.yaw) >= policy.turn for sample in last)
        return turned and parallax([sample.mesh for sample in seen]) >= policy.solid
    if move is Prompt.LOOK_UP:
        return all(sample.pitch - rest.pitch >= policy.nod for sample in last)
    if move is Prompt.COME_CLOSER:
        return all(sample.size >= policy.closer * rest.size for sample in last)
    return blinks(since(seen, seen[-1].at - policy.blink_window)) > 0
