from importlib import metadata
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.domain import Pixels
from edge.errors import ModelError
from edge.vision.catalogue import CATALOGUE
from edge.vision.detect import Detector
from edge.vision.models import ModelStore


@pytest.fixture(scope="module")
def detector(models: ModelStore) -> Detector:
    """Load the real detector once."""
    return Detector(models.path("yunet"))


def published() -> Path:
    """Locate YuNet as OpenCV Zoo publishes it."""
    (entry,) = (entry for entry in CATALOGUE if entry.name == "yunet")
    assert entry.wheel is not None
    distribution = metadata.distribution(entry.wheel.distribution)
    return Path(str(distribution.locate_file(entry.wheel.path)))


def resized(pixels: Pixels, width: int, height: int) -> Pixels:
    """Return *pixels* at another size, free of aliasing."""
    how = cv2.INTER_AREA if width < pixels.shape[1] else cv2.INTER_CUBIC
    return cv2.resize(pixels, (width, height), interpolation=how).astype(np.uint8, copy=False)


def test_astronaut_is_found_once_with_her_features_in_place(
    detector: Detector, astronaut: Pixels
) -> None:
    """One face; eyes above nose above mouth, the viewer's left before the right."""
    (face,) = detector.detect(astronaut)

    assert face.confidence > 90
    assert face.box.left < 224 < face.box.right
    assert face.box.top < 120 < face.box.bottom
    left_eye, right_eye, nose, left_corner, right_corner = face.points
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_corner[0] < nose[0] < right_corner[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_corner[1], right_corner[1])


@pytest.mark.parametrize("scale", [0.35, 0.5, 1.5, 4.0, 7.5])
def test_place_of_a_face_scales_with_the_picture(
    detector: Detector, astronaut: Pixels, scale: float
) -> None:
    """From a thumbnail to more than 4K, the face is found at the same place."""
    (here,) = detector.detect(astronaut)
    side = round(512 * scale)

    (there,) = detector.detect(resized(astronaut, side, side))

    assert here.box.relative_to(512, 512).overlap(there.box.relative_to(side, side)) > 0.8


@pytest.mark.parametrize("side", [80, 100, 160])
def test_face_that_fills_a_small_still_is_found(
    detector: Detector, astronaut: Pixels, side: int
) -> None:
    """A badge's portrait of 80×80 pixels is large enough."""
    portrait = resized(np.ascontiguousarray(astronaut[40:200, 145:305]), side, side)

    (face,) = detector.detect(portrait)

    assert face.box.area > 0.2 * side * side


def test_larger_face_comes_first(detector: Detector, astronaut: Pixels) -> None:
    """Of two people the nearer one leads, wherever they stand."""
    small = resized(astronaut, 256, 256)
    for pair in ([astronaut, small], [small, astronaut]):
        canvas = np.zeros((512, 768, 3), np.uint8)
        left = 0
        for picture in pair:
            height, width = picture.shape[:2]
            canvas[:height, left : left + width] = picture
            left += width

        first, second = detector.detect(canvas)

        assert first.box.area > 2 * second.box.area


def test_box_stays_within_the_frame(detector: Detector, astronaut: Pixels) -> None:
    """A face cut off by the edge has a box that is cut off too."""
    height, width = 100, 120
    cropped = np.ascontiguousarray(astronaut[80 : 80 + height, 165 : 165 + width])

    faces = detector.detect(cropped)

    assert faces
    for face in faces:
        assert face.box.left >= 0
        assert face.box.top >= 0
        assert face.box.right <= width + 1e-3
        assert face.box.bottom <= height + 1e-3
        assert face.box.area > 0


def test_nothing_is_found_where_nobody_is(detector: Detector, coffee: Pixels) -> None:
    """A cup of coffee is not a person."""
    assert detector.detect(coffee) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (2, 3), (17, 2000)])
def test_odd_shapes_are_searched_without_failing(
    detector: Detector, shape: tuple[int, int]
) -> None:
    """No frame is too thin or too small to be looked at."""
    assert detector.detect(np.full((*shape, 3), 128, np.uint8)) == ()


def test_changing_sizes_do_not_disturb_each_other(
    detector: Detector, astronaut: Pixels, coffee: Pixels
) -> None:
    """What was searched before leaves no trace in the next answer."""
    (before,) = detector.detect(astronaut)
    detector.detect(coffee)
    detector.detect(resized(astronaut, 640, 480))

    (after,) = detector.detect(astronaut)

    assert after.box == before.box
    assert np.array_equal(after.points, before.points)


def test_frame_is_left_untouched(detector: Detector, astronaut: Pixels) -> None:
    """Looking changes nothing."""
    frame = astronaut.copy()

    detector.detect(frame)

    assert np.array_equal(frame, astronaut)


def test_higher_confidence_asks_for_more(models: ModelStore, astronaut: Pixels) -> None:
    """A detector that wants near certainty finds no face at all."""
    assert Detector(models.path("yunet"), confidence=0.99).detect(astronaut) == ()


@pytest.mark.parametrize("confidence", [0.0, 1.0, 60.0, -0.1])
def test_confidence_is_a_fraction(models: ModelStore, confidence: float) -> None:
    """A percentage given by mistake is refused, not taken for a detector that finds nobody."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        Detector(models.path("yunet"), confidence=confidence)


def test_network_that_is_no_detector_is_refused(models: ModelStore) -> None:
    """Another network's numbers are not taken for faces."""
    with pytest.raises(ModelError, match="no face detector"):
        Detector(models.path("face-mesh"))


def test_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    """A damaged file is an error of the model, with its name."""
    path = tmp_path / "broken.tflite"
    path.write_bytes(b"not a network")

    with pytest.raises(ModelError, match=r"broken\.tflite"):
        Detector(path)


def test_loading_prints_nothing(models: ModelStore, capfd: pytest.CaptureFixture[str]) -> None:
    """No library's announcement reaches the operator."""
    Detector(models.path("yunet"))

    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("side", [320, 640])
def test_faces_are_those_that_opencv_finds(
    detector: Detector, astronaut: Pixels, carphone: list[Pixels], side: int
) -> None:
    """Its own class, with the published file, gives the same boxes, points and scores."""
    theirs = cv2.FaceDetectorYN.create(str(published()), "", (side, side), 0.6, 0.3, 1000)
    pair = np.zeros((512, 768, 3), np.uint8)
    pair[:, :512] = astronaut
    pair[:256, 512:] = resized(astronaut, 256, 256)
    for frame in (astronaut, pair, *carphone[::30]):
        height, width = (round(length * side / max(frame.shape)) for length in frame.shape[:2])
        small = resized(frame, width, height)
        theirs.setInputSize((width, height))

        found = detector.detect(small, side=side)

        expected = sorted(theirs.detect(small)[1], key=lambda row: -row[2] * row[3])
        assert found
        for face, row in zip(found, expected, strict=True):
            assert face.points == pytest.approx(row[4:14].reshape(5, 2), abs=1e-2)
            assert face.confidence == pytest.approx(100 * row[14], abs=1e-2)
