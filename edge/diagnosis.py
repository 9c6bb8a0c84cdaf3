"""What ``ostiary doctor`` looks at: all of :mod:`edge.health`, and the devices of the door."""

from __future__ import annotations

import time

from edge import health
from edge.core import Core
from edge.errors import CameraError
from edge.hardware.choose import open_camera, open_lock
from edge.health import Check, Finding, Health

CAMERA_SECONDS = 10.0
"""A camera on a USB bus that sleeps takes several seconds to its first frame."""


def _camera(core: Core) -> Finding:
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


def _lock(core: Core) -> Finding:
    settings = core.settings.lock
    lock = open_lock(settings)
    try:
        lock.secure()
    finally:
        lock.close()
    if settings.kind == "fake":
        return Finding(
            "lock",
            Health.NOTICE,
            "the fake lock drives nothing",
            'Set lock.kind = "gpio" where a door hangs on it.',
        )
    return Finding("lock", Health.WELL, f"{settings.chip} line {settings.line} secured")


CHECKS: tuple[Check, ...] = (
    *health.CHECKS,
    Check("camera", _camera),
    Check("lock", _lock),
)
