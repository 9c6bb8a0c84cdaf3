"""A face is followed while it is surely the same; in doubt it is lost, never guessed."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain import Box, Face, Pixels
from edge.vision.recognizer import Recognizer
from edge.vision.track import (
    LEAST_LIKENESS,
    MOST_GROWTH,
    MOST_SHIFT,
    likeness,
    look_of,
    motion,
    moved,
)

EVERY = 8
"""Frames that a face is followed before it is searched anew: a quarter of a second at 30 a second."""


def found(recognizer: Recognizer, pixels: Pixels) -> Face:
    """Return the face that a search finds."""
    face = recognizer.largest(pixels)
    assert face is not None
    return face


def in_place_of(hers: Face, her_picture: Pixels, his: Face, his_picture: Pixels) -> Pixels:
    """Return *his_picture* with his face just where hers is in *her_picture*, as large and upright."""
    assert hers.mesh is not None
    assert his.mesh is not None
    size = (her_picture.shape[1], her_picture.shape[0])
    there = motion(his.mesh, hers.mesh)
    return cv2.warpAffine(his_picture, there, size, borderMode=cv2.BORDER_REPLICATE).astype(
        np.uint8
    )


def shifted(pixels: Pixels, across: float, down: float, scale: float = 1.0) -> Pixels:
    """Return *pixels* moved and scaled about their corner, as a face that walks moves them."""
    by = np.array([[scale, 0, across], [0, scale, down]])
    size = (pixels.shape[1], pixels.shape[0])
    return cv2.warpAffine(pixels, by, size, borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)


def test_a_man_who_talks_is_followed_where_a_search_would_find_him(
    recognizer: Recognizer, carphone: list[Pixels]
) -> None:
    """Box, points, quality and, if one embeds it, identity are those of a search."""
    followed = 0
    face = found(recognizer, carphone[0])
    for number, pixels in enumerate(carphone[1:60], start=1):
        again = recognizer.follow(pixels, face)
        if again is None or number % EVERY == 0:
            face = found(recognizer, pixels)
            continue
        followed += 1
        searched = found(recognizer, pixels)
        assert again.box.overlap(searched.box) > 0.6
        assert np.abs(again.points - searched.points).max() < 0.1 * searched.box.width
        assert again.quality.good
        assert abs(again.quality.sharpness - searched.quality.sharpness) < 15
        if number % 10 == 0:
            one, other = (recognizer.embed(pixels, each) for each in (again, searched))
            assert one.cosine(other) > 0.85
        face = again
    assert followed > 40


def test_what_is_told_of_a_followed_face_is_of_this_picture(
    recognizer: Recognizer, astronaut: Pixels
) -> None:
    """It gets darker and softer; confidence stays that of the search, everything else follows."""
    face = found(recognizer, astronaut)
    dim = (cv2.GaussianBlur(astronaut, (0, 0), 2.5) * 0.6).astype(np.uint8)

    again = recognizer.follow(dim, face)

    assert again is not None
    assert again.confidence == face.confidence
    assert again.quality.brightness < 0.7 * face.quality.brightness
    assert again.quality.sharpness < face.quality.sharpness - 10
    assert again.mesh is not None
    assert again.mesh.shape == (468, 3)


@pytest.mark.parametrize(("across", "down", "scale"), [(12, -8, 1.0), (0, 0, 1.1), (-20, 5, 0.95)])
def test_steps_of_a_head_are_followed(
    recognizer: Recognizer, astronaut: Pixels, across: float, down: float, scale: float
) -> None:
    """A face that moves and grows as between two frames keeps its box around it."""
    face = found(recognizer, astronaut)
    picture = shifted(astronaut, across, down, scale)

    again = recognizer.follow(picture, face)

    assert again is not None
    assert again.box.overlap(found(recognizer, picture).box) > 0.75
    assert again.quality.size == pytest.approx(face.quality.size * scale, rel=0.05)


def test_a_leap_is_no_step(recognizer: Recognizer, astronaut: Pixels) -> None:
    """Half a face aside is further than anybody moves between two frames."""
    face = found(recognizer, astronaut)

    assert recognizer.follow(shifted(astronaut, face.box.width * 0.6, 0), face) is None


def test_a_face_that_is_gone_is_lost(
    recognizer: Recognizer, astronaut: Pixels, chelsea: Pixels
) -> None:
    """Neither a bare wall nor a cat takes its place, nor the dark."""
    face = found(recognizer, astronaut)
    cat = cv2.resize(chelsea, (512, 512)).astype(np.uint8)

    for picture in (np.full_like(astronaut, 120), np.zeros_like(astronaut), cat):
        assert recognizer.follow(picture, face) is None


def test_another_face_in_the_same_place_is_not_followed(
    recognizer: Recognizer, astronaut: Pixels, carphone: list[Pixels]
) -> None:
    """Somebody's face put exactly where hers was, as large and as upright, is not hers."""
    face = found(recognizer, astronaut)
    instead = in_place_of(face, astronaut, found(recognizer, carphone[0]), carphone[0])

    assert recognizer.largest(instead) is not None
    assert recognizer.follow(instead, face) is None


def test_a_slow_change_into_another_face_is_noticed(
    recognizer: Recognizer, astronaut: Pixels, carphone: list[Pixels]
) -> None:
    """One is dissolved into the other in so small steps that no two pictures differ: it is lost."""
    face = found(recognizer, astronaut)
    his = in_place_of(face, astronaut, found(recognizer, carphone[0]), carphone[0])
    lost_at = 0
    for step in range(1, 41):
        mixed = cv2.addWeighted(his, step / 40, astronaut, 1 - step / 40, 0).astype(np.uint8)
        again = recognizer.follow(mixed, face)
        if again is None:
            lost_at = step
            break
        face = again

    assert 0 < lost_at < 40


def test_a_face_without_its_look_is_not_followed(recognizer: Recognizer, astronaut: Pixels) -> None:
    """Whoever takes it away, or has no mesh, has to search."""
    face = found(recognizer, astronaut)
    bare = Face(face.box, face.confidence, face.points, face.mesh, face.quality)

    assert recognizer.follow(astronaut, bare) is None


def test_a_look_does_not_depend_on_the_light(recognizer: Recognizer, astronaut: Pixels) -> None:
    """Exposure and contrast change it little; another part of the picture is another look."""
    chip = recognizer.embedding.align(astronaut, found(recognizer, astronaut).points)
    dimmed = (chip * 0.5 + 20).astype(np.uint8)

    assert likeness(look_of(chip), look_of(dimmed)) > 0.99
    assert likeness(look_of(chip), look_of(chip[::-1])) < LEAST_LIKENESS


@given(
    st.floats(-1, 1),
    st.floats(-1, 1),
    st.floats(0.5, 2),
    st.floats(-np.pi, np.pi),
)
def test_a_moved_box_stays_in_the_picture_and_near(
    across: float, down: float, scale: float, turn: float
) -> None:
    """Whatever the motion, what comes out is within the frame, and a step away; or nothing does."""
    box = Box(200, 150, 80, 100)
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    middle = np.array(box.centre)
    about = np.array([[cos, -sin], [sin, cos]])
    shift = middle - about @ middle + np.array([across, down]) * 100
    after = moved(box, np.column_stack([about, shift]), width=640, height=480)

    if after is not None:
        assert 0 <= after.left <= after.right <= 640
        assert 0 <= after.top <= after.bottom <= 480
        apart = np.hypot(after.centre[0] - box.centre[0], after.centre[1] - box.centre[1])
        assert apart <= MOST_SHIFT * 100 + 1e-6
        assert after.area <= box.area * MOST_GROWTH**2 * (1 + 1e-6)


@pytest.mark.slow
@pytest.mark.shared_data
def test_heads_that_turn_are_followed_and_stay_who_they_are(recognizer: Recognizer) -> None:
    """In clips of people who talk and turn, nearly all frames between searches are followed."""
    clips = Path(os.environ["OSTIARY_TEST_DATA"]) / "clips"
    for name in ("d0.mp4", "d10.mp4", "s13.mp4", "s20.mp4"):
        video = cv2.VideoCapture(str(clips / name))
        face: Face | None = None
        followed = lost = 0
        for number in range(120):
            read, picture = video.read()
            if not read:
                break
            pixels = picture.astype(np.uint8, copy=False)
            again = None if face is None or number % EVERY == 0 else recognizer.follow(pixels, face)
            if again is None:
                lost += face is not None and number % EVERY != 0
                face = recognizer.largest(pixels)
                continue
            followed += 1
            if followed % 20 == 0:
                searched = found(recognizer, pixels)
                one, other = (recognizer.embed(pixels, each) for each in (again, searched))
                assert one.cosine(other) > 0.7
            face = again
        video.release()
        assert followed > 20 * max(lost, 1), name
