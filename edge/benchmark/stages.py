"""How long each stage of a frame takes, with a recognizer as a door has it."""

from __future__ import annotations

import copy
import itertools
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from edge.benchmark.stopwatch import ALIGN, DETECT, EMBED, LAPS, POINTS, Stopwatch, Timed
from edge.domain import Pixels
from edge.errors import BenchmarkError
from edge.vision.detect import Detector
from edge.vision.embed import Embedder
from edge.vision.landmarks import Landmarks
from edge.vision.recognizer import Recognizer

WARM_UP = 2
"""Frames that do not count: the first one allocates, the second finds the processor's clock up."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds over many frames: the median, and the least, which nothing else disturbed."""

    median: float
    least: float


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """What frames of one size take with so many *threads*; *stages* by lap, and the *whole*."""

    width: int
    height: int
    threads: int
    frames: int
    stages: dict[str, Timing]
    whole: Timing


def watched(recognizer: Recognizer, watch: Stopwatch) -> Recognizer:
    """Return a recognizer that shares the parts of *recognizer* and tells *watch* what they take."""
    timed = copy.copy(recognizer)
    timed.detector = cast("Detector", Timed(recognizer.detector, watch, DETECT))
    timed.landmarks = cast("Landmarks", Timed(recognizer.landmarks, watch, POINTS))
    timed.embedding = cast(
        "Embedder", Timed(recognizer.embedding, watch, {"align": ALIGN, "embed": EMBED})
    )
    return timed


def time_frames(
    recognizer: Recognizer, frames: Sequence[Pixels], *, threads: int, seconds: float
) -> FrameTimes:
    """Find and embed the largest face of *frames*, again and again for *seconds*, every one once.

    *threads* is only told.

    :raises BenchmarkError: if no face is found in a frame, so that there is nothing to be timed.
    """
    watch = Stopwatch()
    timed = watched(recognizer, watch)
    laps: list[dict[str, float]] = []
    until = time.perf_counter() + seconds
    for number, frame in enumerate(itertools.cycle(frames)):
        began = time.perf_counter()
        if began > until and number >= len(frames) + WARM_UP:
            break
        face = timed.largest(frame)
        if face is None:
            raise BenchmarkError("no face is found in the footage.", remedy="Run `ostiary doctor`.")
        timed.embed(frame, face)
        lap = watch.ended(time.perf_counter() - began)
        if number >= WARM_UP:
            laps.append(lap)
    return FrameTimes(
        width=frames[0].shape[1],
        height=frames[0].shape[0],
        threads=threads,
        frames=len(laps),
        stages={name: _timing([each.get(name, 0.0) for each in laps]) for name in LAPS},
        whole=_timing([sum(each.values()) for each in laps]),
    )


def _timing(seconds: Sequence[float]) -> Timing:
    return Timing(1000 * statistics.median(seconds), 1000 * min(seconds))
