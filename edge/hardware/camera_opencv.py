"""USB cameras (V4L2) and network cameras (RTSP, HTTP MJPEG) through OpenCV."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cv2

from edge.errors import CameraError
from edge.hardware.address import is_address
from edge.hardware.frames import VideoMode

RAW_PIXELS = 640 * 480
"""Up to here USB carries raw pictures at full rate; larger ones are asked for as JPEG."""


class OpenCVSource:
    """A :class:`~edge.hardware.camera_live.FrameSource` on a device or an address.

    *source* is ``/dev/video0``, the number of such a device, or an address.
    """

    def __init__(self, source: str, mode: VideoMode) -> None:
        self._source = source
        self._mode = mode
        self._capture: cv2.VideoCapture | None = None

    def open(self) -> None:
        if is_address(self._source):
            self._capture = self._open_address()
        else:
            self._capture = self._open_device(device_path(self._source))

    def grab(self) -> Any:
        if self._capture is None:
            raise CameraError("it is not open.")
        there, image = self._capture.read()
        if not there:
            raise CameraError("it stopped giving frames.")
        return image

    def close(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _open_address(self) -> cv2.VideoCapture:
        # FFmpeg carries RTSP over TCP where the camera lets it: OpenCV asks for that first. Over
        # UDP lost packets smear faces.
        milliseconds = int(self._mode.driver_timeout * 1000)
        capture = cv2.VideoCapture(
            self._source,
            cv2.CAP_FFMPEG,
            [
                cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
                milliseconds,
                cv2.CAP_PROP_READ_TIMEOUT_MSEC,
                milliseconds,
            ],
        )
        if not capture.isOpened():
            raise CameraError(
                "it does not answer with a video.",
                remedy="Check its address, user and password, and that it is switched on.",
            )
        return capture

    def _open_device(self, path: Path) -> cv2.VideoCapture:
        _check_device(path)
        capture = cv2.VideoCapture(str(path), cv2.CAP_V4L2)
        if not capture.isOpened():
            raise CameraError(
                f"{path} cannot be opened as a camera.",
                remedy="Another program may hold it, or it may be no capture device.",
            )
        if self._mode.width * self._mode.height > RAW_PIXELS:
            # The coding must be set before the size: without it the driver refuses the size.
            capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._mode.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._mode.height)
        capture.set(cv2.CAP_PROP_FPS, self._mode.fps)
        return capture


def device_path(source: str) -> Path:
    """Return the device that *source* names by its path or its number."""
    return Path(f"/dev/video{source}") if source.isdecimal() else Path(source)


def _check_device(path: Path) -> None:
    if not path.exists():
        raise CameraError(f"there is no {path}.", remedy="Is the camera plugged in?")
    if not os.access(path, os.R_OK | os.W_OK):
        raise CameraError(
            f"{path} may not be used by this user.",
            remedy="Add the user to the group video and sign in anew.",
        )
