"""A door in a process of its own: what it keeps up, and what it takes of the memory.

Whoever measures has had other things in memory; a fresh process has what a door has, and no more.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from edge.benchmark.crowd import Crowd
from edge.benchmark.frames import MAN_EVERY, filled
from edge.benchmark.memory import peak_memory
from edge.benchmark.steady import Steady, watch_steadily
from edge.config import Settings
from edge.demonstration.footage import CARPHONE, clip
from edge.networks import load_recognizer
from edge.vision.models import ModelStore

SIZE = (640, 480)

IN_ROW = 2 * MAN_EVERY
"""Frames of the clip, one after the other, shown forth and back."""


@dataclass(frozen=True, slots=True)
class Apart:
    """A door by itself: what it keeps up, and the most bytes it had in memory, footage aside."""

    steady: Steady
    memory: int | None


def watch_apart(settings: Settings, people: Crowd, *, seconds: float) -> Apart:
    """Watch for *seconds* in a process of its own, as *settings* have it, before *people*.

    :raises ModelError: if a network is missing.
    :raises CameraError: if the footage is missing.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_watch, settings, people, seconds).result()


def _watch(settings: Settings, people: Crowd, seconds: float) -> Apart:
    models = ModelStore(settings.models.folder, mirror=settings.models.mirror)
    recognizer = load_recognizer(settings, models)
    frames = [filled(pixels, *SIZE) for pixels in clip(CARPHONE)[:IN_ROW]]
    with people.gallery(recognizer.embedder) as gallery:
        steady = watch_steadily(recognizer, gallery, frames, seconds=seconds)
    memory = peak_memory()
    footage = sum(frame.nbytes for frame in frames)
    return Apart(steady, None if memory is None else memory - footage)
