from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge.demonstration.attacker import waved
from edge.domain import Face, Pixels, Points
from edge.liveness.eyes import CHANGED, blinks, changes
from edge.vision.liveness import LivenessReader
from edge.vision.recognizer import Recognizer
from tests.edge.door.heads import Look, film

READER = LivenessReader(None)


@pytest.mark.parametrize(("seconds", "counted"), [(0.1, 1), (0.25, 1), (0.9, 0)])
def test_a_blink_is_short(mesh: Points, seconds: float, counted: int) -> None:
    """Eyes that close for long are asleep, or another picture."""
    samples = film(mesh, lambda at: Look(closed=1.0 <= at < 1.0 + seconds), seconds=2.5)
    assert blinks(samples) == counted


def test_eyes_that_stay_closed_have_not_blinked(mesh: Points) -> None:
    """A blink ends with open eyes."""
    assert blinks(film(mesh, lambda at: Look(closed=at > 2.3), seconds=2.5)) == 0


def test_too_little_tells_nothing(mesh: Points) -> None:
    """Two frames are no blink."""
    assert blinks(film(mesh, lambda at: Look(closed=at > 0), seconds=2 / 12)) == 0


def lids_closed(pixels: Pixels, face: Face) -> Pixels:
    """Paint skin over both eyes, with a dark line for the lashes."""
    assert face.mesh is not None
    out = pixels.copy()
    for first, second in ((33, 133), (362, 263)):
        a, b = face.mesh[first, :2], face.mesh[second, :2]
        middle, half = (a + b) / 2, float(np.linalg.norm(b - a)) / 2
        skin = out[round(middle[1] + 1.3 * half), round(middle[0])].tolist()
        at = (round(middle[0]), round(middle[1]))
        cv2.ellipse(out, at, (round(1.1 * half), round(0.6 * half)), 0, 0, 360, skin, -1)
        cv2.ellipse(out, at, (round(half), round(0.25 * half)), 0, 0, 180, (40, 40, 60), 1)
    return out


def test_lids_that_close_are_seen_in_pixels(recognizer: Recognizer, astronaut: Pixels) -> None:
    """A real face whose eyes are painted shut for two frames of twenty."""
    face = recognizer.largest(astronaut)
    assert face is not None
    shut = lids_closed(astronaut, face)
    shots = [shut if number in (9, 10) else astronaut for number in range(20)]
    samples = [READER.sample(pixels, face, number / 12) for number, pixels in enumerate(shots)]
    assert blinks(samples) == 1


def test_a_photo_that_is_waved_does_not_blink(
    recognizer: Recognizer, carphone: list[Pixels]
) -> None:
    """Its eyes turn with it, and look the same."""
    views = waved(np.full((480, 640, 3), 90, np.uint8), carphone[60], count=30)
    samples = []
    for number, view in enumerate(views):
        face = recognizer.largest(view)
        assert face is not None
        samples.append(READER.sample(view, face, number / 12))
    assert blinks(samples) == 0
    assert max(changes(samples)) < CHANGED


def test_a_face_without_a_mesh_is_refused(recognizer: Recognizer, astronaut: Pixels) -> None:
    """Nothing can be measured of it."""
    face = recognizer.largest(astronaut)
    assert face is not None
    bare = Face(face.box, face.confidence, face.points, None, face.quality)
    with pytest.raises(ValueError, match="mesh"):
        READER.sample(astronaut, bare, 0.0)
