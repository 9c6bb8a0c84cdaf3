import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest

from edge.domain import Face, Pixels, QualityReason
from edge.errors import EvaluationError, ModelMissingError
from edge.evaluation.dataset import Photo, read_dataset
from edge.evaluation.measure import FaceRecognizer, Measured, measure, measure_photo
from edge.evaluation.subject import FacePolicy, Sight
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer


def test_a_photo_gives_the_embedding_of_the_person_and_its_quality(
    recognizer: Recognizer, people: Path
) -> None:
    """The same as the recognizer gives for the face nearest the centre."""
    path = people / "woman" / "1.png"

    measured = measure_photo(recognizer, Photo("woman", path), FacePolicy.NEAREST)

    pixels = cv2.imread(str(path))
    assert pixels is not None
    face = recognizer.faces(pixels.astype(np.uint8))[0]
    assert measured.sight is Sight.FOUND
    assert measured.embedding is not None
    assert measured.embedding.cosine(recognizer.embed(pixels.astype(np.uint8), face)) > 0.9999
    assert (measured.weight, measured.reasons) == (face.quality.weight, face.quality.reasons)


def test_what_the_quality_gate_would_refuse_is_kept_with_its_reasons(
    recognizer: Recognizer, tmp_path: Path, astronaut: Pixels
) -> None:
    """A blurred face is measured all the same: evaluations are about all photos."""
    path = tmp_path / "blurred.png"
    cv2.imwrite(str(path), cv2.GaussianBlur(astronaut[:300, 90:390], (0, 0), 6))

    measured = measure_photo(recognizer, Photo("woman", path), FacePolicy.NEAREST)

    assert measured.embedding is not None
    assert QualityReason.LOW_SHARPNESS in measured.reasons


def test_an_empty_scene_and_a_broken_file_are_told_apart(
    recognizer: Recognizer, people: Path, tmp_path: Path
) -> None:
    """Neither stops the evaluation."""
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a photo")

    nobody = measure_photo(
        recognizer, Photo("nobody", people / "nobody" / "1.png"), FacePolicy.NEAREST
    )
    unreadable = measure_photo(recognizer, Photo("nobody", broken), FacePolicy.NEAREST)

    assert (nobody.sight, nobody.embedding) == (Sight.NO_FACE, None)
    assert unreadable.sight is Sight.UNREADABLE


def test_two_processes_measure_what_one_does(models: ModelStore, people: Path) -> None:
    """Every photo comes back once, with the same vector."""
    photos = read_dataset(people)
    loader = partial(Recognizer.load, models)

    alone = dict(measure(photos, loader, policy=FacePolicy.NEAREST, jobs=1))
    shared = dict(measure(photos, loader, policy=FacePolicy.NEAREST, jobs=2))

    assert set(shared) == set(alone) == set(photos)
    assert all(_alike(shared[photo], alone[photo]) for photo in photos)


def _alike(one: Measured, other: Measured) -> bool:
    if one.embedding is None or other.embedding is None:
        return one.sight == other.sight
    return one.embedding.cosine(other.embedding) > 0.9999 and one.reasons == other.reasons


def test_an_error_in_a_process_arrives_whole(models: ModelStore, people: Path) -> None:
    """With its kind and its remedy."""
    loader = partial(Recognizer.load, models, embedder="another")

    with pytest.raises(ModelMissingError, match="'another'") as raised:
        list(measure(read_dataset(people), loader, policy=FacePolicy.NEAREST, jobs=2))

    assert raised.value.remedy


def test_a_process_that_dies_is_an_error(people: Path) -> None:
    """Leaving its share out would make the figures look better than they are."""
    killed = cast("Callable[[], FaceRecognizer]", partial(signal.raise_signal, signal.SIGKILL))

    with pytest.raises(EvaluationError, match="ended with 5 photos to go"):
        list(measure(read_dataset(people), killed, policy=FacePolicy.NEAREST, jobs=2))


def test_the_recognizer_is_all_an_evaluation_needs(recognizer: Recognizer) -> None:
    """The protocol is the recognizer's, seen from here."""
    needed: FaceRecognizer = recognizer
    faces: tuple[Face, ...] = needed.faces(np.zeros((64, 64, 3), np.uint8))

    assert faces == ()
