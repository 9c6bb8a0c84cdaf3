"""The door's sign of life and its figures, as files in memory: the door itself listens on nothing.

Both are replaced in one step and hold no personal data. ``door.prom`` can be read by Prometheus'
node exporter (textfile collector) as it is.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from prometheus_client import CollectorRegistry

from edge.live import LiveFolder
from edge.metrics.exposition import text_of
from edge.portal import DoorCondition

log = logging.getLogger(__name__)

BEAT = "heartbeat.json"
FIGURES = "door.prom"

BEAT_SECONDS = 1.0
FIGURES_SECONDS = 5.0

ALIVE_SECONDS = 30.0
"""Without a sign of life for so long a door counts as dead; systemd kills it then, too."""

RETRY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Beat:
    """That the *door*'s loop turns, what keeps it from looking (the kind of error), and its lock."""

    door: str
    fault: str | None
    released: bool
    owed: int

    def to_bytes(self) -> bytes:
        """Return what :meth:`from_bytes` reads."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Beat:
        """Return the sign of life that :meth:`to_bytes` wrote.

        :raises ValueError: if it did not.
        """
        try:
            return cls(**json.loads(content))
        except TypeError as error:
            raise ValueError("this is no sign of life") from error


class HeartbeatSign:
    """A sign of the door that writes its life and the figures of *registry* into *folder*."""

    def __init__(
        self,
        folder: LiveFolder,
        registry: CollectorRegistry,
        *,
        door: str,
        owed: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._registry = registry
        self._door = door
        self._owed = owed
        self._clock = clock
        self._beat_at = self._figures_at = float("-inf")
        self._told: Beat | None = None
        self._failed = False

    def turned(self, condition: DoorCondition, *, fault: str | None) -> None:
        """Write what is due."""
        now = self._clock()
        beat = Beat(self._door, fault, condition.released, self._owed())
        if now >= self._beat_at or (beat != self._told and not self._failed):
            self._told = beat
            self._beat_at = now + BEAT_SECONDS
            self._write(BEAT, beat.to_bytes(), now)
        if now >= self._figures_at:
            self._figures_at = now + FIGURES_SECONDS
            self._write(FIGURES, text_of(self._registry), now)

    def close(self) -> None:
        """Take both away: a door that has ended is not alive."""
        for name in (BEAT, FIGURES):
            self._folder.remove(name)

    def _write(self, name: str, content: bytes, now: float) -> None:
        try:
            self._folder.write(name, content)
        except OSError as error:
            self._beat_at = self._figures_at = now + RETRY_SECONDS
            if not self._failed:
                log.warning("the door's figures cannot be written: %s", error.strerror)
            self._failed = True
        else:
            if self._failed and name == FIGURES:
                log.warning("the door's figures are written again")
                self._failed = False


def beat_in(folder: LiveFolder) -> Beat | None:
    """Return the newest sign of life in *folder*, or None if the door gives none."""
    content = folder.read(BEAT, within=ALIVE_SECONDS)
    try:
        return None if content is None else Beat.from_bytes(content)
    except ValueError:
        return None


def figures_in(folder: LiveFolder) -> bytes | None:
    """Return the door's newest figures in *folder*, or None if the door gives none."""
    return folder.read(FIGURES, within=ALIVE_SECONDS)
