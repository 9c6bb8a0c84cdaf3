"""The worker as a process: started when there is something to do, killed, and ended with the pages."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.config import Settings, settings_as_toml
from edge.core import Core
from edge.domain import Pixels
from edge.video.job import Job, Kind, Request, Status
from edge.video.jobs import Jobs
from edge.video.process import VideoProcess
from edge.video.results import Results
from tests.edge.video.conftest import BUCKET, CLIP, record

PATIENCE = 60.0
"""Seconds within which something must happen; it takes two."""


@pytest.fixture
def config(tmp_path: Path, settings: Settings) -> Path:
    """Write the settings down for another process."""
    path = tmp_path / "ostiary.toml"
    path.write_text(settings_as_toml(settings), encoding="utf-8")
    return path


def until(happened: Callable[[], bool]) -> None:
    """Wait until something has *happened*."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def command(config: Path, *more: str) -> list[str]:
    """Return how the worker is started."""
    return [sys.executable, "-m", "edge", "--config", str(config), "video", *more]


@contextmanager
def worker(config: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker, and end it whatever happens."""
    with subprocess.Popen(command(config, *more), stdin=subprocess.PIPE) as child:
        try:
            yield child
        finally:
            child.kill()


def queue(core: Core, name: str = CLIP) -> str:
    """Ask for the faces of a video."""
    request = Request(kind=Kind.DETECTION, bucket=BUCKET, name=name)
    return Jobs(core.video).start(request, token=None, now=datetime.now(UTC))


def job(core: Core, job_id: str) -> Job:
    """Return how far a job is."""
    return Jobs(core.video).get(job_id, Kind.DETECTION)


@pytest.mark.slow
def test_a_worker_that_is_killed_leaves_nothing_half_done(
    core: Core, config: Path, bucket: Path, carphone: list[Pixels]
) -> None:
    """The next one begins the job anew; everything is found, and nothing twice."""
    record(bucket / "long.avi", carphone * 15)
    job_id = queue(core, "long.avi")

    with worker(config) as first:
        until(lambda: job(core, job_id).done_ms > 0)
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert job(core, job_id).status is Status.IN_PROGRESS
    assert Results(core.video).page(job_id, first=0, limit=1000).found == ()

    with worker(config, "--until-idle", "0.5") as second:
        assert second.wait(PATIENCE) == 0
    done = job(core, job_id)
    assert (done.status, done.begun) == (Status.SUCCEEDED, 2)
    found = Results(core.video).page(job_id, first=0, limit=1000).found
    assert [each.at_ms for each in found] == list(range(0, 72_000, 200))


@pytest.mark.slow
def test_a_job_of_a_worker_that_is_told_to_end_waits_again(
    core: Core, config: Path, bucket: Path, carphone: list[Pixels]
) -> None:
    """As if it had not been begun."""
    record(bucket / "long.avi", carphone * 15)
    job_id = queue(core, "long.avi")

    with worker(config) as child:
        until(lambda: job(core, job_id).done_ms > 0)
        child.terminate()
        assert child.wait(PATIENCE) == 0

    assert (job(core, job_id).status, job(core, job_id).begun) == (Status.IN_PROGRESS, 0)


@pytest.mark.slow
def test_the_second_worker_leaves_and_the_first_steps_back(core: Core, config: Path) -> None:
    """All threads of the one that stays run when nobody else wants the processor."""
    lock = core.settings.storage.folder / "video.lock"
    with worker(config) as first:
        until(lock.exists)
        second = subprocess.run(command(config), capture_output=True, check=False, timeout=PATIENCE)
        assert second.returncode == 1
        assert b"Another worker is at it" in second.stdout

        job_id = queue(core)
        until(lambda: job(core, job_id).status is Status.SUCCEEDED)
        threads = [int(path.name) for path in Path(f"/proc/{first.pid}/task").iterdir()]
        assert len(threads) > 2
        assert {os.sched_getscheduler(thread) for thread in threads} == {os.SCHED_IDLE}
        assert {os.getpriority(os.PRIO_PROCESS, thread) for thread in threads} == {19}


@pytest.mark.slow
def test_the_pages_have_the_worker_run_while_there_is_something_to_do(
    core: Core, config: Path
) -> None:
    """Not before, again when it was killed, not afterwards, and never longer than they do."""
    jobs = Jobs(core.video)
    process = VideoProcess(
        command(config, "--until-idle", "0.5", "--end-with-input"), lambda: jobs.waiting > 0
    )
    process.start()
    try:
        time.sleep(0.5)
        assert process.pid is None

        first = queue(core)
        until(lambda: process.pid is not None)
        killed = process.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        until(lambda: job(core, first).status is Status.SUCCEEDED)
        until(lambda: process.pid is None)

        queue(core)
        until(lambda: process.pid is not None)
        last = process.pid
    finally:
        process.close()
    assert last is not None
    assert not Path(f"/proc/{last}").exists()


@pytest.mark.slow
def test_a_worker_ends_with_whoever_started_it(core: Core, config: Path) -> None:
    """Also where that one was killed and could not say so: the pipe between them ends."""
    with worker(config, "--end-with-input") as child:
        until((core.settings.storage.folder / "video.lock").exists)
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(PATIENCE) == 0


def test_a_worker_that_dies_at_once_is_not_started_without_end() -> None:
    """The pauses grow."""
    starts: list[float] = []

    def has_work() -> bool:
        starts.append(time.monotonic())
        return True

    process = VideoProcess([sys.executable, "-c", "raise SystemExit(3)"], has_work)
    process.start()
    try:
        until(lambda: len(starts) >= 2)
    finally:
        process.close()
    assert process._pause > 1
