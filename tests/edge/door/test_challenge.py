"""Nothing passes a challenge but a face that does what it is asked to, when it is asked."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from math import pi, sin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.domain import Points, Prompt
from edge.door.challenge import (
    MOVES,
    TURNS,
    Challenge,
    ChallengePolicy,
    Progress,
    advanced,
    begun,
    drawn,
    overdue,
)
from tests.edge.door.heads import FPS, Look, seen, waved

POLICY = ChallengePolicy()
MADE = {
    Prompt.LOOK_STRAIGHT: Look(),
    Prompt.TURN_LEFT: Look(yaw=25),
    Prompt.TURN_RIGHT: Look(yaw=-25),
    Prompt.LOOK_UP: Look(pitch=18),
    Prompt.BLINK: Look(),
    Prompt.COME_CLOSER: Look(size=1.4),
}
REAL_MESH = settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def played(
    mesh: Points, challenge: Challenge, script: Callable[[float, Prompt, float], Look]
) -> Challenge:
    """Show a head until the challenge ends; *script* gets the time, the prompt, and for how long."""
    at, asked, since = 0.0, challenge.prompt, 0.0
    while challenge.progress is Progress.RUNNING and at < 60:
        at += 1 / FPS
        assert challenge.prompt is not None
        if challenge.prompt is not asked:
            asked, since = challenge.prompt, at
        look = script(at, challenge.prompt, at - since)
        challenge = advanced(challenge, seen(mesh, look, at), POLICY)
    return challenge


def obedient(_: float, prompt: Prompt, waited: float) -> Look:
    """Do what is asked for, half a second later, and smoothly."""
    share = min(max((waited - 0.5) / 0.5, 0.0), 1.0)
    made = MADE[prompt]
    if prompt is Prompt.BLINK:
        return Look(closed=0.8 <= waited < 1.0)
    size = 1 + share * (made.size - 1)
    return Look(yaw=share * made.yaw, pitch=share * made.pitch, size=size)


@REAL_MESH
@given(seed=st.integers(0, 10_000))
def test_whoever_does_what_is_asked_passes(mesh: Points, seed: int) -> None:
    """In any order of any moves."""
    challenge = begun(drawn(random.Random(seed), POLICY), 0.0)
    assert played(mesh, challenge, obedient).progress is Progress.PASSED


@given(seed=st.integers(), moves=st.integers(1, 5))
def test_moves_differ_and_prove_depth(seed: int, moves: int) -> None:
    """No move is asked for twice, and a turn of the head is always among them."""
    asked = drawn(random.Random(seed), replace(POLICY, moves=moves))
    assert len(asked) == len(set(asked)) == moves
    assert set(asked) & set(TURNS)
    assert set(asked) <= set(MOVES)


def test_orders_differ() -> None:
    """Whoever saw one challenge does not know the next."""
    assert len({drawn(random.Random(seed), POLICY) for seed in range(200)}) > 40


@REAL_MESH
@given(seed=st.integers(0, 10_000))
def test_a_face_that_keeps_still_fails(mesh: Points, seed: int) -> None:
    """A photo on a stand."""
    challenge = begun(drawn(random.Random(seed), POLICY), 0.0)
    assert played(mesh, challenge, lambda *_: Look()).progress is Progress.FAILED


def swinging(rng: random.Random, rate: float) -> Callable[[float, Prompt, float], Look]:
    """Film a head that turns both ways and nods, *rate* radians a second, and blinks all the time."""
    phase, far = rng.uniform(0, 2 * pi), rng.uniform(15, 30)

    def swing(at: float, *_: object) -> Look:
        angle = rate * at + phase
        return Look(far * sin(angle), far * sin(1.7 * angle), closed=int(at * 4) % 5 == 0)

    return swing


def test_a_film_of_a_head_that_swings_passes_by_rare_luck_alone(mesh: Points) -> None:
    """It makes every move again and again, but not when it is asked to: at most 1 in 50 fits."""
    rng = random.Random(1)
    films = [swinging(rng, rate) for rate in (0.5, 0.75, 1, 1.5, 2, 3) for _ in range(50)]
    passed = [
        played(mesh, begun(drawn(rng, POLICY), 0.0), film).progress is Progress.PASSED
        for film in films
    ]
    assert sum(passed) <= len(films) / 50


@pytest.mark.parametrize("move", TURNS)
def test_the_wrong_side_fails_at_once(mesh: Points, move: Prompt) -> None:
    """Left is not right."""
    wrong = -MADE[move].yaw

    def contrary(_: float, prompt: Prompt, waited: float) -> Look:
        turned = prompt is move and waited > 0.5
        return Look(yaw=wrong if turned else 0)

    ended = played(mesh, begun((move,), 0.0), contrary)
    assert ended.progress is Progress.FAILED
    assert ended.seen_at < 2


def test_nobody_reacts_before_she_is_asked(mesh: Points) -> None:
    """A movement that is there already when it is asked for was not asked for."""

    def prescient(_: float, prompt: Prompt, waited: float) -> Look:
        return Look(size=1.4) if prompt is Prompt.COME_CLOSER else Look()

    challenge = begun((Prompt.COME_CLOSER,), 0.0)
    assert played(mesh, challenge, prescient).progress is Progress.FAILED


def test_a_photo_that_is_waved_does_not_turn_its_head(mesh: Points) -> None:
    """Even where the pose is read wrongly off it, there is no depth in the turn."""
    challenge = begun((Prompt.TURN_LEFT,), 0.0)
    for number in range(90):
        at = number / FPS
        asked = challenge.prompt is Prompt.TURN_LEFT
        sample = replace(seen(mesh, Look(yaw=30.0 if asked else 0.0), at), mesh=waved(mesh, at))
        challenge = advanced(challenge, sample, POLICY)
    assert challenge.progress is Progress.FAILED


def test_a_gap_fails(mesh: Points) -> None:
    """In a second without the face, another could take its place."""
    challenge = begun((Prompt.BLINK,), 0.0)
    for at in (0.1, 0.2, 1.2):
        challenge = advanced(challenge, seen(mesh, Look(), at), POLICY)
    assert challenge.progress is Progress.FAILED


def test_an_ended_challenge_stays_as_it_is(mesh: Points) -> None:
    """Nothing more is asked for, and nothing changes it."""
    ended = replace(begun((Prompt.BLINK,), 0.0), progress=Progress.FAILED)
    assert ended.prompt is None
    assert advanced(ended, seen(mesh, Look(), 0.1), POLICY) is ended


def test_time_runs_out_without_a_face_as_well() -> None:
    """The face left, or the whole took too long."""
    challenge = replace(begun((Prompt.BLINK,), 0.0), seen_at=10.0)
    assert not overdue(challenge, 10.5, POLICY)
    assert overdue(challenge, 10.8, POLICY)
    assert overdue(replace(challenge, seen_at=20.9), 21.0, POLICY)
