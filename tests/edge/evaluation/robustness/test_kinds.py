from __future__ import annotations

import numpy as np
import pytest

from edge.domain import Face, Pixels
from edge.evaluation.robustness.kinds import KINDS, SMALL, TILT, UNCHANGED, Kind
from edge.vision.recognizer import Recognizer

BY_NAME = {kind.name: kind for kind in KINDS}
SAME_SIZE = [kind for kind in KINDS if kind.name != "face of 40 pixels"]


@pytest.fixture(scope="module")
def portrait(astronaut: Pixels) -> Pixels:
    """Return head and shoulders."""
    return astronaut[:300, 90:390].copy()


@pytest.fixture(scope="module")
def face(recognizer: Recognizer, portrait: Pixels) -> Face:
    """Return the face in it."""
    return recognizer.faces(portrait)[0]


def spoil(kind: Kind, pixels: Pixels, face: Face) -> Pixels:
    """Spoil a picture, always with the same chance."""
    return kind.change(pixels, face, np.random.default_rng(7))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_makes_another_picture_and_leaves_the_one_it_was_given(
    kind: Kind, portrait: Pixels, face: Face
) -> None:
    """8 bits, three channels, the same every time; all but one change something."""
    before = portrait.copy()

    spoilt = spoil(kind, portrait, face)

    assert (portrait == before).all()
    assert spoilt.dtype == np.uint8
    assert spoilt.shape[2] == 3
    assert (spoilt == spoil(kind, portrait, face)).all()
    changed = spoilt.shape != portrait.shape or (spoilt != portrait).any()
    assert changed == (kind is not UNCHANGED)


@pytest.mark.parametrize("kind", SAME_SIZE, ids=lambda kind: kind.name)
def test_the_whole_picture_stays(kind: Kind, portrait: Pixels, face: Face) -> None:
    """Nothing is cut to the face: whoever looks at it has to find it first."""
    assert spoil(kind, portrait, face).shape == portrait.shape


def test_light_is_taken_and_given(portrait: Pixels, face: Face) -> None:
    """In the dark a fifth is left; overexposed, much of the picture is white."""
    dark = spoil(BY_NAME["dark: a fifth of the pixel values"], portrait, face)
    bright = spoil(BY_NAME["overexposed: 1.8 times, cut off at white"], portrait, face)

    assert dark.mean() / portrait.mean() == pytest.approx(0.2, abs=0.02)
    assert (bright == 255).mean() > 2 * (portrait == 255).mean()


def test_a_face_becomes_as_small_as_the_gate_allows(
    recognizer: Recognizer, portrait: Pixels, face: Face
) -> None:
    """Found again, its shorter side is what was asked for, to a few pixels."""
    small = spoil(BY_NAME["face of 40 pixels"], portrait, face)

    assert recognizer.faces(small)[0].quality.size == pytest.approx(SMALL, abs=4)


def test_a_head_is_tilted_to_either_side(
    recognizer: Recognizer, portrait: Pixels, face: Face
) -> None:
    """The mesh reads the tilt off again, some degrees short of it: clockwise counts as positive."""
    left = recognizer.faces(spoil(BY_NAME["turned by 20° to the left"], portrait, face))[0]
    right = recognizer.faces(spoil(BY_NAME["turned by 20° to the right"], portrait, face))[0]

    level = face.quality.pose.roll
    assert left.quality.pose.roll == pytest.approx(level - TILT, abs=8)
    assert right.quality.pose.roll == pytest.approx(level + TILT, abs=8)


def test_more_defocus_leaves_less_detail(
    recognizer: Recognizer, portrait: Pixels, face: Face
) -> None:
    """In the order of the names, by the measure of the quality gate."""
    near, far = (
        recognizer.faces(spoil(BY_NAME[f"out of focus by {share} of the face"], portrait, face))[0]
        for share in ("4 %", "7 %")
    )

    assert far.quality.sharpness < near.quality.sharpness < face.quality.sharpness


@pytest.mark.parametrize("name", ["in a mask", "in sunglasses", "a hand before the mouth"])
def test_a_cover_lies_on_the_face(name: str, portrait: Pixels, face: Face) -> None:
    """Everything that it changes lies in the face's box, or just beside it."""
    lines, columns = np.nonzero((spoil(BY_NAME[name], portrait, face) != portrait).any(axis=2))

    margin = 0.15 * face.quality.size
    assert face.box.left - margin < columns.min() < columns.max() < face.box.right + margin
    assert face.box.top - margin < lines.min() < lines.max() < face.box.bottom + margin
