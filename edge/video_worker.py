"""The one worker for stored videos and stream processors: what it is made of, and how it ends.

It is a process of its own, at the lowest priority, so that neither the door nor the pages wait for
it. A lock on a file says that there is one; it goes with the process, however that ends.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from edge.buckets import Buckets
from edge.core import Core
from edge.errors import CameraError, StorageError
from edge.hardware import Camera
from edge.hardware.choose import open_camera
from edge.logs.seldom import Seldom
from edge.storage.names import VIDEO_LOCK_FILE
from edge.storage.only_one import only_one
from edge.streams.processors import NewProcessor, Processor, Processors
from edge.streams.states import WATCHED, Status, failing, seeing
from edge.streams.watcher import Wanted, Watcher
from edge.video.analysis import Analysis
from edge.video.findings import Describer
from edge.video.jobs import Jobs
from edge.video.runner import JobRunner
from edge.video.turns import SharedNetworks
from edge.video.work import Work
from edge.vision.attribute_reader import AttributeReader
from edge.wiring import presentation_policy

log = logging.getLogger(__name__)


TEND_SECONDS = 0.5
"""Between two looks at what is to be watched."""


def only_worker(folder: Path) -> AbstractContextManager[bool]:
    """Give True for as long as this process is the only worker; False if there is another.

    :raises StorageError: if the lock's file cannot be made.
    """
    return only_one(folder / VIDEO_LOCK_FILE)


def work(core: Core, *, stop: threading.Event, until_idle: float | None = None) -> None:
    """Do jobs and watch cameras until *stop* is set, or for *until_idle* seconds nothing is to do.

    :raises OstiaryError: if a part cannot be built.
    """
    networks = SharedNetworks(core.recognizer)
    jobs, processors = Jobs(core.video), Processors(core.video)
    todo = Work(core.video)
    analysis = Analysis(
        work=todo,
        buckets=Buckets(core.settings.rekognition.buckets),
        finder=networks,
        galleries=core.galleries,
        describe=Describer(
            lambda: AttributeReader.load(core.models, threads=core.settings.recognition.threads)
        ),
        calibration=core.embedder.calibration,
        clock=_now,
        stopped=stop.is_set,
    )
    runner = JobRunner(jobs=jobs, work=todo, analysis=analysis, stop=stop, clock=_now)
    doing = threading.Thread(target=runner.run, name="videos")
    watchers = Watchers(core, processors, networks)
    doing.start()
    seldom, idle = Seldom(log), 0.0
    try:
        while not stop.wait(TEND_SECONDS):
            try:
                watchers.tend()
                busy = bool(jobs.waiting) or processors.any_active
            except StorageError as error:
                seldom.warn("the stream processors cannot be read: %s", error)
                busy = True
            idle = 0.0 if busy else idle + TEND_SECONDS
            if until_idle is not None and idle >= until_idle:
                break
    finally:
        stop.set()
        watchers.close()
        doing.join()


@dataclass(slots=True)
class _Running:
    """A thread that watches, and how it is told to end."""

    made: NewProcessor
    thread: threading.Thread
    stop: threading.Event = field(default_factory=threading.Event)


class Watchers:
    """The threads that watch, kept equal to the stream processors that should run."""

    def __init__(self, core: Core, processors: Processors, networks: SharedNetworks) -> None:
        self._core = core
        self._processors = processors
        self._networks = networks
        self._running: dict[str, _Running] = {}

    def tend(self) -> None:
        """Begin to watch what should be watched, and stop what should not.

        :raises StorageError: if they cannot be read or written.
        """
        known = {each.made.name: each for each in self._processors.list()}
        for name, running in list(self._running.items()):
            processor = known.get(name)
            if processor is None or processor.status not in WATCHED:
                running.stop.set()
            if not running.thread.is_alive():
                del self._running[name]
        for name, processor in known.items():
            if processor.status in WATCHED and name not in self._running:
                self._begin(processor)
            elif processor.status is Status.STOPPING and name not in self._running:
                self._processors.become(name, _given_back, None, now=_now())

    def close(self) -> None:
        """End all threads; their cameras are given back."""
        for running in self._running.values():
            running.stop.set()
        for running in self._running.values():
            running.thread.join()
        self._running.clear()

    def _begin(self, processor: Processor) -> None:
        made, core = processor.made, self._core
        watcher = Watcher(
            wanted=Wanted(
                name=made.name, collection_id=made.collection_id, threshold=made.threshold
            ),
            camera=lambda: _camera(core, made.camera),
            recognizer=self._networks,
            galleries=core.galleries,
            audit=core.audit,
            policy=presentation_policy(core.settings, core.embedder),
            signs=_Signs(self._processors, made.name),
        )
        stop = threading.Event()
        thread = threading.Thread(target=watcher.run, args=(stop,), name=f"stream {made.name}")
        self._running[made.name] = _Running(made, thread, stop)
        thread.start()


class _Signs:
    """Writes down how a watcher is, when that changes."""

    def __init__(self, processors: Processors, name: str) -> None:
        self._processors = processors
        self._name = name
        self._told: tuple[Status, str | None] | None = None
        self._seldom = Seldom(log)

    def seeing(self) -> None:
        self._become(Status.RUNNING, seeing, None)

    def failing(self, message: str) -> None:
        self._become(Status.FAILED, failing, message)

    def ended(self, message: str) -> None:
        self._become(Status.STOPPED, _given_back, message)

    def _become(
        self, status: Status, change: Callable[[Status], Status], message: str | None
    ) -> None:
        if (status, message) == self._told:
            return
        try:
            self._processors.become(self._name, change, message, now=_now())
            self._told = (status, message)
        except StorageError as error:
            self._seldom.warn(
                "the state of stream processor %s is not written: %s", self._name, error
            )


def _given_back(status: Status) -> Status:
    """Return the state after the camera was given back, by request or because footage ended."""
    del status
    return Status.STOPPED


def _camera(core: Core, name: str) -> Camera:
    source = core.settings.rekognition.cameras.get(name)
    if source is None:
        raise CameraError(
            f"there is no camera {name}.",
            remedy="Name its address in the settings, under rekognition.cameras.",
        )
    return open_camera(replace(core.settings.camera, source=source, rotate=0))


def _now() -> datetime:
    return datetime.now(UTC)
