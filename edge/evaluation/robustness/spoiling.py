"""Many photos spoilt in every way: the slow part, shared out to processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from edge.errors import EvaluationError
from edge.evaluation.dataset import Photo
from edge.evaluation.measure import FaceRecognizer
from edge.evaluation.robustness.trial import Probe, spoilt

_recognizer: list[FaceRecognizer] = []
"""The one of this process."""


def spoil_all(
    photos: Sequence[Photo], load: Callable[[], FaceRecognizer], *, jobs: int
) -> Iterator[dict[str, Probe]]:
    """Yield what comes of each of *photos*, in their order; nothing of those without a face.

    *load* builds a recognizer and must be picklable when *jobs*, the number of processes, is not 1.

    :raises EvaluationError: if a process ends before its share is done.
    """
    if jobs == 1:
        recognizer = load()
        found = (spoilt(recognizer, photo, number) for number, photo in enumerate(photos))
        yield from (probes for probes in found if probes is not None)
        return
    context = multiprocessing.get_context("spawn")  # a fork would copy the interpreter's threads
    try:
        with ProcessPoolExecutor(
            jobs, mp_context=context, initializer=_start, initargs=(load,)
        ) as pool:
            for probes in pool.map(_spoil, photos, range(len(photos)), chunksize=8):
                if probes is not None:
                    yield probes
    except BrokenProcessPool as error:
        raise EvaluationError(
            "a measuring process ended before its share was done.",
            remedy="If memory ran out, try again with --jobs 1.",
        ) from error


def _start(load: Callable[[], FaceRecognizer]) -> None:
    _recognizer.append(load())


def _spoil(photo: Photo, number: int) -> dict[str, Probe] | None:
    return spoilt(_recognizer[0], photo, number)
