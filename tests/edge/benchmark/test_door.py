"""A door before a crowd that does not exist."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from edge.benchmark.apart import watch_apart
from edge.benchmark.capturing import watch_camera
from edge.benchmark.crowd import crowd, time_searches
from edge.benchmark.steady import LoopedCamera, watch_steadily
from edge.config import Settings
from edge.domain import Pixels, normalized
from edge.errors import CameraError
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer


def test_a_crowd_is_searched_and_nobody_of_it_is_here(
    recognizer: Recognizer, carphone: list[Pixels]
) -> None:
    """As many people as asked for, none of whom the man in the car is taken for."""
    card = recognizer.embedder
    face = recognizer.largest(carphone[0])
    assert face is not None
    embedding = recognizer.embed(carphone[0], face)

    with crowd(card, 300) as made:
        with made.gallery(card) as gallery:
            assert gallery.people_count == 300
            assert gallery.candidates(embedding)[0].match.similarity < 99
        times = time_searches(made, card, seconds=0)

    assert times.people == 300
    assert times.in_a_row > 0
    assert times.at_a_door > 0
    assert not made.path.exists()


def test_a_door_asks_its_gallery_while_it_watches(
    recognizer: Recognizer, carphone: list[Pixels]
) -> None:
    """Frames are looked at as fast as they come; a stranger is asked about."""
    with crowd(recognizer.embedder, 50) as made, made.gallery(recognizer.embedder) as gallery:
        steady = watch_steadily(recognizer, gallery, carphone[:20], seconds=0.5)

    assert steady.frames > 0
    assert steady.frames_a_second > 0


def test_the_film_has_no_cut() -> None:
    """Forth and back; the clock of the footage goes on."""
    frames = [np.full((2, 2, 3), value, np.uint8) for value in range(4)]
    camera = LoopedCamera(frames)

    read = [camera.read(0.0) for _ in range(8)]

    assert [int(frame.pixels[0, 0, 0]) for frame in read] == [0, 1, 2, 3, 2, 1, 0, 1]
    assert all(later.monotonic > sooner.monotonic for sooner, later in pairwise(read))


def test_a_door_by_itself_tells_what_it_takes(models: ModelStore) -> None:
    """In a process of its own, with the settings of a site."""
    defaults = Settings()
    settings = replace(
        defaults, models=replace(defaults.models, folder=models.path("sface").parent)
    )
    card = models.embedder()

    with crowd(card, 50) as made:
        apart = watch_apart(settings, made, seconds=0.5)

    assert apart.steady.frames > 0
    assert apart.memory is not None
    assert 50e6 < apart.memory < 1e9


def test_a_camera_is_watched(recognizer: Recognizer, carphone: list[Pixels]) -> None:
    """What is told of it is sizes and numbers."""
    seen = watch_camera(LoopedCamera(carphone[:10]), recognizer, seconds=0.5)

    assert (seen.width, seen.height) == (176, 144)
    assert seen.faces == seen.frames > 0


def test_a_camera_that_gives_nothing(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not waited for for ever."""
    monkeypatch.setattr("edge.benchmark.capturing.FIRST_FRAME_SECONDS", 0.05)

    class Dark(LoopedCamera):
        def read(self, timeout: float) -> None:  # type: ignore[override]
            return None

    with pytest.raises(CameraError, match="gave no frame"):
        watch_camera(Dark([np.zeros((2, 2, 3), np.uint8)] * 3), recognizer, seconds=1)


def test_the_vectors_of_a_crowd_are_of_length_one(recognizer: Recognizer) -> None:
    """Others would be refused by the collection's copy in memory."""
    with crowd(recognizer.embedder, 5) as made, made.gallery(recognizer.embedder) as gallery:
        probe = normalized(np.ones(recognizer.embedder.dimension, np.float32), recognizer.model)
        assert len(gallery.candidates(probe, limit=5)) == 5
