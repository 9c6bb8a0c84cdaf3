from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.domain import Face, Pixels
from edge.errors import EmbeddingError
from edge.vision.catalogue.sface import INT8_MIRROR
from edge.vision.embed import Embedder
from edge.vision.recognizer import Recognizer


class Stub:
    """Stands for the interpreter where a test must know what the network is shown, or gives."""

    def __init__(self, answer: NDArray[np.float32]) -> None:
        self.answer = answer
        self.shown: NDArray[np.float32] = np.empty(0, np.float32)

    def run(self, values: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        self.shown = values
        return (self.answer,)


@pytest.fixture
def chip(recognizer: Recognizer, astronaut: Pixels) -> Pixels:
    """Return the astronaut's aligned face."""
    face: Face | None = recognizer.largest(astronaut)
    assert face is not None
    return recognizer.embedding.align(astronaut, face.points)


def test_embedding_is_a_unit_vector_of_the_card(recognizer: Recognizer, chip: Pixels) -> None:
    """Length one, as many numbers as the card says, marked with the model that made it."""
    embedding = recognizer.embedding.embed(chip)

    assert embedding.vector.shape == (recognizer.embedder.dimension,)
    assert embedding.vector.dtype == np.float32
    assert np.linalg.norm(embedding.vector) == pytest.approx(1, abs=1e-5)
    assert embedding.model == recognizer.model


def test_same_chip_gives_the_same_vector(recognizer: Recognizer, chip: Pixels) -> None:
    """Nothing of an earlier face is left in the next vector."""
    first = recognizer.embedding.embed(chip)
    recognizer.embedding.embed(np.zeros_like(chip))

    assert np.array_equal(recognizer.embedding.embed(chip).vector, first.vector)


@pytest.mark.parametrize("order", ["RGB", "BGR"])
def test_network_is_shown_what_the_card_describes(
    recognizer: Recognizer, chip: Pixels, order: str
) -> None:
    """Channel order, mean and scale come from the card."""
    embedder = Embedder(recognizer.embedder)
    embedder.card = replace(
        recognizer.embedder,
        channel_order="RGB" if order == "RGB" else "BGR",
        mean=127.5,
        scale=1 / 128,
    )
    stub = Stub(np.ones((1, 128), np.float32))
    embedder._network = stub  # type: ignore[assignment]

    embedder.embed(chip)

    expected = (chip.astype(np.float32) - 127.5) / 128
    assert stub.shown.dtype == np.float32
    assert np.allclose(stub.shown[0], expected[:, :, ::-1] if order == "RGB" else expected)


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf")])
def test_vector_without_direction_is_refused(
    recognizer: Recognizer, chip: Pixels, value: float
) -> None:
    """Zeros and numbers that are not finite never become an embedding."""
    embedder = Embedder(recognizer.embedder)
    embedder._network = Stub(np.full((1, 128), value, np.float32))  # type: ignore[assignment]

    with pytest.raises(EmbeddingError):
        embedder.embed(chip)


def test_chip_has_the_size_of_the_card(recognizer: Recognizer, chip: Pixels) -> None:
    """The chip is the square that the network takes."""
    side = recognizer.embedder.input_size

    assert chip.shape == (side, side, 3)
    assert chip.dtype == np.uint8


def test_two_looks_are_the_mean_of_a_chip_and_its_mirror_image(
    recognizer: Recognizer, chip: Pixels
) -> None:
    """Each a unit vector first; the vector is one of the embedder that looks twice."""
    once = Embedder(recognizer.embedder)
    twice = Embedder(replace(INT8_MIRROR, file=recognizer.embedder.file))
    looks = [once.embed(each).vector for each in (chip, chip[:, ::-1].copy())]

    embedding = twice.embed(chip)

    mean = (looks[0] + looks[1]) / 2
    assert np.allclose(embedding.vector, mean / np.linalg.norm(mean), atol=1e-6)
    assert embedding.model == INT8_MIRROR.model
    assert embedding.coherence == 1
    with pytest.raises(EmbeddingError, match="cannot be compared"):
        embedding.cosine(once.embed(chip))


def test_who_is_looked_at_twice_is_the_same_in_a_mirror(
    recognizer: Recognizer, chip: Pixels
) -> None:
    """To the last digit that counts, which one look alone is not."""
    turned = chip[:, ::-1].copy()
    once = Embedder(recognizer.embedder)
    twice = Embedder(replace(INT8_MIRROR, file=recognizer.embedder.file))

    assert twice.embed(chip).cosine(twice.embed(turned)) == pytest.approx(1, abs=1e-6)
    assert once.embed(chip).cosine(once.embed(turned)) < 0.999
