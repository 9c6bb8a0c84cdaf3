"""The thread that keeps an OSDP line going: takes the port, and again whenever it was lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from edge.errors import LineError
from edge.hardware.osdp.channel import SerialLine

log = logging.getLogger(__name__)

TURN_SECONDS = 0.01
"""Between two turns. libosdp wants one every 50 ms at least; a reader must answer within 200 ms."""

REOPEN_SECONDS = 0.5
"""Between two attempts to take a port."""

CLOSE_SECONDS = 2.0


class Link:
    """Calls *turn* a hundred times a second in a thread of its own, and keeps *line* open meanwhile.

    *turn* and whatever else uses the line hold *guard*.
    """

    def __init__(
        self,
        line: SerialLine,
        turn: Callable[[], None],
        *,
        guard: threading.Condition,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.fault: LineError | None = LineError(
            f"{line.port} is not open yet.", remedy="Wait a moment."
        )
        self._line = line
        self._turn = turn
        self._guard = guard
        self._clock = clock
        self._told = False
        self._retry_at = clock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"osdp {line.port}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End the thread and give the port back; may be called twice."""
        self._ended.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        try:
            while not self._ended.wait(TURN_SECONDS):
                try:
                    self._keep_open()
                    self._turn()
                except Exception:
                    # A line that nobody serves would be a door that nobody opens: it is begun anew.
                    log.exception("the OSDP line at %s failed and is begun anew", self._line.port)
                    self._lose(LineError(f"{self._line.port} failed.", remedy="See the log."))
        finally:
            with self._guard:
                self._line.close()

    def _keep_open(self) -> None:
        if self._line.is_open:
            return
        now = self._clock()
        if self.fault is None:
            self._lose(
                LineError(f"{self._line.port} is gone.", remedy="Is its adapter plugged in?")
            )
        if now < self._retry_at:
            return
        try:
            with self._guard:
                self._line.open()
        except LineError as error:
            self._lose(error)
        else:
            self.fault = None
            if self._told:
                log.warning("the OSDP line at %s is back", self._line.port)
                self._told = False

    def _lose(self, fault: LineError) -> None:
        with self._guard:
            self._line.close()
        self.fault = fault
        self._retry_at = self._clock() + REOPEN_SECONDS
        if not self._told:
            log.warning("the OSDP line is lost: %s", fault)
            self._told = True
