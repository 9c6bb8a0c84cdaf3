"""Photos become vectors: the slow part, shared out to processes.

Each process loads a recognizer of its own, because an interpreter serves one thread; a process
that dies takes the evaluation down with an error instead of leaving photos out.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Protocol

from edge.domain import Embedding, Face, ModelId, Pixels, QualityReason
from edge.errors import EvaluationError, ImageError, OstiaryError
from edge.evaluation.dataset import Photo
from edge.evaluation.subject import FacePolicy, Sight, person_meant
from edge.vision.image import read_image


class FaceRecognizer(Protocol):
    """What an evaluation needs of a recognizer."""

    @property
    def model(self) -> ModelId: ...

    def faces(self, pixels: Pixels) -> tuple[Face, ...]: ...

    def embed(self, pixels: Pixels, face: Face) -> Embedding: ...


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One photo after recognition.

    *embedding* is None unless the person was found; *weight* is what the photo counts in a fusion;
    *reasons* is why the door's quality gate would refuse it, empty if it would not.
    """

    sight: Sight
    embedding: Embedding | None = None
    weight: float = 0.0
    reasons: tuple[QualityReason, ...] = ()


def measure_photo(recognizer: FaceRecognizer, photo: Photo, policy: FacePolicy) -> Measured:
    """Return the vector and quality of the person meant in *photo*, or why there is none."""
    try:
        pixels = read_image(photo.path)
    except ImageError:
        return Measured(Sight.UNREADABLE)
    height, width = pixels.shape[:2]
    sight, face = person_meant(recognizer.faces(pixels), width=width, height=height, policy=policy)
    if face is None:
        return Measured(sight)
    return Measured(
        sight, recognizer.embed(pixels, face), face.quality.weight, face.quality.reasons
    )


def measure(
    photos: Sequence[Photo],
    load: Callable[[], FaceRecognizer],
    *,
    policy: FacePolicy,
    jobs: int,
) -> Iterator[tuple[Photo, Measured]]:
    """Yield every photo with what was measured, in the order they are done.

    *load* builds a recognizer and must be picklable when *jobs*, the number of processes, is not 1.

    :raises EvaluationError: if a process ends before its share is done.
    """
    if not photos:
        return
    if jobs == 1:
        recognizer = load()
        for photo in photos:
            yield photo, measure_photo(recognizer, photo, policy)
        return
    shares = [photos[start::jobs] for start in range(min(jobs, len(photos)))]
    yield from _measure_in_processes(shares, load, policy)


def _measure_in_processes(
    shares: Sequence[Sequence[Photo]], load: Callable[[], FaceRecognizer], policy: FacePolicy
) -> Iterator[tuple[Photo, Measured]]:
    context = multiprocessing.get_context("spawn")  # a fork would copy the interpreter's threads
    processes = []
    awaited: dict[Connection, Sequence[Photo]] = {}
    try:
        for share in shares:
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(theirs, share, load, policy), daemon=True)
            process.start()
            theirs.close()  # so that a dead process reads as the end of its messages
            processes.append(process)
            awaited[ours] = share
        yield from _collect(awaited)
    finally:
        for connection in awaited:
            connection.close()
        for process in processes:
            process.terminate()
            process.join()


def _collect(awaited: dict[Connection, Sequence[Photo]]) -> Iterator[tuple[Photo, Measured]]:
    done = dict.fromkeys(awaited, 0)
    while pending := [source for source, count in done.items() if count < len(awaited[source])]:
        for source in wait(pending):
            assert isinstance(source, Connection)  # noqa: S101 - narrows what wait() returns
            try:
                message = source.recv()
            except EOFError as error:
                left = len(awaited[source]) - done[source]
                raise EvaluationError(
                    f"a measuring process ended with {left} photos to go.",
                    remedy="If memory ran out, try again with --jobs 1.",
                ) from error
            if isinstance(message, OstiaryError):
                raise message
            yield awaited[source][done[source]], message
            done[source] += 1


def _work(
    results: Connection,
    photos: Sequence[Photo],
    load: Callable[[], FaceRecognizer],
    policy: FacePolicy,
) -> None:
    """Measure *photos* in order and send each result, or the error that stops the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the first process ends us
    try:
        recognizer = load()
        for photo in photos:
            results.send(measure_photo(recognizer, photo, policy))
    except OstiaryError as error:
        results.send(error)
    except BrokenPipeError:
        return  # the first process is gone: nobody waits for the rest
    finally:
        results.close()
