"""Which /dev/video* is a camera; a Raspberry Pi has a dozen that are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.hardware.v4l2 import (
    CAPABILITY,
    DEVICE_CAPS,
    STREAMING,
    VIDEO_CAPTURE,
    VIDEO_M2M,
    VIDIOC_QUERYCAP,
    capture_devices,
    parse_capability,
)

METADATA = 0x00800000


def answer(driver: bytes, of_node: int, *, of_hardware: int = DEVICE_CAPS) -> bytes:
    """Return what the kernel writes for one node."""
    return CAPABILITY.pack(driver, b"A camera", b"usb-1", 0x060C00, of_hardware, of_node, 0, 0, 0)


def test_the_request_is_the_kernels() -> None:
    """_IOR('V', 0, struct v4l2_capability), as linux/videodev2.h has it."""
    assert CAPABILITY.size == 104
    assert VIDIOC_QUERYCAP == 0x80685600


@pytest.mark.parametrize(
    ("driver", "flags", "camera"),
    [
        (b"uvcvideo", VIDEO_CAPTURE | STREAMING, True),
        (b"vivid", VIDEO_CAPTURE | STREAMING, True),
        (b"uvcvideo", METADATA | STREAMING, False),
        (b"uvcvideo", VIDEO_CAPTURE, False),
        (b"bcm2835-codec", VIDEO_M2M | STREAMING, False),
        (b"bcm2835-isp", VIDEO_CAPTURE | STREAMING, False),
        (b"unicam", VIDEO_CAPTURE | STREAMING, False),
        (b"rp1-cfe", VIDEO_CAPTURE | STREAMING, False),
        (b"other", VIDEO_CAPTURE | VIDEO_M2M | STREAMING, False),
    ],
)
def test_only_what_gives_pictures_by_itself_is_a_camera(
    driver: bytes, flags: int, camera: bool
) -> None:
    """Metadata nodes, coders and raw sensors are passed over."""
    assert parse_capability(answer(driver, flags)).gives_pictures is camera


def test_the_node_counts_and_not_the_whole_device() -> None:
    """A webcam's second node shares the hardware's flags; only an old kernel has none of its own."""
    both = VIDEO_CAPTURE | STREAMING

    assert not parse_capability(answer(b"u", METADATA, of_hardware=both | DEVICE_CAPS)).flags & both
    assert parse_capability(answer(b"u", 0, of_hardware=both)).gives_pictures


def test_what_is_no_video_device_is_no_camera(tmp_path: Path) -> None:
    """A file, a folder and a name without a number are passed over without an error."""
    (tmp_path / "video0").write_text("a file")
    (tmp_path / "video1").mkdir()
    (tmp_path / "videos").write_text("another")

    assert capture_devices(tmp_path) == ()
