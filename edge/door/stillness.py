"""Whether anything has moved before a camera since it was last searched; cheap, and never the last word.

Means of blocks are compared with those of the last frame that was searched, not of the last frame:
so what comes slowly adds up. What counts as a change follows the noise of the sensor, within bounds:
a scene that flickers cannot teach the door to overlook people. Who relies on it searches now and then
all the same, whatever it says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.domain import Pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class StillnessPolicy:
    """What counts as a change, in grey levels of a block's mean.

    *least*, *most*: bounds of what a block may differ by; in between it is *noise* times what half
    of the blocks differ by from one frame to the next. *blocks*: how many must differ. *learn*: the
    share of a frame in the estimate of the noise.
    """

    least: float = 2.0
    most: float = 6.0
    noise: float = 6.0
    blocks: int = 3
    learn: float = 0.1


_ACROSS, _DOWN = 40, 30
"""Blocks of a picture: 16 by 16 pixels of one of 640 by 480; the smallest face that a door takes, of
40 pixels, covers six."""

_STEP = 2
"""Of each block every second pixel of every second row is read."""


class Stillness:
    """Compares the frames of one camera; for one thread."""

    def __init__(self, policy: StillnessPolicy | None = None) -> None:
        self._policy = policy or StillnessPolicy()
        self._searched: NDArray[np.float32] | None = None
        self._last: NDArray[np.float32] | None = None
        self._noise = 0.0

    @property
    def tolerance(self) -> float:
        """Grey levels by which a block may differ."""
        return float(
            np.clip(self._policy.noise * self._noise, self._policy.least, self._policy.most)
        )

    def unchanged(self, pixels: Pixels) -> bool:
        """Tell whether the next frame, *pixels*, is like the last one that was searched."""
        blocks = _blocks(pixels)
        last, self._last = self._last, blocks
        if last is not None and last.shape == blocks.shape:
            differs = float(np.median(np.abs(blocks - last)))
            self._noise += self._policy.learn * (differs - self._noise)
        if self._searched is None or self._searched.shape != blocks.shape:
            return False
        changed = np.abs(blocks - self._searched) > self.tolerance
        return int(changed.sum()) < self._policy.blocks

    def searched(self) -> None:
        """Take note that the frame which was compared last is searched."""
        self._searched = self._last

    def forget(self) -> None:
        """Know no frame any more, so that the next one is a change."""
        self._searched = self._last = None


def _blocks(pixels: Pixels) -> NDArray[np.float32]:
    """Return the means of the green channel in blocks, rows first."""
    green = pixels[::_STEP, ::_STEP, 1]
    rows, columns = max(green.shape[0] // _DOWN, 1), max(green.shape[1] // _ACROSS, 1)
    down, across = max(green.shape[0] // rows, 1), max(green.shape[1] // columns, 1)
    whole = green[: down * rows, : across * columns]
    sums = np.add.reduceat(whole, np.arange(0, down * rows, rows), axis=0, dtype=np.uint32)
    sums = np.add.reduceat(sums, np.arange(0, across * columns, columns), axis=1)
    return np.asarray(sums / np.float32(rows * columns), np.float32)
