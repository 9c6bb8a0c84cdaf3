"""Keeps the worker running while there is something to do, on behalf of the pages.

The worker is a child that ends when its input does, so it never outlives whoever started it, not
even one who was killed.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from edge.errors import StorageError

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""Between two looks whether there is something to do."""

IDLE_SECONDS = 60
"""The worker ends when there was nothing to do for so long: its networks take memory."""

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds between a worker's death and the next start; doubled with each death in a row."""

PATIENCE_SECONDS = 10.0
"""How long the worker may take to end before it is killed."""


def worker_command(config: Path | None) -> tuple[str, ...]:
    """Return how the worker is started, with the settings file *config*."""
    named = () if config is None else ("--config", str(config))
    options = ("--until-idle", str(IDLE_SECONDS), "--end-with-input")
    return (sys.executable, "-m", "edge", *named, "video", *options)


class VideoProcess:
    """Starts *command* whenever *has_work* says so; :meth:`close` ends it."""

    def __init__(self, command: Sequence[str], has_work: Callable[[], bool]) -> None:
        self._command = tuple(command)
        self._has_work = has_work
        self._stop = threading.Event()
        self._look = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._pause = SHORTEST_PAUSE
        self._not_before = 0.0
        self._broken = False
        self._thread = threading.Thread(target=self._run, name="video worker", daemon=True)

    def start(self) -> None:
        """Begin to look whether there is something to do."""
        self._thread.start()

    def nudge(self) -> None:
        """Look at once: something was asked for."""
        self._look.set()

    @property
    def pid(self) -> int | None:
        """The worker's process id; None while none runs."""
        child = self._child
        return None if child is None or child.poll() is not None else child.pid

    def close(self) -> None:
        """End the worker and stop looking; may be called twice."""
        self._stop.set()
        self._look.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._tend()
            self._look.wait(LOOK_SECONDS)
            self._look.clear()
        self._end()

    def _tend(self) -> None:
        child = self._child
        if child is not None:
            status = child.poll()
            if status is None:
                return
            self._buried(status)
        if time.monotonic() >= self._not_before and self._any_work():
            try:
                self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603 - our own program
            except OSError as error:
                log.warning("the worker for videos cannot be started: %s", error.strerror)
                self._wait_longer()

    def _buried(self, status: int) -> None:
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()
        self._child = None
        if status == 0:
            self._pause = SHORTEST_PAUSE
            return
        if status != 1:  # 1: somebody else's worker is at it
            log.warning(
                "the worker for videos ended (status %d); it is started again in %.0f s",
                status,
                self._pause,
            )
        self._wait_longer()

    def _wait_longer(self) -> None:
        self._not_before = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _any_work(self) -> bool:
        try:
            found = self._has_work()
        except StorageError as error:
            if not self._broken:
                log.warning("whether there are videos to analyse cannot be told: %s", error)
            self._broken = True
            return False
        self._broken = False
        return found

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        child.terminate()
        try:
            child.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
