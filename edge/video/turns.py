"""One recognizer for several threads, which come up in the order in which they asked.

A plain lock would be taken again by the thread that has just given it back: an analysis that never
pauses would keep a camera's watcher waiting for seconds.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from edge.domain import Embedding, Face, Pixels


class Networks(Protocol):
    """The part of the recognizer that is shared."""

    def faces(self, pixels: Pixels, *, limit: int = 100) -> tuple[Face, ...]: ...

    def largest(self, pixels: Pixels) -> Face | None: ...

    def follow(self, pixels: Pixels, face: Face) -> Face | None: ...

    def embed(self, pixels: Pixels, face: Face) -> Embedding: ...


class Turns:
    """A lock that is handed on to whoever has waited longest."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and have it."""
        called = threading.Event()
        with self._guard:
            if self._taken:
                self._waiting.append(called)
            else:
                self._taken = True
                called.set()
        called.wait()
        try:
            yield
        finally:
            with self._guard:
                if self._waiting:
                    self._waiting.popleft().set()
                else:
                    self._taken = False


class SharedNetworks:
    """The networks of one recognizer, one user after the other."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks
        self._turns = Turns()

    def faces(self, pixels: Pixels, *, limit: int = 100) -> tuple[Face, ...]:
        with self._turns.turn():
            return self._networks.faces(pixels, limit=limit)

    def largest(self, pixels: Pixels) -> Face | None:
        with self._turns.turn():
            return self._networks.largest(pixels)

    def follow(self, pixels: Pixels, face: Face) -> Face | None:
        with self._turns.turn():
            return self._networks.follow(pixels, face)

    def embed(self, pixels: Pixels, face: Face) -> Embedding:
        with self._turns.turn():
            return self._networks.embed(pixels, face)
