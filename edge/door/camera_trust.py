"""Whether the camera's pictures can be what stands before it now; pure but for what it remembers.

No sensor gives the same picture twice: its noise alone differs. So a feed that repeats itself is
stuck, or is played by somebody who sits on the cable. Pictures are compared by a difference hash
(which of two neighbouring blocks is brighter), which compression does not change.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from edge.domain import Frame, Pixels


class Distrust(StrEnum):
    """Why a feed is not believed."""

    FROZEN = "frozen"
    LOOPED = "looped"
    RESIZED = "resized"
    EXPOSURE = "exposure"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicy:
    """When a feed is not believed. Durations in seconds.

    *frozen*: the same picture, to the last bit, for so long; a video stream may repeat one for a
    moment when nothing moves. *looped*: so many frames in a row that came in the same order before,
    while they changed among themselves. *alike*: bits of 240 in which two pictures that count as one
    may differ, as compressing one anew makes them; *moved*: bits in which one that shows a movement
    differs from that ten frames before, more than noise makes. *remembered*: frames that are compared. *jump*: grey levels by which the mean light
    of two frames may differ. *settle*: how long a feed must behave after a jump.
    """

    frozen: float = 2.0
    looped: int = 20
    alike: int = 4
    moved: int = 12
    remembered: int = 600
    jump: float = 60.0
    settle: float = 1.0


_LATER = 10
"""Frames after which a movement is seen even by a coarse hash: of a man who talks in a car, frames
in a row differ in 7 bits in the median, compressing one anew as JPEG changes 3, and noise none."""


class CameraTrust:
    """Watches the frames of one camera, each once and in order."""

    def __init__(self, policy: TrustPolicy | None = None) -> None:
        self._policy = policy or TrustPolicy()
        self._size: tuple[int, int] | None = None
        self._jumped: tuple[float, Distrust] | None = None
        self._light: float | None = None
        self._fingerprint: int | None = None
        self._fresh_at = 0.0
        self._hashes = np.zeros((0, 30), np.uint8)
        self._runs = np.zeros(0, np.int64)
        self._changes: tuple[bool, ...] = ()

    def look(self, frame: Frame) -> Distrust | None:
        """Return why *frame* and those before it are not believed, or None."""
        now, policy = frame.monotonic, self._policy
        size = (frame.width, frame.height)
        if self._size is not None and size != self._size:
            self._light = self._fingerprint = None
            self._jumped = (now, Distrust.RESIZED)
        self._size = size
        blocks = _blocks(frame.pixels)
        light = float(blocks.mean())
        if self._light is not None and abs(light - self._light) > policy.jump:
            self._jumped = (now, Distrust.EXPOSURE)
        self._light = light
        fingerprint = hash(frame.pixels[::4, ::4].tobytes())
        if fingerprint != self._fingerprint:
            self._fingerprint, self._fresh_at = fingerprint, now
        looped = self._repeats(blocks)
        if now - self._fresh_at >= policy.frozen:
            return Distrust.FROZEN
        if looped:
            return Distrust.LOOPED
        if self._jumped is not None and now - self._jumped[0] < policy.settle:
            return self._jumped[1]
        return None

    def _repeats(self, blocks: NDArray[np.float64]) -> bool:
        """Tell whether the last frames came in this order before.

        Entry *n* of the hashes is the frame *n* + 1 ago, of the runs how many frames in a row were
        like those *n* + 1 before them.
        """
        policy = self._policy
        own = np.packbits(blocks[:, 1:] > blocks[:, :-1])
        apart = np.bitwise_count(self._hashes ^ own).sum(axis=1)
        alike = apart <= policy.alike
        runs = np.zeros(len(alike), np.int64)
        runs[: len(self._runs)] = self._runs[: len(alike)]
        self._runs = np.where(alike, runs + 1, 0)
        changed = len(apart) >= _LATER and bool(apart[_LATER - 1] > policy.moved)
        self._changes = (*self._changes, changed)[-policy.looped :]
        self._hashes = np.concatenate([own[None], self._hashes])[: policy.remembered]
        # A picture in which nothing moves is like every other; that is frozen, or night.
        moving = sum(self._changes) * 2 >= policy.looped
        return moving and bool((self._runs[1:] >= policy.looped).any())


def _blocks(pixels: Pixels) -> NDArray[np.float64]:
    """Return the mean of the green channel in 16 by 16 blocks."""
    rows, columns = (max(side // 16, 1) for side in pixels.shape[:2])
    green = pixels[: rows * 16, : columns * 16, 1]
    if green.shape != (rows * 16, columns * 16):
        return np.full((16, 16), float(green.mean()) if green.size else 0.0)
    return np.asarray(green.reshape(16, rows, 16, columns).mean(axis=(1, 3)), np.float64)
