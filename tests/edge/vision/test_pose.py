import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.domain import Pixels, Points, Pose
from edge.vision.pose import pose_of
from edge.vision.recognizer import Recognizer


@pytest.fixture(scope="module")
def straight(recognizer: Recognizer, astronaut: Pixels) -> Points:
    """Return the astronaut's mesh, turned until it looks straight into the camera."""
    mesh = mesh_of(recognizer, astronaut)
    for _ in range(5):
        mesh = turned(mesh, undoing=pose_of(mesh))
    return mesh


def mesh_of(recognizer: Recognizer, pixels: Pixels) -> Points:
    """Return the mesh of the one face in *pixels*."""
    (face,) = recognizer.faces(pixels)
    assert face.mesh is not None
    return face.mesh


def turn(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Return the rotation that pitches, then yaws, then rolls, in the frame's axes."""
    a, b, c = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    rotation: NDArray[np.float64] = about_z @ about_y @ about_x
    return rotation


def turned(mesh: Points, *, undoing: Pose) -> Points:
    """Return *mesh* with a pose taken out of it."""
    straightened: Points = mesh @ turn(undoing.yaw, undoing.pitch, undoing.roll).astype(np.float32)
    return straightened


@given(yaw=st.floats(-60, 60), pitch=st.floats(-40, 40), roll=st.floats(-80, 80))
def test_known_turn_of_a_head_is_measured(
    straight: Points, yaw: float, pitch: float, roll: float
) -> None:
    """Turning a mesh by three angles changes the pose by these angles."""
    pose = pose_of((straight @ turn(yaw, 0, roll).T).astype(np.float32))
    nodding = pose_of((straight @ turn(0, pitch, 0).T).astype(np.float32))

    assert pose.roll == pytest.approx(roll, abs=1)
    assert pose.yaw == pytest.approx(yaw, abs=1)
    assert nodding.pitch == pytest.approx(pitch, abs=1)


def test_portrait_looks_into_the_camera(recognizer: Recognizer, astronaut: Pixels) -> None:
    """A person who faces the camera has a pose of nearly nothing."""
    pose = pose_of(mesh_of(recognizer, astronaut))

    assert abs(pose.yaw) < 6
    assert abs(pose.pitch) < 10
    assert abs(pose.roll) < 6


def test_mirrored_head_turns_the_other_way(recognizer: Recognizer, carphone: list[Pixels]) -> None:
    """In the mirror yaw and roll change their signs, pitch does not."""
    for frame in carphone[80:120:8]:
        here = pose_of(mesh_of(recognizer, frame))
        mirror = pose_of(mesh_of(recognizer, np.ascontiguousarray(frame[:, ::-1])))

        assert mirror.yaw == pytest.approx(-here.yaw, abs=7)
        assert mirror.roll == pytest.approx(-here.roll, abs=5)
        assert mirror.pitch == pytest.approx(here.pitch, abs=7)


@pytest.mark.parametrize("angle", [-30, -15, 15, 30])
def test_turned_picture_is_rolled(recognizer: Recognizer, astronaut: Pixels, angle: float) -> None:
    """A picture turned clockwise by some degrees rolls the head by as many."""
    clockwise = cv2.getRotationMatrix2D((224.0, 120.0), -angle, 1.0)
    tilted = cv2.warpAffine(astronaut, clockwise, (512, 512)).astype(np.uint8, copy=False)

    upright = pose_of(mesh_of(recognizer, astronaut))
    pose = pose_of(mesh_of(recognizer, tilted))

    assert pose.roll - upright.roll == pytest.approx(angle, abs=4)
