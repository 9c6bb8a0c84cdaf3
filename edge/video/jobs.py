"""The queue of jobs, on the side of those who ask: it survives whatever happens to the worker.

Results are kept for a week and then erased to the last byte, as everything is that tells where
somebody was.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from edge.errors import NotFoundError, RepeatedDifferentlyError, TooManyJobsError
from edge.storage.database import Database
from edge.storage.times import to_text
from edge.video.job import COLUMNS, Job, Kind, Request, job_of

MOST_WAITING = 20
"""Jobs in progress at a time. Amazon Rekognition's default quota of concurrent jobs."""

KEPT = timedelta(days=7)
"""How long a finished job and what it found can be asked for, as in Amazon Rekognition."""


class Jobs:
    """The jobs of one file; threads and processes may share it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, request: Request, *, token: str | None, now: datetime) -> str:
        """Queue *request* and return the job's id; for a *token* used before, that job's.

        :raises RepeatedDifferentlyError: if the token belongs to another request of this kind.
        :raises TooManyJobsError: if twenty jobs are in progress.
        """
        with self._database.transaction():
            if token is not None and (former := self._by_token(request.kind, token)) is not None:
                if former.request != request:
                    raise RepeatedDifferentlyError(
                        "this token was used for another request", remedy="Use a new one."
                    )
                return former.job_id
            if self.waiting >= MOST_WAITING:
                raise TooManyJobsError(
                    f"{MOST_WAITING} jobs are in progress already",
                    remedy="Try again when one of them has finished.",
                )
            job_id = str(uuid.uuid4())
            self._database.execute(
                "INSERT INTO jobs (job_id, kind, bucket, object, collection_id, threshold,"
                " everything, job_tag, token, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(job_id, request.kind, request.bucket, request.name, request.collection_id),
                    *(request.threshold, request.everything, request.job_tag, token, to_text(now)),
                ),
            )
        return job_id

    def get(self, job_id: str, kind: Kind) -> Job:
        """Return a job of that kind.

        :raises NotFoundError: if there is none of that id, or no longer.
        """
        row = self._database.row(
            f"SELECT {COLUMNS} FROM jobs WHERE job_id = ? AND kind = ?",  # noqa: S608 - a constant
            (job_id, kind),
        )
        if row is None:
            raise NotFoundError(f"there is no job {job_id}")
        return job_of(row)

    @property
    def waiting(self) -> int:
        """How many jobs are in progress, the one that runs included."""
        row = self._database.row("SELECT count(*) FROM jobs WHERE status = 'IN_PROGRESS'")
        return int(row[0]) if row else 0

    def any_expired(self, now: datetime) -> bool:
        """Return whether there is something for :meth:`sweep` to erase."""
        return (
            self._database.row("SELECT 1 FROM jobs WHERE finished_at < ?", (to_text(now - KEPT),))
            is not None
        )

    def sweep(self, now: datetime) -> int:
        """Erase jobs that were finished more than a week ago; return how many.

        :raises StorageError: if they are deleted, but cannot be wiped from the log yet.
        """
        with self._database.transaction():
            row = self._database.row(
                "SELECT count(*) FROM jobs WHERE finished_at < ?", (to_text(now - KEPT),)
            )
            swept = int(row[0]) if row else 0
            if swept:
                self._database.execute(
                    "DELETE FROM jobs WHERE finished_at < ?", (to_text(now - KEPT),)
                )
                self._database.truncate_log()
        return swept

    def _by_token(self, kind: Kind, token: str) -> Job | None:
        row = self._database.row(
            f"SELECT {COLUMNS} FROM jobs WHERE kind = ? AND token = ?",  # noqa: S608 - a constant
            (kind, token),
        )
        return None if row is None else job_of(row)
