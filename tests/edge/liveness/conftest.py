"""The mesh of a real face."""

from __future__ import annotations

import pytest

from edge.domain import Pixels, Points
from edge.vision.recognizer import Recognizer


@pytest.fixture(scope="session")
def mesh(recognizer: Recognizer, astronaut: Pixels) -> Points:
    """Draw the astronaut's mesh, 468 points in three dimensions."""
    face = recognizer.largest(astronaut)
    assert face is not None
    assert face.mesh is not None
    return face.mesh
