"""A still scene is told from one in which something moves, and never for longer than is allowed."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.demonstration.attacker import with_noise
from edge.domain import Pixels
from edge.door.stillness import Stillness, StillnessPolicy

POLICY = StillnessPolicy()


@pytest.fixture
def hall(coffee: Pixels) -> Pixels:
    """Show nobody, in 640×480."""
    return cv2.resize(coffee, (640, 480), interpolation=cv2.INTER_AREA).astype(np.uint8)


def noisy(scene: Pixels, frames: int, seed: int = 0) -> Iterator[Pixels]:
    """Give *frames* of a scene with the noise of a sensor."""
    draw = np.random.default_rng(seed)
    return (with_noise(scene, draw) for _ in range(frames))


def settled(scene: Pixels) -> Stillness:
    """Return what has watched *scene* for a second and has searched it."""
    stillness = Stillness()
    for pixels in noisy(scene, 30):
        stillness.unchanged(pixels)
        stillness.searched()
    return stillness


def mixed(one: Pixels, other: Pixels, share: float) -> Pixels:
    """Return what lies between two pictures."""
    return cv2.addWeighted(one, share, other, 1 - share, 0).astype(np.uint8)


def with_face(scene: Pixels, portrait: Pixels, side: int, left: int = 300) -> Pixels:
    """Put somebody's head, *side* pixels large, before *scene*."""
    shown = scene.copy()
    head = portrait[50:210, 140:300]
    shown[200 : 200 + side, left : left + side] = cv2.resize(head, (side, side))
    return shown


def test_noise_is_no_movement(hall: Pixels) -> None:
    """A scene in which nobody is stays unchanged, however long."""
    stillness = settled(hall)

    assert all(stillness.unchanged(pixels) for pixels in noisy(hall, 90, seed=1))


def test_the_first_frame_is_a_change(hall: Pixels) -> None:
    """At the start, and after everything was forgotten, the scene has to be searched."""
    stillness = settled(hall)
    assert stillness.unchanged(hall)

    stillness.forget()

    assert not stillness.unchanged(hall)
    assert not Stillness().unchanged(hall)


@pytest.mark.parametrize("side", [40, 60, 120, 260])
def test_a_face_that_appears_is_a_change(hall: Pixels, astronaut: Pixels, side: int) -> None:
    """Down to the smallest face that a door takes."""
    stillness = settled(hall)

    (pixels,) = noisy(with_face(hall, astronaut, side), 1, seed=2)

    assert not stillness.unchanged(pixels)


def test_what_comes_slowly_adds_up(hall: Pixels, astronaut: Pixels) -> None:
    """Somebody who is faded in over ten seconds is a change long before she is there."""
    stillness = settled(hall)
    there = with_face(hall, astronaut, 120)
    draw = np.random.default_rng(3)
    noticed = next(
        step
        for step in range(1, 301)
        if not stillness.unchanged(with_noise(mixed(there, hall, step / 300), draw))
    )

    assert noticed < 100


@pytest.mark.parametrize("change", [lambda p: p * 0.8, lambda p: np.minimum(p * 1.3, 255.0)])
def test_a_step_of_the_light_is_a_change(hall: Pixels, change: object) -> None:
    """A lamp, or the camera's exposure: searched once, and then it is the scene."""
    assert callable(change)
    stillness = settled(hall)
    lit = change(hall.astype(np.float64)).astype(np.uint8)
    first, second = noisy(lit, 2, seed=4)

    assert not stillness.unchanged(first)
    stillness.searched()
    assert stillness.unchanged(second)


def test_in_the_dark_there_is_noise_and_a_face_is_still_a_change(
    hall: Pixels, astronaut: Pixels
) -> None:
    """With a twentieth of the light and a sensor that is turned up, its grain counts for nothing."""
    dark = (hall * 0.05).astype(np.uint8)
    draw = np.random.default_rng(5)

    def grained(scene: Pixels) -> Pixels:
        grain = draw.normal(0, 12, scene.shape)
        return np.clip(scene + grain, 0, 255).astype(np.uint8)

    stillness = Stillness()
    for _ in range(60):
        stillness.unchanged(grained(dark))
        stillness.searched()
    quiet = [stillness.unchanged(grained(dark)) for _ in range(60)]
    lit_face = with_face(dark, (astronaut * 0.5).astype(np.uint8), 160)

    assert sum(quiet) > 50
    assert not stillness.unchanged(grained(lit_face))


def test_a_flicker_cannot_teach_it_to_overlook(hall: Pixels, astronaut: Pixels) -> None:
    """However restless the scene was, what may differ stays bounded."""
    stillness = Stillness()
    for number in range(200):
        stillness.unchanged((hall * (0.5 + number % 2 * 0.5)).astype(np.uint8))
        stillness.searched()
    assert stillness.tolerance == POLICY.most
    stillness.unchanged(hall)
    stillness.searched()

    assert not stillness.unchanged(with_face(hall, astronaut, 160))


def test_another_size_is_a_change(hall: Pixels) -> None:
    """A camera that came back with another picture."""
    stillness = settled(hall)

    assert not stillness.unchanged(hall[:120, :90])
    assert not Stillness().unchanged(hall[:1, :1])


@given(st.integers(1, 200), st.integers(1, 200), st.integers(0, 255))
def test_every_size_can_be_compared(height: int, width: int, grey: int) -> None:
    """From one pixel up: a frame is unchanged against itself, and changed against its negative."""
    stillness = Stillness()
    pixels = np.full((height, width, 3), grey, np.uint8)
    assert not stillness.unchanged(pixels)
    stillness.searched()

    assert stillness.unchanged(pixels)
    negative = 255 - pixels
    blocks = min(height, 30) * min(width, 40) / 4
    if abs(255 - 2 * grey) > POLICY.most and blocks > 2 * POLICY.blocks:
        assert not stillness.unchanged(negative)
