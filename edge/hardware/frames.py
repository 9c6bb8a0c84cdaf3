"""Pixels of any source become frames: three channels, upright, numbered, with both times."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import cv2
import numpy as np

from edge.domain import Frame, Pixels
from edge.errors import CameraError

_TURNS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


PATIENCE = 0.8
"""Share of a camera's timeout after which its driver is told to give up by itself, so that the
thread in it ends in good order before it would have to be abandoned."""


@dataclass(frozen=True, slots=True)
class VideoMode:
    """What is asked of a camera: pixels, frames a second, and seconds that a frame may take."""

    width: int
    height: int
    fps: int
    timeout: float

    @property
    def driver_timeout(self) -> float:
        """Seconds after which the driver should give up."""
        return self.timeout * PATIENCE


def utc_now() -> datetime:
    """Return the wall clock, aware."""
    return datetime.now(UTC)


class FrameMaker:
    """Makes the frames of one camera, turned clockwise by *rotate* degrees (0, 90, 180 or 270)."""

    def __init__(
        self,
        *,
        rotate: int = 0,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        if rotate not in (0, *_TURNS):
            raise ValueError(f"a camera is turned by 0, 90, 180 or 270 degrees, not {rotate}")
        self._turn = _TURNS.get(rotate)
        self._clock = clock
        self._now = now
        # Counting is one step, so that an abandoned thread cannot disturb it.
        self._numbers = itertools.count()

    def make(self, image: Any, *, monotonic: float | None = None) -> Frame:
        """Return the next frame, taken now unless *monotonic* says otherwise.

        :raises CameraError: if *image* is not a picture of 8 bits with one, three or four channels.
        """
        pixels = _bgr(image)
        if self._turn is not None:
            pixels = np.asarray(cv2.rotate(pixels, self._turn), dtype=np.uint8)
        return Frame(
            pixels=pixels,
            at=self._now(),
            monotonic=self._clock() if monotonic is None else monotonic,
            sequence=next(self._numbers),
        )


def _bgr(image: Any) -> Pixels:
    channels = image.shape[2] if getattr(image, "ndim", 0) == 3 else 1
    if (
        not isinstance(image, np.ndarray)
        or image.dtype != np.uint8
        or image.ndim not in (2, 3)
        or image.size == 0
        or channels not in (1, 3, 4)
    ):
        raise CameraError(
            "the camera gave something that is no picture of 8 bits.",
            remedy="Infrared and depth cameras are not supported: choose its colour stream.",
        )
    if channels == 1:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    elif channels == 4:
        image = cv2.cvtColor(image, cv2.COLOR_BGRA2BGR)
    return np.ascontiguousarray(image)
