"""A video file as a camera: every frame of it, in order, none twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import cv2

from edge.domain import Frame
from edge.errors import CameraError, EndOfFootageError
from edge.hardware.frames import FrameMaker, utc_now

USUAL_FPS = 25.0
"""Taken for files that do not say their rate, or say one that no camera has."""

FASTEST_FPS = 1000.0


class FileCamera:
    """Plays *path* once, then raises :exc:`~edge.errors.EndOfFootageError`.

    The frames' monotonic clock is the footage's own: durations between frames are those of the
    scene, however fast the file is played. *paced* plays it as fast as it was filmed.

    :raises CameraError: if the file cannot be read as a video.
    """

    def __init__(
        self,
        path: Path,
        *,
        paced: bool = False,
        rotate: int = 0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._path = path
        self._paced = paced
        self._clock = clock
        self._sleep = sleep
        self._frames = FrameMaker(rotate=rotate, clock=clock, now=now)
        self._capture = _open(path)
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self._interval = 1 / (fps if 0 < fps <= FASTEST_FPS else USUAL_FPS)
        self._began = clock()
        self._played = 0

    @property
    def name(self) -> str:
        return str(self._path)

    def read(self, timeout: float) -> Frame | None:
        """Return the next frame, or None if it is not yet due; see :class:`edge.hardware.Camera`."""
        due = self._began + self._played * self._interval
        if self._paced:
            wait = due - self._clock()
            self._sleep(max(0.0, min(wait, timeout)))
            if wait > timeout:
                return None
        there, image = self._capture.read()
        if not there:
            raise self._end()
        self._played += 1
        return self._frames.make(image, monotonic=due)

    def close(self) -> None:
        self._capture.release()

    def _end(self) -> CameraError:
        if self._played == 0:
            return CameraError(f"no frame of {self._path} can be decoded.", remedy=REMEDY)
        return EndOfFootageError(f"{self._path} has ended after {self._played} frames.")


REMEDY = "Play it with another program; convert it with `ffmpeg -i FILE -c:v libx264 NEW.mp4`."


def _open(path: Path) -> cv2.VideoCapture:
    if not path.is_file():
        raise CameraError(f"there is no video file {path}.", remedy="Check the name.")
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise CameraError(f"{path} cannot be read as a video.", remedy=REMEDY)
    return capture
