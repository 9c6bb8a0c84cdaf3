"""What each step towards a quicker frame gave, one after the other, in one run.

    python bench/steps.py [--rounds 20]

The twenty frames of `bench/pipeline.py`, one thread. Every frame is shown to all ways in turns, so
that a slower minute of the machine slows all of them; each way does what the one before it does, but
for one step. Counted is the processor's time, and of each frame the quickest look, both of which
other programs disturb least; the figure is the mean over all frames.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from edge.benchmark.frames import door_frames
from edge.config import load_settings
from edge.domain import Box, Pixels
from edge.vision.catalogue import CATALOGUE
from edge.vision.detect import CONFIDENCE, Detection, Detector
from edge.vision.landmarks import Landmarks
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from edge.vision.sources import find_source

Way = Callable[[Pixels], object]


class OpenCvDetector:
    """The same network in OpenCV's own class, as Ostiary used it."""

    def __init__(self, published: Path) -> None:
        self._network = cv2.FaceDetectorYN.create(str(published), "", (320, 320), CONFIDENCE)

    def detect(self, pixels: Pixels, *, side: int) -> tuple[Detection, ...]:
        """Return the faces that a search at *side* finds, the largest first."""
        scale = side / max(pixels.shape)
        small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        self._network.setInputSize((small.shape[1], small.shape[0]))
        rows = self._network.detect(small)[1]
        found = (
            Detection(
                Box(*(row[:4] / scale).tolist()),
                100 * float(row[14]),
                row[4:14].reshape(5, 2) / scale,
            )
            for row in (() if rows is None else rows)
        )
        return tuple(sorted(found, key=lambda face: face.box.area, reverse=True))


def main() -> None:
    """Time every way and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=20, help="times every frame is shown to all")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    ways = _ways()
    frames = door_frames()
    quickest = {name: np.full(len(frames), np.inf) for name in ways}
    for _ in track(range(options.rounds + 1), console=Console(stderr=True), transient=True):
        for at, frame in enumerate(frames):
            for name, way in ways.items():
                began = time.thread_time()
                way(frame)
                quickest[name][at] = min(quickest[name][at], time.thread_time() - began)
    means = {name: 1000 * float(seconds.mean()) for name, seconds in quickest.items()}
    Console(width=100).print(_table(means))


def _ways() -> dict[str, Way]:
    settings = load_settings(None).models
    store = ModelStore(settings.folder, mirror=settings.mirror)
    (yunet,) = (entry for entry in CATALOGUE if entry.name == "yunet")
    with tempfile.TemporaryDirectory() as scratch:
        published = Path(scratch) / "yunet.onnx"
        published.write_bytes(find_source(yunet, folder=settings.folder, mirror=settings.mirror))
        opencv = cast("Detector", OpenCvDetector(published))
    before, ours, once = (Recognizer.load(store) for _ in range(3))
    before.detector = opencv
    before.landmarks = ours.landmarks = Landmarks(store.path("face-mesh"), level=-1)
    return {
        "OpenCV's detector, two looks at every face, aligned twice": _aligned_twice(before),
        "the same detector, converted": _aligned_twice(ours),
        "one look, unless the head lies on its side": _aligned_twice(once),
        "aligned once": _as_it_is(once),
    }


def _as_it_is(recognizer: Recognizer) -> Way:
    def way(frame: Pixels) -> None:
        face = recognizer.largest(frame)
        if face is not None:
            recognizer.embed(frame, face)

    return way


def _aligned_twice(recognizer: Recognizer) -> Way:
    def way(frame: Pixels) -> None:
        face = recognizer.largest(frame)
        if face is not None:
            recognizer.embed(frame, replace(face))  # another object: nothing is known of its chip

    return way


def _table(means: dict[str, float]) -> Table:
    table = Table("frame to embedding", "ms", "first ÷ this")
    first = next(iter(means.values()))
    for name, mean in means.items():
        table.add_row(name, f"{mean:.1f}", f"{first / mean:.2f}")
    return table


if __name__ == "__main__":
    main()
