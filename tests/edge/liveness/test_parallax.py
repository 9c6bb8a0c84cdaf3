from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.demonstration.attacker import waved as waved_photo
from edge.demonstration.scenes import script
from edge.domain import Pixels, Points
from edge.door.liveness import LivenessPolicy
from edge.liveness.parallax import RIGID, parallax
from edge.liveness.plane import onto
from edge.vision.recognizer import Recognizer
from tests.edge.door.heads import turned, waved

SOLID = LivenessPolicy().solid
TIMES = np.arange(36) / 12


@pytest.mark.parametrize("degrees", [2.0, 5.0, 15.0])
def test_a_head_that_turns_shows_how_far(mesh: Points, degrees: float) -> None:
    """A bit less than half of the turn is found from two dimensions, the same part of any."""
    yaws = degrees * np.sqrt(2) * np.sin(2 * TIMES)
    found = parallax([turned(mesh, yaw) for yaw in yaws])
    assert found == pytest.approx(0.45 * float(np.std(yaws)), rel=0.1)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(degrees=st.floats(0, 35), phase=st.floats(0, 6))
def test_a_picture_shows_no_depth_however_it_is_waved(
    mesh: Points, degrees: float, phase: float
) -> None:
    """True perspective of a flat thing leaves nothing, at any angle."""
    found = parallax([waved(mesh, at + phase, degrees=degrees) for at in TIMES])
    assert found < 0.05


def test_noise_is_not_taken_for_depth(mesh: Points) -> None:
    """Points that tremble by a hundredth of the face, each frame anew, stay far below a turn."""
    draw = np.random.default_rng(1)
    size = float(np.ptp(mesh[:, 0]))
    shaken = [
        mesh + np.float32(0.01 * size) * draw.standard_normal(mesh.shape).astype(np.float32)
        for _ in TIMES
    ]
    assert parallax(shaken) < SOLID / 5


def test_too_few_views_prove_nothing(mesh: Points) -> None:
    """Four views of a head that turns are no evidence yet."""
    assert parallax([turned(mesh, yaw) for yaw in (-20, 0, 20, 0)]) == 0


def test_points_that_coincide_prove_nothing(mesh: Points) -> None:
    """A mesh without extent is no error and no evidence."""
    assert parallax([np.zeros_like(mesh)] * 10) == 0


@settings(deadline=None)
@given(
    st.lists(st.floats(-0.2, 0.2), min_size=2, max_size=2),
    st.lists(st.floats(-0.3, 0.3), min_size=4, max_size=4),
)
def test_any_view_of_a_plane_is_laid_over_any_other(
    tilt: list[float], stretch: list[float]
) -> None:
    """A homography with perspective is undone to rounding."""
    target = np.random.default_rng(3).uniform(-1, 1, (40, 2))
    matrix = np.eye(3)
    matrix[:2, :2] += np.reshape(stretch, (2, 2))
    matrix[2, :2] = tilt
    seen = np.column_stack([target, np.ones(40)]) @ matrix.T
    view = seen[:, :2] / seen[:, 2:]
    np.testing.assert_allclose(onto(view[None], target)[0], target, atol=1e-4)


def test_the_rigid_points_are_points_of_the_mesh() -> None:
    """Each once, none beyond the mesh."""
    assert len(set(RIGID)) == len(RIGID)
    assert max(RIGID) < 468


def test_a_man_has_depth_and_his_photo_has_none(
    recognizer: Recognizer, carphone: list[Pixels]
) -> None:
    """Through the real networks: a man who talks in a car, and a frame of him, waved."""
    (scene,) = (each for each in script(fps=12).scenes if each.title == "the enrolled man")
    hall = np.full((480, 640, 3), 90, np.uint8)
    photo = waved_photo(hall, carphone[60], count=36)
    assert depth(recognizer, scene.frames) > SOLID
    assert depth(recognizer, photo) < SOLID


def depth(recognizer: Recognizer, frames: tuple[Pixels, ...] | list[Pixels]) -> float:
    """Return the parallax of the largest face."""
    faces = [recognizer.largest(frame) for frame in frames]
    return parallax([face.mesh for face in faces if face is not None and face.mesh is not None])
