import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.domain import Face, Pixels
from edge.errors import ModelTamperedError
from edge.vision.attribute_reader import AttributeReader
from edge.vision.attributes import Attributes
from edge.vision.catalogue import CATALOGUE
from edge.vision.landmark_types import LandmarkType
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer


@pytest.fixture(scope="module")
def reader(models: ModelStore) -> AttributeReader:
    """Load the real networks once."""
    return AttributeReader.load(models)


def read(recognizer: Recognizer, reader: AttributeReader, pixels: Pixels) -> Attributes:
    """Return what is told of the one face in *pixels*."""
    (face,) = recognizer.faces(pixels)
    return reader.attributes(pixels, face)


def points(attributes: Attributes) -> dict[str, tuple[float, float]]:
    """Look the named points up by their names."""
    return {each.type: (each.x, each.y) for each in attributes.landmarks}


def opposite(name: str) -> str:
    """Return the name of the point on the other side of the face."""
    sides = {"Left": "Right", "Right": "Left", "left": "right", "right": "left"}
    return re.sub("Left|Right|left|right", lambda found: sides[found[0]], name)


def frames(clip: str, numbers: set[int]) -> Iterator[Pixels]:
    """Give some frames of a clip of the shared data."""
    file = Path(os.environ["OSTIARY_TEST_DATA"]) / "clips" / f"{clip}.mp4"
    video = cv2.VideoCapture(str(file))
    for number in range(max(numbers) + 1):
        there, pixels = video.read()
        assert there
        if number in numbers:
            yield pixels.astype(np.uint8, copy=False)
    video.release()


def test_named_points_lie_on_the_face(
    recognizer: Recognizer, reader: AttributeReader, astronaut: Pixels
) -> None:
    """All thirty are in the box that was found, or within a tenth of it."""
    (face,) = recognizer.faces(astronaut)

    for x, y in points(reader.attributes(astronaut, face)).values():
        assert -0.1 < (x - face.box.left) / face.box.width < 1.1
        assert -0.1 < (y - face.box.top) / face.box.height < 1.1


def test_left_is_the_viewers_left(
    recognizer: Recognizer, reader: AttributeReader, astronaut: Pixels
) -> None:
    """Whatever is called left has the smaller x of the two."""
    found = points(read(recognizer, reader, astronaut))

    lefts = [name for name in found if "left" in name.lower() and not name.startswith("right")]

    assert len(lefts) == 13
    for name in lefts:
        assert found[name][0] < found[opposite(name)][0], name
    for eye in ("leftEye", "rightEye", "leftEyeBrow", "rightEyeBrow"):
        assert found[f"{eye}Left"][0] < found[f"{eye}Right"][0]


def test_brow_eye_nose_mouth_and_chin_follow_from_above(
    recognizer: Recognizer, reader: AttributeReader, astronaut: Pixels
) -> None:
    """A face that stands upright is in order, on either side."""
    found = points(read(recognizer, reader, astronaut))

    for side in ("left", "right"):
        column = [
            found[f"{side}EyeBrowUp"],
            found[f"{side}EyeUp"],
            found[f"{side}Pupil"],
            found[f"{side}EyeDown"],
            found["nose"],
            found["mouthUp"],
            found["mouthDown"],
            found["chinBottom"],
        ]
        heights = [y for _, y in column]
        assert heights == sorted(heights)


def test_pupils_are_where_the_eyes_are_darkest(
    recognizer: Recognizer, reader: AttributeReader, astronaut: Pixels
) -> None:
    """Around each pupil the picture is darker than around the corners of its eye."""
    found = points(read(recognizer, reader, astronaut))
    luma = cv2.GaussianBlur(cv2.cvtColor(astronaut, cv2.COLOR_BGR2GRAY), (0, 0), 1.5)

    def at(name: str) -> int:
        x, y = found[name]
        return int(luma[round(y), round(x)])

    for side in ("left", "right"):
        corners = [at(f"{side}EyeLeft"), at(f"{side}EyeRight")]
        assert at(f"{side}Pupil") < 0.7 * np.mean(corners)


def test_mirror_swaps_left_and_right(
    recognizer: Recognizer, reader: AttributeReader, astronaut: Pixels
) -> None:
    """In a mirrored picture every point is where its opposite was, within a twentieth of the face."""
    found = points(read(recognizer, reader, astronaut))
    mirrored = points(read(recognizer, reader, np.ascontiguousarray(astronaut[:, ::-1])))

    for name in LandmarkType:
        x, y = found[name]
        there = mirrored[opposite(name)]
        assert np.hypot(astronaut.shape[1] - 1 - there[0] - x, there[1] - y) < 0.05 * 90, name


def test_astronaut_smiles_into_the_camera(
    recognizer: Recognizer, reader: AttributeReader, astronaut: Pixels
) -> None:
    """Her eyes are open, her teeth can be seen, nothing covers her, she looks at the viewer."""
    attributes = read(recognizer, reader, astronaut)

    assert attributes.eyes_open is not None
    assert attributes.eyes_open.value
    assert attributes.eyes_open.confidence > 95
    assert attributes.mouth_open is not None
    assert attributes.mouth_open.value
    assert attributes.face_occluded is not None
    assert not attributes.face_occluded.value
    assert attributes.eye_direction is not None
    assert abs(attributes.eye_direction.yaw) < 10
    assert abs(attributes.eye_direction.pitch) < 10


@pytest.mark.parametrize("number", [60, 110])
def test_cry_is_an_open_mouth(
    recognizer: Recognizer, reader: AttributeReader, carphone: list[Pixels], number: int
) -> None:
    """In two frames the man in the car opens his mouth wide; that covers nothing."""
    attributes = read(recognizer, reader, carphone[number])

    assert attributes.mouth_open is not None
    assert attributes.mouth_open.value
    assert attributes.mouth_open.confidence > 95
    assert attributes.eyes_open is not None
    assert attributes.eyes_open.value
    assert attributes.face_occluded is not None
    assert not attributes.face_occluded.value


def test_board_before_the_mouth_is_told_and_nothing_else(
    recognizer: Recognizer, reader: AttributeReader, astronaut: Pixels
) -> None:
    """From below the eyes downwards she is covered, so her mouth is not spoken of."""
    covered = astronaut.copy()
    covered[115:185, 165:285] = 60

    attributes = read(recognizer, reader, covered)

    assert attributes.face_occluded is not None
    assert attributes.face_occluded.value
    assert attributes.mouth_open is None


def test_tiny_face_is_only_drawn(
    recognizer: Recognizer, reader: AttributeReader, astronaut: Pixels
) -> None:
    """At 22 pixels her points are given and nothing is claimed."""
    tiny = cv2.resize(astronaut, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)

    attributes = read(recognizer, reader, tiny.astype(np.uint8))

    assert len(attributes.landmarks) == 30
    assert attributes.eyes_open is None
    assert attributes.eye_direction is None


def test_face_without_a_mesh_is_refused(
    recognizer: Recognizer, reader: AttributeReader, astronaut: Pixels
) -> None:
    """The caller's mistake is named."""
    (face,) = recognizer.faces(astronaut)
    bare: Face = replace(face, mesh=None)

    with pytest.raises(ValueError, match="has none"):
        reader.attributes(astronaut, bare)


def test_door_needs_no_iris_network(models: ModelStore) -> None:
    """A recognizer loads from a store that does not even know it."""
    without = [entry for entry in CATALOGUE if entry.name != "iris"]
    store = ModelStore(models.path("yunet").parent, catalogue=without)

    assert Recognizer.load(store).model.name == "sface-int8"


def test_altered_iris_network_is_never_loaded(models: ModelStore, tmp_path: Path) -> None:
    """With nothing to repair it from, reading attributes is refused."""
    uninstalled = [
        replace(entry, wheel=replace(entry.wheel, distribution="nowhere-installed"))
        for entry in CATALOGUE
        if entry.wheel is not None
    ]
    for name in ("face-mesh", "iris"):
        file = models.path(name)
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / models.path("iris").name).write_bytes(b"another network")

    with pytest.raises(ModelTamperedError, match="iris_landmark"):
        AttributeReader.load(ModelStore(tmp_path, catalogue=uninstalled))


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("clip", "closed", "opened"),
    [("d0", {65, 66}, {6, 7, 42}), ("d10", {222, 334}, {16, 87}), ("s20", {216, 261}, {26, 168})],
)
def test_blink_is_told(
    recognizer: Recognizer,
    reader: AttributeReader,
    clip: str,
    closed: set[int],
    opened: set[int],
) -> None:
    """In frames of a blink the eyes are closed, before and after they are open."""
    for numbers, expected in ((closed, False), (opened, True)):
        for pixels in frames(clip, numbers):
            statement = read(recognizer, reader, pixels).eyes_open
            assert statement is not None
            assert statement.value is expected


@pytest.mark.shared_data
def test_glance_is_told_while_the_head_stays(
    recognizer: Recognizer, reader: AttributeReader
) -> None:
    """A man who faces the camera looks into it, far to the right and far to the left."""
    yaws = []
    for number in (7, 24, 58):
        (pixels,) = frames("d0", {number})
        direction = read(recognizer, reader, pixels).eye_direction
        assert direction is not None
        yaws.append(direction.yaw)

    ahead, right, left = yaws
    assert abs(ahead) < 5
    assert right > 30
    assert left < -30
