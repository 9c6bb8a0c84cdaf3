"""The optional network, where it is: converted exactly, and right about most of what it is shown."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest

from edge.domain import Box, Pixels
from edge.vision.antispoof import AntiSpoof
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from edge.vision.tflite import Network

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module")
def published() -> Path:
    """Locate the network as its author published it."""
    return Path(os.environ["OSTIARY_TEST_DATA"]) / "models" / "minifasnet_v2_se_128.onnx"


@pytest.fixture(scope="module")
def prepared(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Convert it with our converter, to the catalogued bytes."""
    store = ModelStore(tmp_path_factory.mktemp("models"), mirror=published.parent)
    return store.prepare("minifasnet")


def test_the_converted_network_agrees_with_the_published_one(
    published: Path, prepared: Path, astronaut: Pixels, carphone: list[Pixels]
) -> None:
    """On faces, on noise and on a flat chip, to a ten-thousandth of the log odds."""
    session = onnxruntime.InferenceSession(str(published), providers=["CPUExecutionProvider"])
    network = Network(prepared)
    noise = np.random.default_rng(0).integers(0, 255, (128, 128, 3), np.uint8)
    shots = [astronaut[60:188, 165:293], carphone[0], carphone[80], noise, np.full_like(noise, 255)]
    for shot in shots:
        chip = cv2.resize(shot, (128, 128))[None].astype(np.float32) / np.float32(255)
        (ours,) = network.run(chip)
        (theirs,) = session.run(None, {"input": chip.transpose(0, 3, 1, 2)})
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("clip", "real"),
    [
        ("pairA_real_lestari15.mp4", True),
        ("pairA_replay_lestari15.mp4", False),
        ("pairC_replay_tranvanluyt.mp4", False),
    ],
)
def test_it_tells_most_frames_apart(
    prepared: Path, recognizer: Recognizer, clip: str, *, real: bool
) -> None:
    """Nine of ten frames of these, live or replayed."""
    network = AntiSpoof(prepared)
    video = cv2.VideoCapture(str(Path(os.environ["OSTIARY_TEST_DATA"]) / "pad" / clip))
    said = []
    for _ in range(70):
        pixels = np.asarray(video.read()[1], np.uint8)
        face = recognizer.largest(pixels)
        if face is not None:
            said.append(network.log_odds(pixels, face.box) > 0)
    assert len(said) > 50
    assert np.mean([each is real for each in map(bool, said)]) > 0.9


def test_a_face_at_the_border_is_looked_at(prepared: Path, astronaut: Pixels) -> None:
    """What lies outside the frame is mirrored, whatever the box."""
    network = AntiSpoof(prepared)
    for box in (Box(0, 0, 30, 40), Box(480, 480, 32, 32), Box(0, 0, 512, 512), Box(5, 5, 0, 0)):
        assert np.isfinite(network.log_odds(astronaut, box))
