"""The queue of jobs, on the side of the one worker: one job at a time, all of it or nothing.

A job that was running when the worker died is begun anew. What kills the worker three times, a file
that its decoder cannot bear, is not tried a fourth time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from edge.storage.database import Database
from edge.storage.times import to_text
from edge.video.findings import FoundFace
from edge.video.findings import to_text as face_to_text
from edge.video.job import COLUMNS, Job, Status, job_of, metadata_to_text
from edge.video.reading import VideoMetadata

MOST_BEGUN = 3
"""Times that a job may be begun."""

KILLED = (
    "The video ended the program that analysed it three times, so it is not tried again. "
    "Convert it with `ffmpeg -i FILE -c:v libx264 NEW.mp4`."
)


@dataclass(frozen=True, slots=True)
class Found:
    """A face in a frame at *at_ms*; *person* is her index in a search."""

    at_ms: int
    face: FoundFace
    person: int | None = None


@dataclass(frozen=True, slots=True)
class Similar:
    """A face of the collection that a person of the video is alike to, in percent."""

    face_id: str
    similarity: float


class Work:
    """The jobs to be done, for the one worker."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, now: datetime) -> Job | None:
        """Begin the oldest job that is in progress; None if there is none.

        :raises StorageError: if the file cannot be read or written.
        """
        with self._database.transaction():
            while True:
                row = self._database.row(
                    f"SELECT {COLUMNS} FROM jobs WHERE status = 'IN_PROGRESS' ORDER BY row"  # noqa: S608 - a constant
                )
                if row is None:
                    return None
                job = job_of(row)
                self._clear(job.job_id)
                if job.begun < MOST_BEGUN:
                    self._database.execute(
                        "UPDATE jobs SET begun = begun + 1, done_ms = 0 WHERE job_id = ?",
                        (job.job_id,),
                    )
                    return job
                self._finish(job.job_id, Status.FAILED, KILLED, now)

    def give_back(self, job_id: str) -> None:
        """Let a job wait again that was interrupted by no fault of its own."""
        with self._database.transaction():
            self._clear(job_id)
            self._database.execute(
                "UPDATE jobs SET begun = max(begun - 1, 0), done_ms = 0 WHERE job_id = ?", (job_id,)
            )

    def describe(self, job_id: str, metadata: VideoMetadata) -> None:
        """Store what the video says of itself."""
        self._database.execute(
            "UPDATE jobs SET metadata = ? WHERE job_id = ?", (metadata_to_text(metadata), job_id)
        )

    def add(self, job_id: str, found: Sequence[Found], *, first: int, done_ms: int) -> None:
        """Store what was found next, numbered from *first*, and how far the job is."""
        with self._database.transaction():
            self._database.execute_many(
                "INSERT INTO found (job, number, at_ms, person, face)"
                " VALUES ((SELECT row FROM jobs WHERE job_id = ?), ?, ?, ?, ?)",
                [
                    (job_id, number, each.at_ms, each.person, face_to_text(each.face))
                    for number, each in enumerate(found, start=first)
                ],
            )
            self._database.execute(
                "UPDATE jobs SET done_ms = ? WHERE job_id = ?", (done_ms, job_id)
            )

    def succeed(
        self,
        job_id: str,
        now: datetime,
        *,
        persons: Mapping[int, int] | None = None,
        matches: Mapping[int, Iterable[Similar]] | None = None,
    ) -> None:
        """Finish a job, and with it show what it has found.

        *persons* gives the index of each person another one that she is known by in the end; it
        names all of them. *matches* goes by the indices in the end.
        """
        with self._database.transaction():
            # By way of numbers below zero: one person's new index may be another one's old.
            self._database.execute_many(
                "UPDATE found SET person = -1 - ?"
                " WHERE job = (SELECT row FROM jobs WHERE job_id = ?) AND person = ?",
                [(new, job_id, old) for old, new in (persons or {}).items()],
            )
            self._database.execute(
                "UPDATE found SET person = -1 - person"
                " WHERE job = (SELECT row FROM jobs WHERE job_id = ?) AND person < 0",
                (job_id,),
            )
            self._database.execute_many(
                "INSERT INTO matches (job, person, face_id, similarity)"
                " VALUES ((SELECT row FROM jobs WHERE job_id = ?), ?, ?, ?)",
                [
                    (job_id, person, each.face_id, each.similarity)
                    for person, similar in (matches or {}).items()
                    for each in similar
                ],
            )
            self._finish(job_id, Status.SUCCEEDED, None, now)

    def fail(self, job_id: str, message: str, now: datetime) -> None:
        """Finish a job that cannot be done; what it found so far goes."""
        with self._database.transaction():
            self._clear(job_id)
            self._finish(job_id, Status.FAILED, message, now)

    def _clear(self, job_id: str) -> None:
        self._database.execute(
            "DELETE FROM found WHERE job = (SELECT row FROM jobs WHERE job_id = ?)", (job_id,)
        )

    def _finish(self, job_id: str, status: Status, message: str | None, now: datetime) -> None:
        self._database.execute(
            "UPDATE jobs SET status = ?, message = ?, finished_at = ? WHERE job_id = ?",
            (status, message, to_text(now), job_id),
        )
