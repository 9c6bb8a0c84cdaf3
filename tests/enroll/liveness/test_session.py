"""A session ends well for one living person who does what she is asked to, and for nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.domain import Points, Prompt
from enroll.kiosk.guide import Instruction
from enroll.liveness.session import (
    ALONE,
    DOUBTFUL,
    LIFETIME,
    LONGEST,
    MOST_FRAMES,
    SILENCE,
    SURE,
    Session,
    Status,
)
from tests.edge.door.heads import FPS, Look
from tests.edge.door.test_challenge import obedient
from tests.enroll.liveness.conftest import ADA, BOB, Stage


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10_000))
def test_whoever_does_what_is_asked_succeeds(mesh: Points, seed: int) -> None:
    """Whatever the order of the movements."""
    stage = Stage(mesh, seed=seed)
    assert (stage.status, stage.confidence) == (Status.CREATED, None)
    stage.begin()
    assert (stage.status, stage.confidence) == (Status.IN_PROGRESS, None)
    stage.obey()
    assert (stage.status, stage.confidence) == (Status.SUCCEEDED, ALONE)
    assert stage.said is None


@pytest.mark.parametrize(("texture", "confidence"), [(2.0, SURE), (-2.0, DOUBTFUL)])
def test_the_texture_grades_it(mesh: Points, texture: float, confidence: float) -> None:
    """A movement is worth most with a skin that looks like one."""
    stage = Stage(mesh, texture=texture)
    stage.begin()
    stage.obey()
    assert (stage.status, stage.confidence) == (Status.SUCCEEDED, confidence)


def test_a_texture_of_a_picture_outweighs_every_movement(mesh: Points) -> None:
    """So a video that happens to move as it should is no person."""
    stage = Stage(mesh, texture=-9.0)
    stage.begin()
    stage.obey()
    assert (stage.status, stage.confidence) == (Status.FAILED, 0)


def test_a_photo_held_still_fails(stage: Stage) -> None:
    """It is asked to move, and does not."""
    stage.play(lambda *_: Look())
    assert (stage.status, stage.confidence) == (Status.FAILED, 0)


def test_somebody_who_does_as_she_likes_fails(stage: Stage) -> None:
    """A recording turns every way, but not when it should."""
    stage.play(lambda _, waited: Look(yaw=25 * np.sin(waited * 2)))
    assert stage.status is Status.FAILED


def test_a_swap_ends_it(stage: Stage) -> None:
    """Nobody answers for her photo, at whatever moment she steps in."""
    stage.until_asked()
    stage.identity = BOB
    stage.obey()
    assert stage.status is Status.FAILED


def test_a_face_that_becomes_another_little_by_little(stage: Stage) -> None:
    """Each frame is like those before, and the last is not like the first."""
    turned = iter(np.linspace(0, np.pi / 2, 40))

    def drift() -> None:
        angle = next(turned, np.pi / 2)
        stage.identity = np.cos(angle) * ADA + np.sin(angle) * BOB

    def script(prompt: Prompt, waited: float) -> Look:
        drift()
        return obedient(stage.at, prompt, waited)

    stage.play(script)
    assert stage.status is Status.FAILED


def test_leaving_after_something_was_asked(stage: Stage) -> None:
    """A second without the face could be used to put another in its place."""
    stage.until_asked()
    for _ in range(12):
        stage.show(None)
    assert stage.status is Status.FAILED


def test_no_gap_begins_a_challenge_anew(stage: Stage) -> None:
    """Whoever is away for almost too long has failed, and is not asked for something else."""
    stage.until_asked()
    stage.at += 0.055 - 1 / FPS
    stage.show(Look())  # too soon after the one before to be measured
    stage.at += 0.69 - 1 / FPS
    stage.show(None)
    stage.show(Look())
    assert stage.status is Status.FAILED


def test_sitting_down_first(stage: Stage) -> None:
    """Before anything is asked nobody has missed anything."""
    for _ in range(24):
        stage.show(None)
    said = [stage.said]
    for _ in range(3):
        stage.show(Look())
    for _ in range(24):
        stage.show(Look(), faces=2)
    said.append(stage.said)
    for _ in range(24):
        stage.show(Look(), good=False)
    said.append(stage.said)
    assert said == [
        Instruction.LOOK_AT_CAMERA,
        Instruction.ONE_PERSON,
        Instruction.MORE_LIGHT,
    ]
    stage.obey()
    assert stage.status is Status.SUCCEEDED


def test_a_second_face_is_no_way_in(stage: Stage) -> None:
    """While two are there nothing is proven."""
    stage.until_asked()
    for _ in range(12):
        stage.show(Look(yaw=25), faces=2)
    assert stage.status is Status.FAILED


def test_it_is_used_once(stage: Stage) -> None:
    """Neither another browser nor the same one begins it again, running or over."""
    assert not stage.session.begin("other", stage.at)
    assert stage.session.belongs_to("token")
    assert not stage.session.belongs_to("other")
    stage.obey()
    assert not stage.session.begin("token", stage.at)
    stage.show(Look())
    assert stage.said is None
    assert stage.status is Status.SUCCEEDED


def test_it_expires(mesh: Points) -> None:
    """Three minutes after it was made nothing can be had of it, however it ended."""
    stage = Stage(mesh)
    stage.begin()
    stage.obey()
    assert stage.status is Status.SUCCEEDED
    stage.at = stage.session.created + LIFETIME
    assert (stage.status, stage.confidence) == (Status.EXPIRED, None)
    unused = Stage(mesh)
    unused.at += LIFETIME
    assert unused.status is Status.EXPIRED
    assert not unused.session.begin("token", unused.at)


def test_silence_and_dawdling_fail(mesh: Points) -> None:
    """A browser that says no more, and one that never shows a face, are not waited for."""
    silent = Stage(mesh)
    silent.begin()
    silent.at += SILENCE + 0.1
    assert silent.status is Status.FAILED
    dawdling = Stage(mesh)
    dawdling.begin()
    while dawdling.status is Status.IN_PROGRESS:
        dawdling.show(None)
    assert dawdling.at - dawdling.session.created == pytest.approx(LONGEST, abs=0.2)


def test_pictures_are_limited(stage: Stage) -> None:
    """In number, and how soon one may follow another."""
    assert not stage.session.too_soon(stage.at)
    stage.show(None)
    assert stage.session.too_soon(stage.at + 0.01)
    assert not stage.session.too_soon(stage.at + 0.06)
    for _ in range(MOST_FRAMES):
        stage.at -= 1 / 12 - 0.05
        stage.show(None)
    assert stage.status is Status.FAILED


def test_nothing_of_the_person_is_left(stage: Stage) -> None:
    """Neither vectors nor samples, once it is over."""
    stage.obey()
    left: Session = stage.session
    assert (left._first, left._recent, left._measured.textures) == ((), (), [])
    assert left._proving._proof is None
