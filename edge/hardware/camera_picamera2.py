"""The Raspberry Pi camera through picamera2, which comes with Raspberry Pi OS.

Imported only when it is chosen: its libcamera bindings exist in no package registry, and only in
a virtual environment that sees the system's packages.
"""

from __future__ import annotations

import importlib
from typing import Any

from edge.errors import CameraError
from edge.hardware.frames import VideoMode

BUFFERS = 4
"""One being exposed, one being read, and two so that a slow moment drops no frame of the sensor."""

CONTINUOUS_AUTOFOCUS = 2
"""libcamera's AfModeContinuous; the Camera Module 3 stays at its last focus without it."""

INSTALL = (
    "Install it with `sudo apt install python3-picamera2`, and make the virtual environment with "
    "--system-site-packages."
)


def load_picamera2() -> Any:
    """Import the library.

    :raises CameraError: if it is not there, or not usable.
    """
    try:
        return importlib.import_module("picamera2")
    except ImportError as error:
        raise CameraError("picamera2 is not installed.", remedy=INSTALL) from error
    except ValueError as error:
        # numpy refuses modules that were built for another numpy with a ValueError.
        raise CameraError(f"picamera2 does not work here: {error}.", remedy=INSTALL) from error


class Picamera2Source:
    """A :class:`~edge.hardware.camera_live.FrameSource` on the first Raspberry Pi camera.

    *library* is the module picamera2.
    """

    def __init__(self, mode: VideoMode, *, library: Any | None = None) -> None:
        self._mode = mode
        self._library = library
        self._camera: Any | None = None

    def open(self) -> None:
        library = self._library if self._library is not None else load_picamera2()
        try:
            camera = self._camera = library.Picamera2()
            camera.configure(
                camera.create_video_configuration(
                    # libcamera names formats by the order in a register: RGB888 is B, G, R in
                    # memory, which is what OpenCV and Ostiary call BGR.
                    main={"format": "RGB888", "size": (self._mode.width, self._mode.height)},
                    buffer_count=BUFFERS,
                    controls={"FrameRate": float(self._mode.fps)},
                )
            )
            if "AfMode" in camera.camera_controls:
                camera.set_controls({"AfMode": CONTINUOUS_AUTOFOCUS})
            camera.start()
        except (RuntimeError, IndexError, OSError) as error:
            # IndexError is picamera2's way to say that there is no camera.
            raise CameraError(
                f"it cannot be started: {error}.",
                remedy="Is its ribbon cable seated, and does `rpicam-hello --list-cameras` show it?",
            ) from error

    def grab(self) -> Any:
        if self._camera is None:
            raise CameraError("it is not open.")
        try:
            with self._camera.captured_request(wait=self._mode.driver_timeout) as request:
                return request.make_array("main")
        except (RuntimeError, OSError) as error:  # a TimeoutError is an OSError
            raise CameraError("it stopped giving frames.") from error

    def close(self) -> None:
        if self._camera is not None:
            self._camera.close()
            self._camera = None
