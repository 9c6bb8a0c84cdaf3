import os
import random
from pathlib import Path

import pytest

from edge.domain import Quality
from edge.vision.image import read_image
from edge.vision.recognizer import Recognizer

pytestmark = pytest.mark.shared_data

PHOTOS = 300
MIDDLE = 125.0
"""Where the person meant stands in LFW's photos of 250×250."""


@pytest.fixture(scope="module")
def qualities(recognizer: Recognizer) -> list[Quality]:
    """Judge the face nearest the middle of photos drawn at random, the same in every run."""
    photos = sorted((Path(os.environ["OSTIARY_TEST_DATA"]) / "lfw" / "images").glob("*/*.jpg"))
    drawn = random.Random(20).sample(photos, PHOTOS)
    found = []
    for photo in drawn:
        pixels = read_image(photo)
        distances = {
            abs(complex(*detection.box.centre) - complex(MIDDLE, MIDDLE)): detection
            for detection in recognizer.detector.detect(pixels)
        }
        nearest = min(distances, default=MIDDLE)
        if nearest < MIDDLE / 4:
            found.append(recognizer.analyse(pixels, distances[nearest]).quality)
    return found


def test_everybody_is_found(qualities: list[Quality]) -> None:
    """The person meant is found in every one of the photos."""
    assert len(qualities) == PHOTOS


def test_hardly_any_photo_of_the_press_is_refused(qualities: list[Quality]) -> None:
    """The default limits accept at least 97 of 100 photos taken for newspapers."""
    refused = [quality.reasons for quality in qualities if not quality.good]

    assert len(refused) <= 0.03 * PHOTOS, refused
