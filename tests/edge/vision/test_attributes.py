from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain import Box, Face, Points, Pose, Quality
from edge.vision.attributes import (
    Attributes,
    attributes_of,
    can_be_told,
    eye_direction,
    eyes_open,
    face_occluded,
    mouth_open,
)
from edge.vision.iris import RIM, Eye

BARE, MASKED = 39.0, 8.0
"""Certainties of the mesh, in log odds."""

QUALITY = Quality(sharpness=70, brightness=50, pose=Pose(0, 0, 0), size=90, occlusion=0, weight=1)
FACE = Face(Box(0, 0, 100, 120), 94.0, np.zeros((5, 2), np.float32), None, QUALITY)


def mesh(lips: float = 0.0) -> Points:
    """Make a mesh that faces the camera, with the lips so many mouth widths apart."""
    points = np.zeros((468, 3), np.float32)
    for left, right, half, y, z in (
        (33, 263, 22, 0, 0), (133, 362, 10, 0, 0), (61, 291, 12, 45, 0), (234, 454, 40, 5, 40),
        (127, 356, 40, -5, 40), (172, 397, 30, 50, 30), (50, 280, 25, 25, 5), (78, 308, 10, 45, 0),
    ):  # fmt: skip
        points[left] = (-half, y, z)
        points[right] = (half, y, z)
    points[10] = (0, -50, 0)
    points[152] = (0, 75, 0)
    points[14, 1] = 20 * lips
    return points


def eye(
    centre: float, *, gap: float = 0.7, across: float = 0.0, down: float = -0.15, iris: float = 6.0
) -> Eye:
    """Make an eye around x = *centre*; gap, and shift of the pupil, in diameters of the iris."""
    rim = np.zeros((RIM, 2), np.float32)
    rim[:, 0] = centre
    rim[0, 0] -= 6
    rim[8, 0] += 6
    rim[3:6, 1] = gap * iris / 2
    rim[11:14, 1] = -gap * iris / 2
    pupil = np.array([centre + across * iris, down * iris])
    edge = np.array([[0, 0], [1, 0], [0, -1], [-1, 0], [0, 1]]) * iris / 2
    return Eye(rim, (pupil + edge).astype(np.float32))


def eyes(*, gap: float = 0.7, across: float = 0.0, down: float = -0.15) -> tuple[Eye, Eye]:
    """Make two eyes alike."""
    return (
        eye(-16, gap=gap, across=across, down=down),
        eye(16, gap=gap, across=across, down=down),
    )


def told(face: Face = FACE, *, gap: float = 0.7, certainty: float = BARE) -> Attributes:
    """Return what is told of a face that is plain but for what is said here."""
    return attributes_of(face, mesh(), eyes(gap=gap), certainty=certainty)


def test_plain_face_is_told_in_full() -> None:
    """Large, bare and with open eyes: nothing is left out."""
    attributes = told()

    assert len(attributes.landmarks) == 30
    assert attributes.eyes_open is not None
    assert attributes.eyes_open.value
    assert attributes.mouth_open is not None
    assert not attributes.mouth_open.value
    assert attributes.face_occluded is not None
    assert not attributes.face_occluded.value
    assert attributes.eye_direction is not None


@pytest.mark.parametrize(
    "quality",
    [
        replace(QUALITY, size=29.0),
        replace(QUALITY, pose=Pose(41, 0, 0)),
        replace(QUALITY, pose=Pose(-41, 0, 0)),
        replace(QUALITY, pose=Pose(0, 36, 0)),
        replace(QUALITY, pose=Pose(0, -36, 0)),
    ],
)
def test_small_or_turned_face_is_only_drawn(quality: Quality) -> None:
    """Of what cannot be seen nothing is said; its points remain."""
    attributes = told(replace(FACE, quality=quality))

    assert len(attributes.landmarks) == 30
    assert attributes.eyes_open is None
    assert attributes.mouth_open is None
    assert attributes.face_occluded is None
    assert attributes.eye_direction is None


def test_tilted_head_is_told_like_an_upright_one() -> None:
    """A roll hides nothing."""
    assert can_be_told(90, Pose(0, 0, 80))


def test_of_a_covered_face_only_that_is_told() -> None:
    """Eyes and mouth behind a cover would be guessed."""
    attributes = told(certainty=MASKED)

    assert attributes.face_occluded is not None
    assert attributes.face_occluded.value
    assert attributes.eyes_open is None
    assert attributes.mouth_open is None
    assert attributes.eye_direction is None


def test_closed_eyes_look_nowhere() -> None:
    """Behind closed lids an iris is drawn, but not seen."""
    attributes = told(gap=0.2)

    assert attributes.eyes_open is not None
    assert not attributes.eyes_open.value
    assert attributes.eye_direction is None


@given(gap=st.floats(0, 1.5), wider=st.floats(0.01, 1))
def test_wider_lids_are_never_told_to_be_closed_sooner(gap: float, wider: float) -> None:
    """The answer turns once from closed to open; a confidence is at least that of a guess."""
    narrow, wide = eyes_open(eyes(gap=gap)), eyes_open(eyes(gap=gap + wider))

    assert narrow.value <= wide.value
    assert 50 <= narrow.confidence <= 100
    assert not (narrow.value and wide.confidence < narrow.confidence)


def test_one_closed_eye_is_nearly_undecided() -> None:
    """A wink is neither."""
    wink = eyes_open((eye(-16, gap=0.24), eye(16, gap=0.72)))

    assert wink.confidence < 60


@given(lips=st.floats(0, 1), wider=st.floats(0.01, 1))
def test_wider_lips_are_never_told_to_be_closed_sooner(lips: float, wider: float) -> None:
    """The answer turns once from closed to open."""
    narrow, wide = mouth_open(mesh(lips)), mouth_open(mesh(lips + wider))

    assert narrow.value <= wide.value
    assert 50 <= narrow.confidence <= 100


@given(certainty=st.floats(-60, 60), doubt=st.floats(0, 60))
def test_doubt_never_uncovers_a_face(certainty: float, doubt: float) -> None:
    """The less the mesh is sure of a face, the sooner it is told to be covered."""
    assert face_occluded(certainty).value <= face_occluded(certainty - doubt).value


def test_eyes_that_face_the_camera_look_into_it() -> None:
    """A pupil where it is at rest looks straight ahead."""
    direction = eye_direction(mesh(), eyes(), size=90)

    assert direction.yaw == pytest.approx(0, abs=0.5)
    assert direction.pitch == pytest.approx(0, abs=0.5)


@given(across=st.floats(0.05, 0.6), down=st.floats(-0.6, 0.4))
def test_glance_has_the_signs_of_a_pose(across: float, down: float) -> None:
    """To the viewer's right is positive yaw, up positive pitch; a mirror turns the yaw only."""
    right = eye_direction(mesh(), eyes(across=across, down=down), size=90)
    left = eye_direction(mesh(), eyes(across=-across, down=down), size=90)

    assert right.yaw > 0
    assert left.yaw == pytest.approx(-right.yaw, abs=1e-3)
    assert left.pitch == pytest.approx(right.pitch, abs=1e-3)
    assert (right.pitch > 0) == (down < -0.15) or abs(right.pitch) < 0.1


@given(size=st.floats(30, 500), larger=st.floats(1, 500))
def test_more_pixels_make_a_direction_surer(size: float, larger: float) -> None:
    """A confidence lies between a guess and certainty and grows with the face."""
    near = eye_direction(mesh(), eyes(), size=size + larger)
    far = eye_direction(mesh(), eyes(), size=size)

    assert 50 < far.confidence <= near.confidence < 100
