"""The real parts every test may use: prepared models, a recognizer, pictures of faces and none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge.demonstration.footage import ASTRONAUT, CARPHONE, CAT, COFFEE, clip, picture
from edge.domain import Pixels
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer


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
    return picture(ASTRONAUT)


@pytest.fixture(scope="session")
def coffee() -> Pixels:
    """Show no face: a cup."""
    return picture(COFFEE)


@pytest.fixture(scope="session")
def chelsea() -> Pixels:
    """Show no human face: a cat."""
    return picture(CAT)


@pytest.fixture(scope="session")
def carphone() -> list[Pixels]:
    """Show one man in a car: 120 frames of 144 × 176, BGR."""
    return list(clip(CARPHONE))
