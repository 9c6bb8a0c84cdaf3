from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.domain import Face, Pixels, QualityReason
from edge.vision.image import read_image
from edge.vision.models import ModelStore
from edge.vision.quality import QualityLimits
from edge.vision.recognizer import Recognizer

UNLOCKS = 0.5
"""A cosine that fewer than one stranger in 10,000 reaches."""


def gearbox() -> Pixels:
    """Return the photograph of a motorcycle whose gearbox passes for a face."""
    path = metadata.distribution("scikit-image").locate_file("skimage/data/motorcycle_left.png")
    return read_image(Path(str(path)))


def as_it_is(pixels: Pixels) -> Pixels:
    """Return *pixels*."""
    return pixels


def tilted(pixels: Pixels) -> Pixels:
    """Return *pixels* turned by 25 degrees about the astronaut's face."""
    turn = cv2.getRotationMatrix2D((224.0, 120.0), 25.0, 1.0)
    return cv2.warpAffine(pixels, turn, (512, 512)).astype(np.uint8, copy=False)


def halved(pixels: Pixels) -> Pixels:
    """Return *pixels* at half the size."""
    return cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.uint8)


def eightfold(pixels: Pixels) -> Pixels:
    """Return *pixels* at eight times the size, as from a 4K camera."""
    return cv2.resize(pixels, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def dim(pixels: Pixels) -> Pixels:
    """Return *pixels* in a third of the light."""
    return (pixels * 0.35).astype(np.uint8)


def soft(pixels: Pixels) -> Pixels:
    """Return *pixels* slightly out of focus."""
    return cv2.GaussianBlur(pixels, (0, 0), 1.5).astype(np.uint8, copy=False)


@pytest.mark.parametrize("change", [as_it_is, tilted, halved, eightfold, dim, soft])
def test_same_person_is_known_again(
    recognizer: Recognizer, astronaut: Pixels, change: Callable[[Pixels], Pixels]
) -> None:
    """Tilted, small, huge, dim or soft: the astronaut stays the astronaut, and good."""
    first = recognizer.largest(astronaut)
    picture = change(astronaut)
    second = recognizer.largest(picture)
    assert first is not None
    assert second is not None

    cosine = recognizer.embed(astronaut, first).cosine(recognizer.embed(picture, second))

    assert second.quality.good
    assert cosine > 0.85


def test_every_frame_of_a_drive_shows_the_same_man(
    recognizer: Recognizer, carphone: list[Pixels]
) -> None:
    """In a video of 176×144 he is found, good enough and alike in all frames that are tried."""
    vectors = []
    for frame in carphone[::6]:
        face = recognizer.largest(frame)
        assert face is not None
        assert face.quality.good
        vectors.append(recognizer.embed(frame, face).vector)

    cosines = np.stack(vectors) @ np.stack(vectors).T

    assert cosines.min() > UNLOCKS


def test_two_people_are_told_apart(
    recognizer: Recognizer, astronaut: Pixels, carphone: list[Pixels]
) -> None:
    """The astronaut is nowhere near the man in the car."""
    her = recognizer.largest(astronaut)
    him = recognizer.largest(carphone[0])
    assert her is not None
    assert him is not None

    cosine = recognizer.embed(astronaut, her).cosine(recognizer.embed(carphone[0], him))

    assert cosine < 0.25


def test_largest_is_the_nearest_of_several(
    recognizer: Recognizer, astronaut: Pixels, carphone: list[Pixels]
) -> None:
    """Of two people in the frame the one who fills more of it is meant."""
    frame = np.zeros((512, 700, 3), np.uint8)
    frame[:, 188:] = astronaut
    frame[300:444, 0:176] = carphone[0]

    faces = recognizer.faces(frame)
    largest = recognizer.largest(frame)

    assert len(faces) == 2
    assert faces[0].box.area > faces[1].box.area
    assert largest is not None
    assert largest.box.overlap(faces[0].box) > 0.7


def test_limit_keeps_the_largest(recognizer: Recognizer, astronaut: Pixels) -> None:
    """Asked for one face of two, the larger one is given."""
    frame = np.zeros((512, 768, 3), np.uint8)
    frame[:256, :256] = halved(astronaut)
    frame[:, 256:] = astronaut

    (face,) = recognizer.faces(frame, limit=1)

    assert face.box.left > 256


def test_face_comes_with_all_that_is_known_of_it(recognizer: Recognizer, astronaut: Pixels) -> None:
    """Points, mesh and quality in pixels of the frame."""
    (face,) = recognizer.faces(astronaut)

    assert face.points.shape == (5, 2)
    assert face.points.dtype == np.float32
    assert face.mesh is not None
    assert face.mesh.shape == (468, 3)
    assert face.quality.size == face.box.shorter_side
    assert 90 < face.confidence <= 100


def test_nobody_gives_nothing(recognizer: Recognizer, coffee: Pixels) -> None:
    """Without a face there is no face: neither an error nor a guess."""
    assert recognizer.largest(coffee) is None
    assert recognizer.faces(coffee) == ()


def test_gearbox_that_passes_for_a_face_is_refused(recognizer: Recognizer) -> None:
    """What the detector takes for a face by mistake is not good enough to be recognized."""
    picture = gearbox()
    found = [
        face for side in (480, 640, 741, 1000) for face in looked_at(recognizer, picture, side)
    ]

    assert found
    assert all(QualityReason.LOW_CONFIDENCE in face.quality.reasons for face in found)


def looked_at(recognizer: Recognizer, pixels: Pixels, side: int) -> list[Face]:
    """Return the faces that a search at *side* pixels finds."""
    return [
        recognizer.analyse(pixels, detection)
        for detection in recognizer.detector.detect(pixels, side=side)
    ]


def test_limits_of_the_site_decide(models: ModelStore, astronaut: Pixels) -> None:
    """A recognizer judges by the limits it was given."""
    strict = Recognizer.load(models, limits=QualityLimits(min_size=200.0))

    face = strict.largest(astronaut)

    assert face is not None
    assert face.quality.reasons == (QualityReason.SMALL_BOUNDING_BOX,)


def test_recognizer_tells_its_model(recognizer: Recognizer) -> None:
    """Collections are bound to the model; similarity to its calibration."""
    assert recognizer.model == recognizer.embedder.model
    assert recognizer.calibration is recognizer.embedder.calibration
    assert recognizer.calibration.similarity(UNLOCKS) > 97
