"""The thread that does jobs, one after the other; no job's fault is the end of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from edge.errors import OstiaryError, StorageError
from edge.video.analysis import Analysis, Interrupted
from edge.video.job import Job
from edge.video.jobs import Jobs
from edge.video.work import Work

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""Between two looks for a job."""

FAULT_SECONDS = 5.0
"""Pause after a fault of the queue itself, such as a full disk."""

SWEEP_EVERY = timedelta(hours=1)

STORAGE = "This appliance could not use its own files; its log tells more."
INTERNAL = "The analysis failed by a fault of this program; its log tells more."


class JobRunner:
    """Does jobs until *stop* is set."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        work: Work,
        analysis: Analysis,
        stop: threading.Event,
        clock: Callable[[], datetime],
    ) -> None:
        self._jobs = jobs
        self._work = work
        self._analysis = analysis
        self._stop = stop
        self._clock = clock
        self._swept_at: datetime | None = None
        self._broken = False

    def run(self) -> None:
        """Do jobs, and erase old ones now and then."""
        while not self._stop.is_set():
            try:
                idle = not self.turn()
                if self._broken:
                    log.warning("the queue of videos works again")
                self._broken = False
                if idle:
                    self._stop.wait(LOOK_SECONDS)
            except StorageError as error:
                if not self._broken:
                    log.warning("the queue of videos cannot be used: %s", error)
                self._broken = True
                self._stop.wait(FAULT_SECONDS)

    def turn(self) -> bool:
        """Do the next job, if there is one; return whether there was.

        :raises StorageError: if the queue cannot be read or written.
        """
        now = self._clock()
        if self._swept_at is None or now - self._swept_at >= SWEEP_EVERY:
            self._jobs.sweep(now)
            self._swept_at = now
        job = self._work.take(now)
        if job is None:
            return False
        self._do(job)
        return True

    def _do(self, job: Job) -> None:
        try:
            self._analysis.run(job)
        except Interrupted:
            self._work.give_back(job.job_id)
        except StorageError as error:
            # Not the video's fault, and its text tells of this machine what is not the caller's.
            log.warning("a video is not analysed: %s", error)
            self._work.fail(job.job_id, STORAGE, self._clock())
        except OstiaryError as error:
            self._work.fail(job.job_id, str(error), self._clock())
        except Exception as error:  # noqa: BLE001 - the next job is done, whatever fails in this
            self._fail_by_fault(job, error)

    def _fail_by_fault(self, job: Job, error: Exception) -> None:
        """Whatever fails in a job, the next one is done."""
        log.error("a video cannot be analysed; this is a fault in Ostiary.", exc_info=error)
        self._work.fail(job.job_id, INTERNAL, self._clock())
