"""Does the camera of the door give pictures."""

from __future__ import annotations

import time

from edge.core import Core
from edge.errors import CameraError
from edge.hardware.choose import open_camera
from edge.health import Finding, Health

CAMERA_SECONDS = 10.0
"""A camera on a USB bus that sleeps takes several seconds to its first frame."""


def look_at_camera(core: Core) -> Finding:
    """Take one frame.

    :raises CameraError: if there is none.
    """
    camera = open_camera(core.settings.camera)
    try:
        until = time.monotonic() + CAMERA_SECONDS
        while time.monotonic() < until:
            try:
                frame = camera.read(1.0)
            except CameraError:
                continue
            if frame is not None:
                size = f"{frame.width}×{frame.height}"
                return Finding("camera", Health.WELL, f"{camera.name}, {size} pixels")
        raise CameraError(
            f"{camera.name} gave no frame in {CAMERA_SECONDS:.0f} s",
            remedy="Is the cable seated, and no other program using it?",
        )
    finally:
        camera.close()
