"""What reads bytes from outside, as one list of targets for whatever engine makes the bytes.

A target takes any bytes. It raises nothing but what its documentation promises, in bounded time and
memory, and asserts by itself whatever else must hold: nothing granted, nothing stored, read as written.
"""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TypeAlias

from edge.errors import OstiaryError

Try: TypeAlias = Callable[[bytes], None]
"""Reads one input."""

MOST_SECONDS = 20.0
"""Of processor time for one input of at most :attr:`Target.most_bytes`: a hundred times what the
slowest good one takes on a shared core, so only what grows without bound gets there."""

MOST_MEMORY = 700 * 2**20
"""Bytes by which one input may raise the peak of the process. Pictures of 50 million pixels are let
in, and take four times 150 MB while they are turned and composed."""


class TooSlowError(BaseException):
    """Error raised when an input takes too long; nobody who catches Exception hides it."""


class TooLargeError(BaseException):
    """Error raised when an input takes too much memory."""


@dataclass(frozen=True, slots=True)
class Target:
    """One way in. *what* is for the documentation, *seeds* makes good inputs.

    *open* takes a folder of its own and gives what reads inputs. *allowed* is what may be raised.
    *words* are what a mutation may put in: names and signs of the format.
    """

    name: str
    what: str
    open: Callable[[Path], AbstractContextManager[Try]]
    seeds: Callable[[], Sequence[bytes]]
    allowed: tuple[type[Exception], ...] = (OstiaryError,)
    words: tuple[bytes, ...] = ()
    most_bytes: int = 1 << 16
    share: float = 1.0
    """Of the examples that others get, for what is slow."""

    def __str__(self) -> str:
        return self.name


def alone(read: Try) -> Callable[[Path], AbstractContextManager[Try]]:
    """Return the *open* of a target that needs nothing but its input."""

    @contextmanager
    def opened(_: Path) -> Iterator[Try]:
        yield read

    return opened


def attempt(target: Target, read: Try, data: bytes) -> None:
    """Let *read* read *data*.

    :raises TooSlowError: if it takes more than :data:`MOST_SECONDS`.
    :raises TooLargeError: if it takes more than :data:`MOST_MEMORY`.
    :raises BaseException: whatever is not allowed.
    """
    before = _peak()
    with _limited(MOST_SECONDS):
        try:
            read(data)
        except target.allowed as error:
            str(error)  # its words are made for somebody, and must not fail either
    if _peak() - before > MOST_MEMORY:
        raise TooLargeError(f"{(_peak() - before) // 2**20} MiB for {len(data)} bytes")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    def end(_number: int, _frame: FrameType | None) -> None:
        raise TooSlowError(f"more than {seconds:g} s of processor time")

    former = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)
