import numpy as np
import pytest

from edge.domain import Box, Face, Pose, Quality
from edge.evaluation.subject import FacePolicy, Sight, person_meant


def face(left: float, top: float, side: float) -> Face:
    """Return a face with nothing but a box."""
    return Face(
        Box(left, top, side, side),
        99.0,
        np.zeros((5, 2), np.float32),
        None,
        Quality(50, 50, Pose(0, 0, 0), side, 0, 1),
    )


MIDDLE, LARGE_BYSTANDER = face(90, 90, 60), face(0, 0, 80)


def test_the_person_meant_is_the_face_nearest_the_centre() -> None:
    """However large a bystander is."""
    meant = person_meant(
        (LARGE_BYSTANDER, MIDDLE), width=250, height=250, policy=FacePolicy.NEAREST
    )

    assert meant == (Sight.FOUND, MIDDLE)


def test_the_largest_face_is_taken_where_that_is_asked_for() -> None:
    """As Rekognition does."""
    meant = person_meant(
        (MIDDLE, LARGE_BYSTANDER), width=250, height=250, policy=FacePolicy.LARGEST
    )

    assert meant == (Sight.FOUND, LARGE_BYSTANDER)


def test_a_bystander_alone_is_not_the_person_meant() -> None:
    """The person in the middle was missed, and that must count as a failure."""
    meant = person_meant((LARGE_BYSTANDER,), width=250, height=250, policy=FacePolicy.NEAREST)

    assert meant == (Sight.OFF_CENTRE, None)


def test_a_portrait_may_have_the_face_above_its_centre() -> None:
    """Shoulders take up the lower half."""
    portrait = face(70, 20, 110)

    meant = person_meant((portrait,), width=250, height=350, policy=FacePolicy.NEAREST)

    assert meant == (Sight.FOUND, portrait)


@pytest.mark.parametrize("policy", list(FacePolicy))
def test_no_face_is_a_failure(policy: FacePolicy) -> None:
    """Under every policy."""
    assert person_meant((), width=9, height=9, policy=policy) == (Sight.NO_FACE, None)
