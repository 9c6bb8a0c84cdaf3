"""Drawn attacks are what they claim to be: flat things stay flat, and every try differs."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.domain import Pixels
from edge.door.liveness import LivenessPolicy
from edge.liveness.eyes import blinks
from edge.liveness.parallax import parallax
from edge.vision.liveness import LivenessReader
from edge.vision.recognizer import Recognizer

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
from attacks import HEIGHT, SPECIES, WIDTH, Species, attack

BY_NAME = {species.name: species for species in SPECIES}


def drawn(species: Species, picture: Pixels, *, frames: int = 24, seed: int = 1) -> list[Pixels]:
    """Draw one try."""
    return list(attack(species, [picture] * frames, frames=frames, fps=12, seed=seed))


@pytest.fixture(scope="module")
def portrait(recognizer: Recognizer, astronaut: Pixels) -> Pixels:
    """Show a face where the photos of LFW have it: the eyes a little above the middle."""
    face = recognizer.largest(astronaut)
    assert face is not None
    left, right = face.points[:2]
    scale = 0.15 * 250 / float(np.linalg.norm(right - left))
    middle = scale * (left + right) / 2
    to_photo = np.array([[scale, 0, 125 - middle[0]], [0, scale, 0.455 * 250 - middle[1]]])
    photo = cv2.warpAffine(astronaut, to_photo, (250, 250), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(photo, np.uint8)


@pytest.mark.parametrize("species", SPECIES, ids=lambda species: species.name)
def test_every_species_is_seen_as_a_face(
    species: Species, portrait: Pixels, recognizer: Recognizer
) -> None:
    """An attack that no detector takes for a face proves nothing."""
    frames = drawn(species, portrait, frames=3)
    assert all(frame.shape == (HEIGHT, WIDTH, 3) for frame in frames)
    assert sum(recognizer.largest(frame) is not None for frame in frames) >= 2


@pytest.mark.parametrize("name", ["print, waved", "tablet photo, waved", "print, eye holes"])
def test_flat_things_show_no_depth(name: str, portrait: Pixels, recognizer: Recognizer) -> None:
    """Through the real networks, below what is demanded of a face."""
    faces = [recognizer.largest(frame) for frame in drawn(BY_NAME[name], portrait)]
    depth = parallax([face.mesh for face in faces if face is not None and face.mesh is not None])
    assert depth < LivenessPolicy().solid


def test_only_holes_blink(portrait: Pixels, recognizer: Recognizer) -> None:
    """Somebody behind the paper closes her eyes; the paper has none to close."""
    reader = LivenessReader(None)

    def counted(name: str) -> int:
        samples = []
        for number, frame in enumerate(drawn(BY_NAME[name], portrait)):
            face = recognizer.largest(frame)
            if face is not None:
                samples.append(reader.sample(frame, face, number / 12))
        return blinks(samples)

    assert counted("print, eye holes") >= 1
    assert counted("print, waved") == 0


def test_tries_differ_and_can_be_repeated(portrait: Pixels) -> None:
    """One seed gives one try, bit for bit; another gives another."""
    species = BY_NAME["print, held still"]
    once, again, other = (drawn(species, portrait, frames=1, seed=seed) for seed in (1, 1, 2))
    assert (once[0] == again[0]).all()
    assert (once[0] != other[0]).any()
