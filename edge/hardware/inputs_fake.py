"""Contacts and buttons that are not there: for trying Ostiary out and for tests, by name alone.

What happens to them comes as lines: ``contact on``, ``rex off``, ``fire lost``, ``fire back``; from
the methods of :class:`FakeInputs`, or from a named pipe: ``echo contact on > FILE``. On is active:
the door is open, the exit is asked for, the housing is open, there is a fire.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from edge.errors import InputError
from edge.hardware import InputEdge, InputName
from edge.hardware.command_pipe import CommandPipe
from edge.hardware.levels import Levels
from edge.hardware.wakeup import Wakeup

log = logging.getLogger(__name__)

_INPUTS = {name.value: name for name in InputName}
_ACTIVE = {"on": True, "off": False}


class FakeInputs:
    """Tells of *wired* what it is told; none is active at the beginning.

    :raises InputError: if *pipe* cannot be made, or is something other than a named pipe.
    """

    def __init__(
        self,
        wired: Iterable[InputName] = InputName,
        *,
        pipe: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._contacts = dict.fromkeys(wired, False)
        self._lost: set[InputName] = set()
        self._levels = Levels(self._contacts)
        for name in self._contacts:
            self._levels.read(name, active=False, monotonic=clock())
        self._guard = threading.Lock()
        self._closed = False
        self._pipe = CommandPipe(
            pipe, whose="fake inputs", setting="inputs.pipe", refusal=InputError
        )
        self._wakeup = Wakeup()

    def set(self, name: InputName, *, active: bool) -> None:
        """Open or close a contact, press or let go of a button; from any thread."""
        self._pipe.write(f"{name} {'on' if active else 'off'}")

    def lose(self, name: InputName) -> None:
        """Break *name*: it cannot be read until :meth:`restore`."""
        self._pipe.write(f"{name} lost")

    def restore(self, name: InputName) -> None:
        """Mend *name*, which is then as it was set last."""
        self._pipe.write(f"{name} back")

    def levels(self) -> Mapping[InputName, bool | None]:
        return self._levels.now()

    def wait(self, timeout: float) -> tuple[InputEdge, ...]:
        with self._guard:
            deadline = self._clock() + timeout
            while True:
                if self._closed:
                    raise InputError("the fake inputs are closed; they tell nothing more.")
                left = deadline - self._clock()
                _, woken = self._wakeup.wait(left, self._pipe.descriptor)
                before = self._levels.now()
                edges = tuple(edge for line in self._pipe.lines() for edge in self._obey(line))
                if edges or woken or left <= 0 or self._levels.now() != before:
                    return edges

    def wake(self) -> None:
        self._wakeup.wake()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._wakeup.wake()
        with self._guard:
            self._wakeup.close()
            self._pipe.close()

    def _obey(self, line: str) -> tuple[InputEdge, ...]:
        word, _, what = line.partition(" ")
        name, what = _INPUTS.get(word), what.strip()
        if name not in self._contacts or what not in ("on", "off", "lost", "back"):
            if line:
                known = ", ".join(self._contacts)
                log.warning('The fake inputs (%s) know "on", "off", "lost" and "back".', known)
            return ()
        if what == "lost":
            self._lost.add(name)
            self._levels.lose(name)
            return ()
        if what == "back":
            self._lost.discard(name)
        else:
            self._contacts[name] = _ACTIVE[what]
        if name in self._lost:
            return ()
        return self._levels.read(name, self._contacts[name], self._clock())
