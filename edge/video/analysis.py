"""One job from its first frame to its last: find, follow, search, and put down what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from edge.buckets import Buckets
from edge.domain import Embedding, Face, FaceMatch, Pixels
from edge.similarity import SAME_FACE_FMR, Calibration, similarity_of_fmr
from edge.video.findings import Describe
from edge.video.job import Job, Kind
from edge.video.reading import MOST_BYTES, StoredVideo, VideoFrame
from edge.video.tracking import Seen, TrackingPolicy, Tracks, follow
from edge.video.work import Found, Similar, Work

THRESHOLD = 80.0
"""Percent, where a search names none: Rekognition's default FaceMatchThreshold."""

MOST_MATCHES = 100
"""Faces of the collection told of one person."""

FRAMES_AT_ONCE = 25
"""Frames looked at between two writes: five seconds of video."""

CONTINUING_FMR = 1e-2
"""False match rate that suffices where the face is also where that person just was."""


class Finder(Protocol):
    """The part of the recognizer that is needed."""

    def faces(self, pixels: Pixels, *, limit: int = 100) -> tuple[Face, ...]: ...

    def embed(self, pixels: Pixels, face: Face) -> Embedding: ...


class FaceSearch(Protocol):
    """The part of a gallery that is needed."""

    def search_faces(
        self, embedding: Embedding, *, limit: int, threshold: float = 0.0
    ) -> tuple[FaceMatch, ...]: ...


class GalleryLender(Protocol):
    """Lends the gallery of a collection."""

    def of(self, collection_id: str) -> AbstractContextManager[FaceSearch]: ...


class Interrupted(Exception):  # noqa: N818 - nothing is wrong
    """Raised when the program is to end; the job is to be given back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Does jobs. *stopped* is asked between two frames."""

    work: Work
    buckets: Buckets
    finder: Finder
    galleries: GalleryLender
    describe: Describe
    calibration: Calibration
    clock: Callable[[], datetime]
    stopped: Callable[[], bool]

    def run(self, job: Job) -> None:
        """Do *job* and finish it.

        :raises Interrupted: if the program is to end.
        :raises OstiaryError: if the object, the video or the collection is not as it should be.
        """
        request = job.request
        with self.buckets.open(request.bucket, request.name, limit=MOST_BYTES) as file:
            tracks = self._look(job, file)
        if request.kind is Kind.DETECTION:
            self.work.succeed(job.job_id, self.clock())
            return
        persons = _numbered(tracks)
        matches = self._matches(job, tracks, persons)
        self.work.succeed(job.job_id, self.clock(), persons=persons, matches=matches)

    def _look(self, job: Job, file: BinaryIO) -> Tracks:
        tracks, waiting, stored, frames = Tracks(), list[Found](), 0, 0
        at_ms = 0
        with StoredVideo(file) as video:
            self.work.describe(job.job_id, video.metadata)
            for frame in video.frames():
                if self.stopped():
                    raise Interrupted
                at_ms, frames = frame.at_ms, frames + 1
                tracks, found = self._found(job, frame, tracks)
                waiting += found
                if frames % FRAMES_AT_ONCE == 0:
                    self.work.add(job.job_id, waiting, first=stored, done_ms=at_ms)
                    stored, waiting = stored + len(waiting), []
        self.work.add(job.job_id, waiting, first=stored, done_ms=at_ms)
        return tracks

    def _found(self, job: Job, frame: VideoFrame, tracks: Tracks) -> tuple[Tracks, list[Found]]:
        pixels = frame.pixels
        faces = self.finder.faces(pixels)
        persons: Sequence[int | None] = [None] * len(faces)
        if job.request.kind is Kind.SEARCH:
            tracks, persons = follow(tracks, self._seen(pixels, faces), frame.at_ms, self._policy)
        everything = job.request.everything
        return tracks, [
            Found(frame.at_ms, self.describe(pixels, face, everything=everything), person)
            for face, person in zip(faces, persons, strict=True)
        ]

    def _seen(self, pixels: Pixels, faces: Iterable[Face]) -> list[Seen]:
        return [
            Seen(
                face.box,
                self.finder.embed(pixels, face) if face.quality.good else None,
                face.quality.weight,
            )
            for face in faces
        ]

    @property
    def _policy(self) -> TrackingPolicy:
        return TrackingPolicy(
            same_cosine=self.calibration.cosine(similarity_of_fmr(SAME_FACE_FMR)),
            continuing_cosine=self.calibration.cosine(similarity_of_fmr(CONTINUING_FMR)),
        )

    def _matches(
        self, job: Job, tracks: Tracks, persons: dict[int, int]
    ) -> dict[int, tuple[Similar, ...]]:
        """Return whom each person of the video is like, by all her good frames together."""
        threshold = THRESHOLD if job.request.threshold is None else job.request.threshold
        matches = {}
        with self.galleries.of(job.request.collection_id or "") as gallery:
            for track in tracks.tracks:
                embedding = track.embedding
                if embedding is None:
                    continue
                found = gallery.search_faces(embedding, limit=MOST_MATCHES, threshold=threshold)
                matches[persons[track.index]] = tuple(
                    Similar(match.face_id, match.similarity) for match in found
                )
        return matches


def _numbered(tracks: Tracks) -> dict[int, int]:
    """Return for every index of a track that of a person, from 0 in the order of appearance."""
    numbers: dict[int, int] = {}
    return {
        index: numbers.setdefault(tracks.person(index), len(numbers))
        for index in range(tracks.count)
    }
