"""A target in a process of its own, so that what kills a program is found and named as well."""

from __future__ import annotations

import hashlib
import mmap
import os
import resource
import signal
import struct
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from tests.fuzz.mutation import inputs
from tests.fuzz.target import Target, Try, attempt

MOST_ADDRESSES = 6 * 2**30
"""Bytes that the process may map beyond what it has: before the whole machine suffers, the target
does."""

_HEADER = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Finding:
    """An input that was not read as promised; *what* says how, with the trace."""

    target: str
    data: bytes
    what: str

    @property
    def name(self) -> str:
        return f"{self.target}-{hashlib.sha256(self.data).hexdigest()[:16]}"


@dataclass(slots=True)
class Count:
    """How many inputs were tried, and how many bytes the longest had."""

    tried: int = 0
    longest: int = 0


class Board:
    """Memory that a process shares with its parent: how many inputs were tried, and the last."""

    def __init__(self, most: int) -> None:
        self._map = mmap.mmap(-1, 2 * _HEADER.size + most)

    def note(self, tried: int, data: bytes) -> None:
        """Write down what is tried next."""
        start = 2 * _HEADER.size
        self._map[start : start + len(data)] = data
        self._map[:start] = _HEADER.pack(tried) + _HEADER.pack(len(data))

    def last(self) -> tuple[int, bytes]:
        """Return how many were tried, and the last."""
        start = 2 * _HEADER.size
        (tried,), (length,) = _HEADER.unpack(self._map[:8]), _HEADER.unpack(self._map[8:start])
        return tried, bytes(self._map[start : start + length])

    def close(self) -> None:
        self._map.close()


def examples(target: Target, read: Try, count: int, number: int | None, note: Board | None) -> int:
    """Try all seeds of *target* and *count* of what hypothesis makes of them; return how many.

    *number* is the seed of chance; None is always the same chance.

    :raises BaseException: what the smallest bad input raised; it is the last on *note*.
    """
    tried = 0

    def once(data: bytes) -> None:
        nonlocal tried
        tried += 1
        if note is not None:
            note.note(tried, data)
        attempt(target, read, data)

    for each in target.seeds():
        once(each[: target.most_bytes])
    test = given(inputs(target.seeds(), target.words, target.most_bytes))(once)
    test = settings(
        max_examples=max(1, count),
        database=None,
        deadline=None,
        derandomize=number is None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )(test)
    (test if number is None else seed(number)(test))()
    return tried


def watched(target: Target, count: int, number: int | None) -> tuple[int, Finding | None]:
    """Do as :func:`examples` in a process of its own; return how many were tried, and what was bad."""
    board = Board(target.most_bytes)
    with tempfile.TemporaryFile() as told:
        child = os.fork()
        if child == 0:
            os._exit(_child(target, count, number, board, told.fileno()))
        _, status = os.waitpid(child, 0)
        told.seek(0)
        words = told.read().decode(errors="replace")
    tried, data = board.last()
    board.close()
    if status == 0:
        return tried, None
    if os.WIFSIGNALED(status):
        words = f"killed by {signal.Signals(os.WTERMSIG(status)).name}\n{words}"
    return tried, Finding(target.name, data, words)


def _child(target: Target, count: int, number: int | None, board: Board, told: int) -> int:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = _mapped() + MOST_ADDRESSES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        with (
            tempfile.TemporaryDirectory(prefix="ostiary-fuzz-") as folder,
            target.open(Path(folder)) as read,
        ):
            examples(target, read, count, number, board)
    except BaseException:  # noqa: BLE001 - a finding, whatever it is
        os.write(told, traceback.format_exc()[-8000:].encode(errors="replace"))
        return 1
    return 0


def _mapped() -> int:
    """Return the bytes that this process has mapped."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def quietly(work: Callable[[], int]) -> int:
    """Return what *work* does without its words on standard error, which decoders fill."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        return work()
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
