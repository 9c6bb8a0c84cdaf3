"""Which of the devices in /dev gives pictures: many /dev/video* are coders or raw sensors.

Structure and numbers are those of ``linux/videodev2.h``.
"""

from __future__ import annotations

import fcntl
import os
import struct
from dataclasses import dataclass
from pathlib import Path

CAPABILITY = struct.Struct("16s32s32sIII3I")
"""``struct v4l2_capability``: driver, card, bus, version, capabilities, device_caps, reserved."""

VIDIOC_QUERYCAP = 0x80000000 | CAPABILITY.size << 16 | ord("V") << 8
"""``_IOR('V', 0, struct v4l2_capability)``."""

VIDEO_CAPTURE = 0x00000001
VIDEO_M2M = 0x00008000
VIDEO_M2M_MPLANE = 0x00004000
STREAMING = 0x04000000
DEVICE_CAPS = 0x80000000

WITHOUT_PICTURES = frozenset(
    {"bcm2835-codec", "bcm2835-isp", "rp1-cfe", "pispbe", "rpi-hevc-dec", "rpivid", "unicam"}
)
"""Drivers of the Raspberry Pi whose nodes say that they capture, but need libcamera around them."""


@dataclass(frozen=True, slots=True)
class Capability:
    """What a device says of itself."""

    driver: str
    card: str
    flags: int

    @property
    def gives_pictures(self) -> bool:
        """Whether this is a camera that can be read by itself."""
        wanted = VIDEO_CAPTURE | STREAMING
        return (
            self.flags & wanted == wanted
            and not self.flags & (VIDEO_M2M | VIDEO_M2M_MPLANE)
            and self.driver not in WITHOUT_PICTURES
        )


def parse_capability(answer: bytes) -> Capability:
    """Return what a ``struct v4l2_capability`` says."""
    driver, card, _, _, of_hardware, of_node, *_ = CAPABILITY.unpack(answer)
    flags = of_node if of_hardware & DEVICE_CAPS else of_hardware
    return Capability(_text(driver), _text(card), flags)


def capture_devices(folder: Path = Path("/dev")) -> tuple[Path, ...]:
    """Return the cameras that can be read by themselves, in the order of their numbers."""
    nodes = [path for path in folder.glob("video*") if path.name[5:].isdecimal()]
    return tuple(
        path for path in sorted(nodes, key=lambda path: int(path.name[5:])) if _is_camera(path)
    )


def _is_camera(path: Path) -> bool:
    try:
        device = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False  # not for this user, or gone meanwhile
    try:
        answer = fcntl.ioctl(device, VIDIOC_QUERYCAP, bytes(CAPABILITY.size))
    except OSError:
        return False  # no video device at all
    finally:
        os.close(device)
    return parse_capability(answer).gives_pictures


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode(errors="replace")
