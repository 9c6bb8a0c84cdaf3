"""A reader that nobody holds a badge to: for trying Ostiary out and for tests, by name alone.

What is shown comes as lines, ``badge 4711`` or ``pin 1234``: from :meth:`FakeReader.show`, or from
a named pipe that anybody who may write to it can use: ``echo badge 4711 > FILE``. ``lost`` and
``back`` play a cable that is pulled. Both ways go through one pipe, so a test tries what a person
tries.
"""

from __future__ import annotations

import logging
import os
import select
import stat
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from edge.domain import Shown, ShownKind, Signal
from edge.errors import ReaderError

log = logging.getLogger(__name__)

LONGEST_LINE = 100
"""Characters. A badge's number has at most 64 (`badge_number_form` of the collection)."""

_KINDS = frozenset(kind.value for kind in ShownKind)


class FakeReader:
    """Returns what it is told to have read, and keeps every signal in *history*.

    *pipe* is made if it does not exist, for this user alone.

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
        self._rest = b""
        self._lost = False
        self._closed = False
        self._ends = _anonymous() if pipe is None else _named(pipe)

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
        self._write(f"{kind} {value}")

    def lose(self) -> None:
        """Pull its cable: what follows is lost, too, until :meth:`restore`."""
        self._write("lost")

    def restore(self) -> None:
        """Plug it in again."""
        self._write("back")

    def read(self, timeout: float) -> Shown | None:
        with self._guard:
            deadline = self._clock() + timeout
            while not self._waiting:
                left = max(deadline - self._clock(), 0.0)
                self._must_be_open()
                if not select.select([self._ends[0]], [], [], left)[0]:
                    break
                self._take(os.read(self._ends[0], 4096))
            self._must_be_open()
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
        os.write(self._ends[1], b"\n")  # wakes a read that waits
        with self._guard:
            for end in set(self._ends):
                os.close(end)

    def _write(self, line: str) -> None:
        self._must_be_open()
        # One write of less than PIPE_BUF is one piece, whoever else writes: pipe(7).
        os.write(self._ends[1], f"{line}\n".encode())

    def _must_be_open(self) -> None:
        if self._closed:
            raise ReaderError(f"the {self._name} is closed; it reads no more.")

    def _take(self, piece: bytes) -> None:
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            self._obey(line[: LONGEST_LINE + 1].decode(errors="replace").strip())
        self._rest = self._rest[: LONGEST_LINE + 1]

    def _obey(self, line: str) -> None:
        kind, _, value = line.partition(" ")
        value = value.strip()
        if line in ("lost", "back"):
            self._lost = line == "lost"
        elif self._lost:
            return
        elif kind in _KINDS and value and len(line) <= LONGEST_LINE:
            self._waiting.append(
                Shown(ShownKind(kind), value, self._name, datetime.now(UTC), self._clock())
            )
        elif line:
            # The line itself may be a PIN that was mistyped.
            log.warning('The %s understands "badge NUMBER" and "pin DIGITS" only.', self._name)


def _anonymous() -> tuple[int, int]:
    return os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)


def _named(pipe: Path) -> tuple[int, int]:
    """Open the named pipe for both directions: it has no end when a writer leaves."""
    try:
        if not pipe.exists():
            os.mkfifo(pipe, 0o600)
        end = os.open(pipe, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise ReaderError(
            f"the fake reader's pipe {pipe} cannot be had: {error.strerror}.",
            remedy="Set reader.pipe to a place that this user may write to.",
        ) from error
    if not stat.S_ISFIFO(os.fstat(end).st_mode):
        os.close(end)
        raise ReaderError(
            f"{pipe} is no named pipe.", remedy="Remove it, or set reader.pipe to another place."
        )
    return end, end
