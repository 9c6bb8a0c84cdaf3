"""A folder of pictures as a camera, each picture a frame, in the order of their names."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import cv2

from edge.domain import Frame
from edge.errors import CameraError, EndOfFootageError
from edge.hardware.frames import FrameMaker, utc_now
from edge.logs.personal import Personal

log = logging.getLogger(__name__)

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})


class FolderCamera:
    """Shows the pictures of *folder* once, then raises :exc:`~edge.errors.EndOfFootageError`.

    What cannot be read as a picture is skipped, with one line in the log. The frames' monotonic
    clock has them *interval* seconds apart, however fast they are read.

    :raises CameraError: if the folder cannot be listed or holds no picture.
    """

    def __init__(
        self,
        folder: Path,
        *,
        interval: float = 0.1,
        rotate: int = 0,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._folder = folder
        self._interval = interval
        self._frames = FrameMaker(rotate=rotate, clock=clock, now=now)
        self._due = clock()
        self._shown = 0
        self._pictures = iter(_pictures(folder))

    @property
    def name(self) -> str:
        return str(self._folder)

    def read(self, timeout: float) -> Frame | None:  # noqa: ARG002 - a picture is there at once
        """Return the next picture as a frame; see :class:`edge.hardware.Camera`."""
        for path in self._pictures:
            image = cv2.imread(str(path), cv2.IMREAD_COLOR)
            if image is None:
                log.warning(
                    "not a picture that can be read, skipped: %s", Personal(path.name, "file")
                )
                continue
            frame = self._frames.make(image, monotonic=self._due)
            self._due += self._interval
            self._shown += 1
            return frame
        if self._shown == 0:
            raise CameraError(f"none of the pictures in {self._folder} can be read.")
        raise EndOfFootageError(f"{self._folder} has ended after {self._shown} pictures.")

    def close(self) -> None:
        self._pictures = iter(())


def _pictures(folder: Path) -> tuple[Path, ...]:
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise CameraError(f"the folder {folder} cannot be listed: {error.strerror}.") from error
    if not files:
        raise CameraError(
            f"there is no picture in {folder}.", remedy=f"Known are {', '.join(sorted(SUFFIXES))}."
        )
    return tuple(files)
