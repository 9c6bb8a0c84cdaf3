from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from edge.demonstration.attacker import with_noise
from edge.domain import Frame, Pixels
from edge.door.camera_trust import CameraTrust, Distrust

FPS = 15
AT = datetime(2026, 11, 25, tzinfo=UTC)


def found(shots: Iterable[Pixels]) -> list[Distrust | None]:
    """Show *shots*, fifteen a second, and return what is thought of each."""
    trust = CameraTrust()
    return [trust.look(Frame(pixels, AT, 5 + n / FPS, n)) for n, pixels in enumerate(shots)]


def noisy(pixels: Pixels, count: int, seed: int = 0) -> list[Pixels]:
    """Look at a scene in which nothing moves, through a real sensor."""
    draw = np.random.default_rng(seed)
    return [with_noise(pixels, draw) for _ in range(count)]


def test_a_still_scene_is_believed(coffee: Pixels) -> None:
    """A door at which nothing happens for twenty seconds."""
    assert set(found(noisy(coffee, 300))) == {None}


def test_people_are_believed(carphone: list[Pixels]) -> None:
    """A man who talks in a moving car."""
    assert set(found(carphone)) == {None}


def test_the_same_picture_for_seconds_is_frozen(carphone: list[Pixels]) -> None:
    """A feed that stands still is believed for a moment only, and again once it moves."""
    thought = found([*carphone[:20], *carphone[19:20] * 40, *carphone[20:40]])
    assert thought[:48] == [None] * 48
    assert thought[50:59] == [Distrust.FROZEN] * 9
    assert thought[60:] == [None] * 20


def test_a_film_that_begins_again_is_looped(carphone: list[Pixels]) -> None:
    """Four seconds that repeat are noticed before the second round is over, also if compressed."""
    film = carphone[:60]
    again = [
        np.asarray(
            cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 95])[1], 1),
            np.uint8,
        )
        for pixels in film
    ]
    assert Distrust.LOOPED not in found(film + carphone[60:])
    assert Distrust.LOOPED in found(film + film)[60:]
    assert Distrust.LOOPED in found(film + again)[60:]


def test_a_film_played_to_and_fro_is_not_mistaken_for_a_still(carphone: list[Pixels]) -> None:
    """After a there and back, the next there is the first one again."""
    there_and_back = [*carphone[:40], *reversed(carphone[:40])]
    assert Distrust.LOOPED in found(there_and_back * 2)


def test_a_change_of_size_needs_a_moment(carphone: list[Pixels]) -> None:
    """Another camera on the same cable."""
    larger = [np.asarray(cv2.resize(pixels, (320, 240)), np.uint8) for pixels in carphone[40:]]
    thought = found([*carphone[:40], *larger])
    assert thought[40] is Distrust.RESIZED
    assert thought[-1] is None


def test_a_jump_of_light_needs_a_moment(carphone: list[Pixels]) -> None:
    """A lamp that is switched on, or another picture."""
    bright = [np.asarray(np.clip(pixels + 90.0, 0, 255), np.uint8) for pixels in carphone[40:]]
    thought = found([*carphone[:40], *bright])
    assert thought[40] is Distrust.EXPOSURE
    assert thought[54] is Distrust.EXPOSURE
    assert thought[-1] is None


@pytest.mark.parametrize("shape", [(1, 1, 3), (15, 200, 3), (17, 16, 3), (480, 640, 3)])
def test_any_size_is_looked_at(shape: tuple[int, int, int]) -> None:
    """Pictures too small for blocks are no error."""
    draw = np.random.default_rng(0)
    assert found([draw.integers(0, 255, shape, np.uint8) for _ in range(3)])[0] is None
