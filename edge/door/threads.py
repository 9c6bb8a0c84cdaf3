"""The threads of a door: whatever ends one of them by a fault is told, once, to whoever must know."""

from __future__ import annotations

import threading
from collections.abc import Callable

from edge.errors import LockError

JOIN_SECONDS = 10.0
"""How long the end waits for each thread, longer than another process may keep the audit to itself;
those that hang end with the process."""


class Threads:
    """Starts threads and joins them; *failed* is told, in its thread, why one ended."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._failed = failed
        self._threads: list[threading.Thread] = []

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Do *work* in a thread called *name*.

        :raises LockError: if the machine is out of threads.
        """
        thread = threading.Thread(target=self._guarded, args=(work,), name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            raise LockError(
                "no threads could be started to watch the door; it stays locked.",
                remedy="The machine is out of memory or threads: run `ostiary doctor`.",
            ) from error
        self._threads.append(thread)

    def join(self) -> None:
        """Wait for the end of all; whoever calls this has told them to end."""
        for thread in self._threads:
            thread.join(JOIN_SECONDS)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - whatever ends a thread ends the door
            self._failed(error)
