"""A recognizer that is timed does what it always does."""

from __future__ import annotations

import numpy as np
import pytest

from edge.benchmark.frames import door_frames
from edge.benchmark.stages import time_frames, watched
from edge.benchmark.stopwatch import ALIGN, DETECT, EMBED, LAPS, POINTS, Stopwatch
from edge.domain import Pixels
from edge.errors import BenchmarkError
from edge.vision.recognizer import Recognizer


def test_timing_changes_nothing(recognizer: Recognizer, astronaut: Pixels) -> None:
    """The same face, the same vector, and every part has taken time."""
    watch = Stopwatch()
    timed = watched(recognizer, watch)

    plain, seen = recognizer.largest(astronaut), timed.largest(astronaut)
    assert plain is not None
    assert seen is not None
    embedded = timed.embed(astronaut, seen)

    assert seen.box == plain.box
    assert np.array_equal(embedded.vector, recognizer.embed(astronaut, plain).vector)
    assert set(watch.laps) == {DETECT, POINTS, ALIGN, EMBED}
    assert timed.model == recognizer.model
    laps = watch.ended(sum(watch.laps.values()) + 1.0)
    assert set(laps) == set(LAPS)
    assert round(laps["rest"], 6) == 1.0
    assert watch.laps == {}


def test_every_frame_is_timed(recognizer: Recognizer) -> None:
    """However short the time, each frame counts once; the stages make up the whole."""
    frames = door_frames(320, 240)

    times = time_frames(recognizer, frames, threads=1, seconds=0)

    assert (times.width, times.height, times.threads) == (320, 240, 1)
    assert times.frames >= len(frames)
    assert set(times.stages) == set(LAPS)
    assert 0 < times.whole.least <= times.whole.median
    assert sum(stage.least for stage in times.stages.values()) <= times.whole.least + 1e-6


def test_footage_without_a_face_is_no_footage(recognizer: Recognizer, coffee: Pixels) -> None:
    """A miss is quick, and would be no merit."""
    with pytest.raises(BenchmarkError, match="no face"):
        time_frames(recognizer, [coffee], threads=1, seconds=0)
