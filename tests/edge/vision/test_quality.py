from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain import Face, Pixels, Pose, QualityReason
from edge.vision.quality import (
    QualityLimits,
    brightness_of,
    judge,
    occlusion_of,
    sharpness_of,
)
from edge.vision.recognizer import Recognizer

GOOD: dict[str, Any] = {
    "confidence": 93.0,
    "size": 120.0,
    "pose": Pose(0.0, 0.0, 0.0),
    "sharpness": 80.0,
    "brightness": 50.0,
    "occlusion": 0.0,
}
FACE = np.array([[40, 50], [72, 50], [56, 70], [42, 90], [70, 90]], np.float32)


def only(faces: tuple[Face, ...]) -> Face:
    """Return the one face there is."""
    (face,) = faces
    return face


def chip_of(recognizer: Recognizer, pixels: Pixels) -> Pixels:
    """Return the aligned chip of the one face in *pixels*."""
    return recognizer.embedding.align(pixels, only(recognizer.faces(pixels)).points)


def blurred(pixels: Pixels, sigma: float) -> Pixels:
    """Return *pixels* out of focus."""
    return cv2.GaussianBlur(pixels, (0, 0), sigma).astype(np.uint8, copy=False)


def darkened(pixels: Pixels, share: float) -> Pixels:
    """Return *pixels* in less light."""
    return (pixels * share).astype(np.uint8)


def test_good_face_has_no_reason_against_it() -> None:
    """What keeps within every limit is good and counts fully."""
    quality = judge(**GOOD, limits=QualityLimits())

    assert quality.good
    assert quality.reasons == ()
    assert quality.weight == pytest.approx(1)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"confidence": 79.9}, QualityReason.LOW_CONFIDENCE),
        ({"size": 39.9}, QualityReason.SMALL_BOUNDING_BOX),
        ({"pose": Pose(40.1, 0, 0)}, QualityReason.EXTREME_POSE),
        ({"pose": Pose(-40.1, 0, 0)}, QualityReason.EXTREME_POSE),
        ({"pose": Pose(0, 35.1, 0)}, QualityReason.EXTREME_POSE),
        ({"pose": Pose(0, -35.1, 0)}, QualityReason.EXTREME_POSE),
        ({"pose": Pose(0, 0, 45.1)}, QualityReason.EXTREME_POSE),
        ({"brightness": 7.9}, QualityReason.LOW_BRIGHTNESS),
        ({"brightness": 80.1}, QualityReason.LOW_FACE_QUALITY),
        ({"sharpness": 24.9}, QualityReason.LOW_SHARPNESS),
        ({"occlusion": 0.51}, QualityReason.LOW_FACE_QUALITY),
    ],
)
def test_each_limit_has_its_reason(fault: dict[str, Any], reason: QualityReason) -> None:
    """A single fault gives its own reason and no other."""
    quality = judge(**(GOOD | fault), limits=QualityLimits())

    assert quality.reasons == (reason,)


def test_value_at_the_limit_is_good() -> None:
    """A limit is what must be reached, not what must be exceeded."""
    edge: dict[str, Any] = {
        "confidence": 80.0,
        "size": 40.0,
        "pose": Pose(40.0, -35.0, 45.0),
        "sharpness": 25.0,
        "brightness": 8.0,
        "occlusion": 0.5,
    }

    assert judge(**edge, limits=QualityLimits()).good


def test_every_fault_is_told() -> None:
    """A face that is wrong in all ways is told all of them."""
    worst: dict[str, Any] = {
        "confidence": 10.0,
        "size": 5.0,
        "pose": Pose(80, 0, 0),
        "sharpness": 1.0,
        "brightness": 1.0,
        "occlusion": 1.0,
    }

    assert set(judge(**worst, limits=QualityLimits()).reasons) == {
        QualityReason.LOW_CONFIDENCE,
        QualityReason.SMALL_BOUNDING_BOX,
        QualityReason.EXTREME_POSE,
        QualityReason.LOW_BRIGHTNESS,
        QualityReason.LOW_SHARPNESS,
        QualityReason.LOW_FACE_QUALITY,
    }


def test_site_may_set_its_own_limits() -> None:
    """A stricter site refuses what the defaults accept."""
    strict = replace(QualityLimits(), min_size=150.0)

    assert judge(**GOOD, limits=strict).reasons == (QualityReason.SMALL_BOUNDING_BOX,)


@given(
    size=st.floats(0, 2000),
    yaw=st.floats(-180, 180),
    pitch=st.floats(-180, 180),
    sharpness=st.floats(0, 100),
    occlusion=st.floats(0, 1),
)
def test_weight_is_a_share_and_no_fault_raises_it(
    size: float, yaw: float, pitch: float, sharpness: float, occlusion: float
) -> None:
    """A weight lies between 0 and 1 and falls when anything gets worse."""
    limits = QualityLimits()
    face = GOOD | {
        "size": size,
        "pose": Pose(yaw, pitch, 0),
        "sharpness": sharpness,
        "occlusion": occlusion,
    }
    worse = face | {"size": size / 2, "sharpness": sharpness / 2, "pose": Pose(90, pitch, 0)}

    weight = judge(**face, limits=limits).weight

    assert 0 <= weight <= 1
    assert judge(**worse, limits=limits).weight <= weight


def test_blur_lowers_sharpness_step_by_step(recognizer: Recognizer, astronaut: Pixels) -> None:
    """The more blurred, the less sharp; the heaviest blur is refused for it."""
    faces = [only(recognizer.faces(blurred(astronaut, sigma))) for sigma in (0.5, 1, 2, 3, 4)]

    sharpness = [face.quality.sharpness for face in faces]
    assert sharpness == sorted(sharpness, reverse=True)
    assert faces[0].quality.good
    assert QualityReason.LOW_SHARPNESS in faces[-1].quality.reasons


def test_sharpness_does_not_depend_on_the_light(recognizer: Recognizer, astronaut: Pixels) -> None:
    """Half the light leaves as much detail."""
    chip = chip_of(recognizer, astronaut)

    assert sharpness_of(darkened(chip, 0.5)) == pytest.approx(sharpness_of(chip), abs=5)


def test_flat_grey_is_not_sharp() -> None:
    """Where nothing is to be seen, noise is not taken for detail."""
    assert sharpness_of(np.full((112, 112, 3), 120, np.uint8)) == 0


@pytest.mark.parametrize(("level", "percent"), [(0, 0), (51, 20), (255, 100)])
def test_brightness_is_the_share_of_white(level: int, percent: float) -> None:
    """Black is 0 %, white is 100 %."""
    chip = np.full((112, 112, 3), level, np.uint8)

    assert brightness_of(chip) == pytest.approx(percent, abs=0.5)


def test_near_darkness_is_refused(recognizer: Recognizer, astronaut: Pixels) -> None:
    """A face in a tenth of the light is told to be too dark, and only that."""
    face = only(recognizer.faces(darkened(astronaut, 0.1)))

    assert face.quality.reasons == (QualityReason.LOW_BRIGHTNESS,)


def test_small_face_is_refused(recognizer: Recognizer, astronaut: Pixels) -> None:
    """A face of thirty pixels is told to come nearer."""
    small = cv2.resize(astronaut, None, fx=0.33, fy=0.33, interpolation=cv2.INTER_AREA)

    face = only(recognizer.faces(small.astype(np.uint8, copy=False)))

    assert QualityReason.SMALL_BOUNDING_BOX in face.quality.reasons


def test_covered_lower_face_is_noticed(recognizer: Recognizer, astronaut: Pixels) -> None:
    """A dark board up to the eyes is noticed as a cover, and the face refused for it."""
    covered = astronaut.copy()
    covered[105:185, 165:285] = 60

    bare = only(recognizer.faces(astronaut))
    face = only(recognizer.faces(covered))

    assert bare.quality.occlusion < 0.2
    assert QualityReason.LOW_FACE_QUALITY in face.quality.reasons


def test_agreement_of_both_point_sets_means_nothing_covered() -> None:
    """Where the mesh is sure and the points agree, nothing is covered."""
    assert occlusion_of(1.0, FACE, FACE) == 0


@given(angle=st.floats(-30, 30))
def test_turn_between_the_point_sets_is_no_cover(angle: float) -> None:
    """The detector sees too little of a head's tilt; that covers nothing."""
    turn = np.radians(angle)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    centre = FACE.mean(axis=0)
    turned = ((FACE - centre) @ rotation.T + centre).astype(np.float32)

    assert occlusion_of(1.0, turned, FACE) == 0


@given(presence=st.floats(0, 1), shift=st.floats(0, 100))
def test_occlusion_is_a_share_and_grows_with_doubt(presence: float, shift: float) -> None:
    """Less presence or more disagreement never looks less covered."""
    moved = FACE + np.float32(shift)

    occlusion = occlusion_of(presence, moved, FACE)

    assert 0 <= occlusion <= 1
    assert occlusion_of(presence / 2, moved, FACE) >= occlusion
    assert occlusion_of(presence, moved + np.float32(1), FACE) >= occlusion
