"""How the announcers run: one process, one thread a destination."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from edge.errors import AnnouncingError
from edge.storage.names import ANNOUNCER_LOCK_FILE
from edge.storage.only_one import only_one
from edge.watchdog import Watchdog

log = logging.getLogger(__name__)


TEND_SECONDS = 0.5
END_SECONDS = 5.0
"""How long the threads may take to end; one that waits for a name server is left behind."""


class Announcer(Protocol):
    """What tells one destination: for ever, once, or by way of trial; :meth:`cut` ends a request."""

    name: str

    def run(self, stop: threading.Event) -> None: ...

    def once(self, stop: threading.Event) -> None: ...

    def test(self) -> str: ...

    def cut(self) -> None: ...


def only_announcer(folder: Path) -> AbstractContextManager[bool]:
    """Give True for as long as this process is the only announcer; False if there is another.

    :raises StorageError: if the lock's file cannot be made.
    """
    return only_one(folder / ANNOUNCER_LOCK_FILE)


def run(
    announcers: tuple[Announcer, ...], stop: threading.Event, *, watchdog: Watchdog | None = None
) -> None:
    """Run all *announcers* until *stop* is set.

    :raises AnnouncingError: if one of them ended by itself, which is a fault in Ostiary.
    """
    watchdog = watchdog or Watchdog()
    threads = [
        threading.Thread(target=each.run, args=(stop,), name=each.name, daemon=True)
        for each in announcers
    ]
    for thread in threads:
        thread.start()
    watchdog.ready()
    try:
        while not stop.wait(TEND_SECONDS):
            watchdog.alive()
            for thread in threads:
                # In this order: one that has obeyed meanwhile has not ended by itself.
                if not thread.is_alive() and not stop.is_set():
                    raise AnnouncingError(
                        f"{thread.name} ended by itself; this is a fault in Ostiary."
                    )
    finally:
        watchdog.stopping()
        stop.set()
        _end(announcers, threads)


def _end(announcers: tuple[Announcer, ...], threads: list[threading.Thread]) -> None:
    for each in announcers:
        each.cut()
    until = time.monotonic() + END_SECONDS
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0.0))
        if thread.is_alive():
            log.warning("%s is left behind in the middle of a request", thread.name)
