import cv2
import numpy as np
import pytest

from edge.domain import Box, Pixels
from edge.vision.detect import Detection, Detector
from edge.vision.landmarks import LEVEL, Landmarks
from edge.vision.models import ModelStore


@pytest.fixture(scope="module")
def detector(models: ModelStore) -> Detector:
    """Load the real detector once."""
    return Detector(models.path("yunet"))


@pytest.fixture(scope="module")
def landmarks(models: ModelStore) -> Landmarks:
    """Load the real mesh once."""
    return Landmarks(models.path("face-mesh"))


def only(faces: tuple[Detection, ...]) -> Detection:
    """Return the one face there is."""
    (face,) = faces
    return face


def test_mesh_covers_the_face_in_pixels_of_the_frame(
    detector: Detector, landmarks: Landmarks, astronaut: Pixels
) -> None:
    """468 points with depth, spread over the box that the detector found."""
    face = only(detector.detect(astronaut))

    mesh = landmarks.mesh(astronaut, face)

    assert mesh.points.shape == (468, 3)
    assert mesh.points.dtype == np.float32
    assert mesh.presence > 0.99
    left, top = mesh.points[:, :2].min(axis=0)
    right, bottom = mesh.points[:, :2].max(axis=0)
    assert left == pytest.approx(face.box.left, abs=0.15 * face.box.width)
    assert right == pytest.approx(face.box.right, abs=0.15 * face.box.width)
    assert bottom == pytest.approx(face.box.bottom, abs=0.15 * face.box.height)
    assert top > face.box.top - 0.15 * face.box.height


def test_nose_is_nearer_than_the_ears(
    detector: Detector, landmarks: Landmarks, astronaut: Pixels
) -> None:
    """Depth grows away from the camera, in the scale of the picture."""
    mesh = landmarks.mesh(astronaut, only(detector.detect(astronaut))).points

    nose, left_ear, right_ear = mesh[1, 2], mesh[234, 2], mesh[454, 2]
    width = mesh[454, 0] - mesh[234, 0]
    assert nose < left_ear
    assert nose < right_ear
    assert 0.3 * width < (left_ear + right_ear) / 2 - nose < width


def test_five_points_agree_with_the_detector(
    detector: Detector, landmarks: Landmarks, astronaut: Pixels
) -> None:
    """Two networks that know nothing of each other see the same eyes, nose and mouth."""
    face = only(detector.detect(astronaut))

    five = landmarks.mesh(astronaut, face).five

    assert five.shape == (5, 2)
    assert np.linalg.norm(five - face.points, axis=1).max() < 0.1 * face.box.width


@pytest.mark.parametrize("angle", [-30, -15, 15, 30])
def test_mesh_turns_with_the_head(
    detector: Detector, landmarks: Landmarks, astronaut: Pixels, angle: float
) -> None:
    """A tilted head has the same mesh, tilted: within 2.5 % of the face's width on average."""
    upright = landmarks.mesh(astronaut, only(detector.detect(astronaut)))
    turn = cv2.getRotationMatrix2D((224.0, 120.0), angle, 1.0)
    tilted = cv2.warpAffine(astronaut, turn, (512, 512)).astype(np.uint8, copy=False)

    mesh = landmarks.mesh(tilted, only(detector.detect(tilted)))

    expected = upright.five @ turn[:, :2].T + turn[:, 2]
    assert np.linalg.norm(mesh.five - expected, axis=1).mean() < 0.025 * 90


def test_head_on_its_side_is_seen_again(models: ModelStore, astronaut: Pixels) -> None:
    """Of a head tilted by 35° two looks put the points nearer to where they are than one does."""
    detector, path = Detector(models.path("yunet")), models.path("face-mesh")
    turn = cv2.getRotationMatrix2D((224.0, 120.0), 35, 1.0)
    tilted = cv2.warpAffine(astronaut, turn, (512, 512)).astype(np.uint8, copy=False)
    upright = Landmarks(path).mesh(astronaut, only(detector.detect(astronaut))).five
    expected = upright @ turn[:, :2].T + turn[:, 2]

    once, usual = (
        Landmarks(path, level=level).mesh(tilted, only(detector.detect(tilted))).five
        for level in (180.0, LEVEL)
    )

    apart = [np.linalg.norm(points - expected, axis=1).mean() for points in (once, usual)]
    assert apart[1] < apart[0]


def test_large_picture_gives_the_same_mesh(
    detector: Detector, landmarks: Landmarks, astronaut: Pixels
) -> None:
    """A face of 700 pixels has the mesh of one of 90, larger."""
    large = cv2.resize(astronaut, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)

    small = landmarks.mesh(astronaut, only(detector.detect(astronaut)))
    mesh = landmarks.mesh(large.astype(np.uint8), only(detector.detect(large.astype(np.uint8))))

    assert np.linalg.norm(mesh.five / 8 - small.five, axis=1).mean() < 0.02 * 90


def test_mesh_doubts_what_is_no_face(landmarks: Landmarks, chelsea: Pixels) -> None:
    """Asked for the mesh of a cat that passed for a person, the network says it sees nobody."""
    face = Detection(
        box=Box(144, 64, 273, 236),
        confidence=60.0,
        points=np.array([[200, 130], [280, 130], [240, 180], [210, 220], [270, 220]], np.float32),
    )

    assert landmarks.mesh(chelsea, face).presence < 0.1
