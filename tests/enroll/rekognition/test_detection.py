"""DetectFaces and CompareFaces by boto3: pictures are looked at, and nothing is kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from edge.domain import Pixels
from tests.appliance import contents
from tests.enroll.conftest import jpeg
from tests.enroll.rekognition.conftest import Appliance


def png(pixels: Pixels) -> bytes:
    """Return *pixels* as a PNG."""
    return cv2.imencode(".png", pixels)[1].tobytes()


@pytest.fixture(scope="session")
def couple(astronaut: Pixels, carphone: list[Pixels]) -> bytes:
    """Show the woman large and the man small, side by side."""
    small = cv2.resize(carphone[0], None, fx=1.5, fy=1.5)
    canvas = np.full((512, 512 + small.shape[1], 3), 128, np.uint8)
    canvas[:, :512] = astronaut
    canvas[: small.shape[0], 512:] = small
    return jpeg(canvas)


def test_a_face_is_described(client: Any, woman: bytes) -> None:
    """Box, confidence, pose, quality and five points, in fractions of the picture."""
    (face,) = client.detect_faces(Image={"Bytes": woman})["FaceDetails"]
    box = face["BoundingBox"]
    points = {each["Type"]: (each["X"], each["Y"]) for each in face["Landmarks"]}

    assert set(face) == {"BoundingBox", "Confidence", "Pose", "Quality", "Landmarks"}
    assert 0.3 < box["Left"] < 0.5 < box["Left"] + box["Width"] < 0.7
    assert face["Confidence"] > 80
    assert abs(face["Pose"]["Yaw"]) < 20
    assert set(points) == {"eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight"}
    assert points["eyeLeft"][0] < points["nose"][0] < points["eyeRight"][0]
    assert points["eyeLeft"][1] < points["nose"][1] < points["mouthLeft"][1]


def test_all_that_can_be_told(client: Any, woman: bytes) -> None:
    """Thirty points and four statements; what is not computed here is absent, never invented."""
    (face,) = client.detect_faces(Image={"Bytes": woman}, Attributes=["ALL"])["FaceDetails"]
    assert len({each["Type"] for each in face["Landmarks"]}) == 30
    assert set(face) == {
        "BoundingBox",
        "Confidence",
        "Pose",
        "Quality",
        "Landmarks",
        "EyesOpen",
        "MouthOpen",
        "FaceOccluded",
        "EyeDirection",
    }
    assert face["EyesOpen"]["Value"]
    assert face["MouthOpen"]["Value"]
    assert not face["FaceOccluded"]["Value"]
    assert abs(face["EyeDirection"]["Yaw"]) < 15


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["DEFAULT"], set()),
        (["EYES_OPEN", "SMILE"], {"EyesOpen"}),
        (["DEFAULT", "FACE_OCCLUDED"], {"FaceOccluded"}),
        (["GENDER", "AGE_RANGE"], set()),
    ],
)
def test_some_of_it(client: Any, woman: bytes, asked: list[str], told: set[str]) -> None:
    """What was asked for and is computed comes beside the default."""
    (face,) = client.detect_faces(Image={"Bytes": woman}, Attributes=asked)["FaceDetails"]
    default = {"BoundingBox", "Confidence", "Pose", "Quality", "Landmarks"}
    assert set(face) == default | told


def test_faces_come_largest_first(client: Any, couple: bytes) -> None:
    """The woman is nearer than the man."""
    sizes = [
        face["BoundingBox"]["Height"]
        for face in client.detect_faces(Image={"Bytes": couple})["FaceDetails"]
    ]
    assert len(sizes) == 2
    assert sizes == sorted(sizes, reverse=True)


def test_a_picture_without_faces(client: Any, coffee: Pixels) -> None:
    """An empty list, and no error."""
    assert client.detect_faces(Image={"Bytes": jpeg(coffee)})["FaceDetails"] == []


def test_a_picture_that_lies_on_its_side(client: Any, astronaut: Pixels) -> None:
    """EXIF says how it was held: boxes are those of the upright picture."""
    turned = Image.fromarray(np.rot90(astronaut, 1)[:, :, ::-1])
    exif = Image.Exif()
    exif[0x0112] = 6
    data = io.BytesIO()
    turned.save(data, "JPEG", quality=95, exif=exif)
    (upright,) = client.detect_faces(Image={"Bytes": jpeg(astronaut)})["FaceDetails"]
    (found,) = client.detect_faces(Image={"Bytes": data.getvalue()})["FaceDetails"]
    for side, value in upright["BoundingBox"].items():
        assert found["BoundingBox"][side] == pytest.approx(value, abs=0.03)


def test_png_and_bucket(client: Any, appliance: Appliance, astronaut: Pixels) -> None:
    """A PNG, and a file that the settings name a bucket for, are looked at alike."""
    (appliance.buckets / "badges").mkdir(exist_ok=True)
    (appliance.buckets / "badges/ada.png").write_bytes(png(astronaut))
    given = client.detect_faces(Image={"Bytes": png(astronaut)})["FaceDetails"]
    named = {"S3Object": {"Bucket": "photos", "Name": "badges/ada.png"}}
    assert client.detect_faces(Image=named)["FaceDetails"] == given


@pytest.mark.parametrize(
    "named",
    [
        {"Bucket": "photos", "Name": "nobody.jpg"},
        {"Bucket": "photos", "Name": "../outside.jpg"},
        {"Bucket": "photos", "Name": "/etc/passwd"},
        {"Bucket": "photos", "Name": "badges"},
        {"Bucket": "elsewhere", "Name": "ada.png"},
    ],
)
def test_objects_that_are_not_there(
    client: Any, appliance: Appliance, named: dict[str, str]
) -> None:
    """Whatever is no file below the bucket's folder is no object, there or not."""
    (appliance.buckets.parent / "outside.jpg").write_bytes(b"secret")
    with pytest.raises(client.exceptions.InvalidS3ObjectException):
        client.detect_faces(Image={"S3Object": named})


@pytest.mark.parametrize("image", [{}, {"S3Object": {}}, {"S3Object": {"Bucket": "photos"}}])
def test_no_picture_at_all(client: Any, image: dict[str, Any]) -> None:
    """Neither bytes nor an object, or half of one."""
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.detect_faces(Image=image)


def test_two_pictures_and_versions(client: Any, woman: bytes) -> None:
    """One of both, and no versions."""
    named = {"Bucket": "photos", "Name": "a.png"}
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.detect_faces(Image={"Bytes": woman, "S3Object": named})
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.detect_faces(Image={"S3Object": named | {"Version": "1"}})


def odd_pictures() -> Iterator[Any]:
    """Yield what is no picture that is taken."""
    frame = Image.new("RGB", (64, 64), "grey")
    for kind in ("GIF", "BMP", "WEBP", "TIFF"):
        data = io.BytesIO()
        frame.save(data, kind)
        yield pytest.param(data.getvalue(), id=kind)
    data = io.BytesIO()
    frame.save(data, "PNG")
    yield pytest.param(data.getvalue()[:-40], id="truncated")
    yield pytest.param(b"GIF89a" + bytes(100), id="only the beginning")
    yield pytest.param(b"\x00", id="one byte")
    yield pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="SVG")


@pytest.mark.parametrize("odd", [*odd_pictures()])
def test_pictures_of_another_kind(client: Any, odd: bytes) -> None:
    """JPEG and PNG are taken, whole ones."""
    with pytest.raises(client.exceptions.InvalidImageFormatException):
        client.detect_faces(Image={"Bytes": odd})


def test_a_bomb(client: Any) -> None:
    """A small file that unpacks to hundreds of megabytes is refused by its header."""
    data = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(data, "PNG")
    with pytest.raises(client.exceptions.ImageTooLargeException):
        client.detect_faces(Image={"Bytes": data.getvalue()})


def test_an_object_that_is_too_large(client: Any, appliance: Appliance) -> None:
    """In a bucket a picture has at most 15 MB."""
    with (appliance.buckets / "huge.png").open("wb") as file:
        file.truncate(15 * 2**20 + 1)
    with pytest.raises(client.exceptions.ImageTooLargeException):
        client.detect_faces(Image={"S3Object": {"Bucket": "photos", "Name": "huge.png"}})


def test_two_pictures_of_one_man(client: Any, man: tuple[bytes, ...]) -> None:
    """They match above 99 %."""
    told = client.compare_faces(SourceImage={"Bytes": man[0]}, TargetImage={"Bytes": man[2]})
    (match,) = told["FaceMatches"]
    assert match["Similarity"] > 99
    assert told["UnmatchedFaces"] == []
    assert told["SourceImageFace"]["Confidence"] > 80


def test_who_does_not_match_is_listed(client: Any, man: tuple[bytes, ...], couple: bytes) -> None:
    """Of the two in the other picture, one matches; with no threshold both do, best first."""
    pictures = {"SourceImage": {"Bytes": man[1]}, "TargetImage": {"Bytes": couple}}
    told = client.compare_faces(**pictures)
    everybody = client.compare_faces(**pictures, SimilarityThreshold=0)

    assert [len(told[name]) for name in ("FaceMatches", "UnmatchedFaces")] == [1, 1]
    assert told["FaceMatches"][0]["Face"]["BoundingBox"]["Left"] > 0.5
    first, second = (match["Similarity"] for match in everybody["FaceMatches"])
    assert first > 99
    assert second < 80


@pytest.mark.parametrize("swapped", [False, True])
def test_nobody_to_compare(client: Any, woman: bytes, coffee: Pixels, *, swapped: bool) -> None:
    """Both pictures must show a face."""
    pictures = [woman, jpeg(coffee)]
    source, target = pictures[::-1] if swapped else pictures
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.compare_faces(SourceImage={"Bytes": source}, TargetImage={"Bytes": target})


def test_nothing_is_kept(appliance: Appliance, client: Any, man: tuple[bytes, ...]) -> None:
    """No file of the appliance changes by a byte but for the note that the key is in use."""
    client.detect_faces(Image={"Bytes": man[0]})  # which writes that note
    before = contents(appliance.folder)
    client.detect_faces(Image={"Bytes": man[0]}, Attributes=["ALL"])
    client.compare_faces(SourceImage={"Bytes": man[0]}, TargetImage={"Bytes": man[2]})
    assert contents(appliance.folder) == before
