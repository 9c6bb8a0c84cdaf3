"""How long finding a face, following and embedding it take: a recognizer between door and recognizer."""

from __future__ import annotations

from typing import Protocol

from prometheus_client import Histogram

from edge.domain import Embedding, Face, Pixels


class Reads(Protocol):
    """The part of the recognizer that is timed."""

    def largest(self, pixels: Pixels) -> Face | None: ...

    def follow(self, pixels: Pixels, face: Face) -> Face | None: ...

    def embed(self, pixels: Pixels, face: Face) -> Embedding: ...


class TimedReader:
    """Does what *reader* does, and tells *stages* how long it took."""

    def __init__(self, reader: Reads, stages: Histogram) -> None:
        self._reader = reader
        self._find = stages.labels(stage="find")
        self._follow = stages.labels(stage="follow")
        self._embed = stages.labels(stage="embed")

    def largest(self, pixels: Pixels) -> Face | None:
        with self._find.time():
            return self._reader.largest(pixels)

    def follow(self, pixels: Pixels, face: Face) -> Face | None:
        with self._follow.time():
            return self._reader.follow(pixels, face)

    def embed(self, pixels: Pixels, face: Face) -> Embedding:
        with self._embed.time():
            return self._reader.embed(pixels, face)
