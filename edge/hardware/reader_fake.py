"""A reader that nobody holds a badge to: for trying Ostiary out and for tests, by name alone.

What is shown comes as lines, ``badge 4711`` or ``pin 1234``; ``lost`` and ``back`` play a cable
that is pulled. They come from the methods of :class:`FakeReader`, or from a named pipe:
``echo badge 4711 > FILE``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from edge.domain import Shown, ShownKind, Signal
from edge.errors import ReaderError
from edge.hardware.command_pipe import CommandPipe
from edge.hardware.wakeup import Wakeup

log = logging.getLogger(__name__)

_KINDS = frozenset(kind.value for kind in ShownKind)

LONGEST_VALUE = 64
"""Characters of a badge's number that the collection can store (`badge_number_form`)."""


class FakeReader:
    """Returns what it is told to have read, and keeps every signal in *history*.

    :raises ReaderError: if *pipe* cannot be made, or is something other than a named pipe.
    """

    def __init__(
        self,
        *,
        name: str = "fake reader",
        pipe: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.history: list[Signal] = []
        self._name = name
        self._clock = clock
        self._guard = threading.Lock()
        self._waiting: deque[Shown] = deque()
        self._lost = False
        self._closed = False
        self._pipe = CommandPipe(pipe, whose=name, setting="reader.pipe", refusal=ReaderError)
        self._wakeup = Wakeup()

    @property
    def name(self) -> str:
        return self._name

    @property
    def shown(self) -> Signal:
        """What its lights show at the moment."""
        return self.history[-1] if self.history else Signal.OFF

    def show(self, kind: ShownKind, value: str) -> None:
        """Hold a badge to it, or type a PIN; from any thread.

        :raises ReaderError: if it is closed.
        """
        self._tell(f"{kind} {value}")

    def lose(self) -> None:
        """Pull its cable: what follows is lost, too, until :meth:`restore`."""
        self._tell("lost")

    def restore(self) -> None:
        """Plug it in again."""
        self._tell("back")

    def read(self, timeout: float) -> Shown | None:
        with self._guard:
            deadline = self._clock() + timeout
            while not self._closed and not self._waiting:
                left = deadline - self._clock()
                ready, _ = self._wakeup.wait(left, self._pipe.descriptor)
                for line in self._pipe.lines() if ready else ():
                    self._obey(line)
                if not ready and self._clock() >= deadline:
                    break
            if self._closed:
                raise ReaderError(f"the {self._name} is closed; it reads no more.")
            if self._waiting:
                return self._waiting.popleft()
            if self._lost:
                raise ReaderError(
                    f"the {self._name} is lost, as it was told.", remedy="Tell it that it is back."
                )
            return None

    def signal(self, signal: Signal) -> None:
        self.history.append(signal)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._wakeup.wake()
        with self._guard:
            self._pipe.close()
            self._wakeup.close()

    def _tell(self, line: str) -> None:
        if self._closed:
            raise ReaderError(f"the {self._name} is closed; it reads no more.")
        self._pipe.write(line)

    def _obey(self, line: str) -> None:
        kind, _, value = line.partition(" ")
        value = value.strip()
        if line in ("lost", "back"):
            self._lost = line == "lost"
        elif self._lost:
            return
        elif kind in _KINDS and _can_be_shown(ShownKind(kind), value):
            self._waiting.append(
                Shown(ShownKind(kind), value, self._name, datetime.now(UTC), self._clock())
            )
        elif line:
            # The line itself may be a PIN that was mistyped.
            log.warning('the %s understands "badge NUMBER" and "pin DIGITS" only', self._name)


def _can_be_shown(kind: ShownKind, value: str) -> bool:
    """Tell whether a reader could give *value*."""
    if kind is ShownKind.PIN and not (value.isascii() and value.isdecimal()):
        return False
    return 0 < len(value) <= LONGEST_VALUE and value.isprintable()
