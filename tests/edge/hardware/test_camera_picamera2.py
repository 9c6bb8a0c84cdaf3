"""The calls to picamera2, against a double: its real bindings need a Raspberry Pi.

The double has the signatures of picamera2's own source; that the real library takes these calls
is not shown here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from edge.domain import Pixels
from edge.errors import CameraError
from edge.hardware.camera_picamera2 import Picamera2Source, load_picamera2
from edge.hardware.choose import discover_camera
from edge.hardware.frames import VideoMode

MODE = VideoMode(width=640, height=480, fps=15, timeout=5.0)


class Picamera2:
    """Notes what it is told."""

    autofocus = True
    broken: Exception | None = None

    def __init__(self) -> None:
        if self.broken is not None:
            raise self.broken
        self.camera_controls = {"AfMode": (0, 2, 0)} if self.autofocus else {}
        self.calls: list[Any] = []
        self.open_requests = 0

    @staticmethod
    def global_camera_info() -> list[dict[str, Any]]:
        return [{"Model": "imx708", "Num": 0}]

    def create_video_configuration(
        self, main: dict[str, Any], buffer_count: int, controls: dict[str, Any]
    ) -> dict[str, Any]:
        return {"main": main, "buffer_count": buffer_count, "controls": controls}

    def configure(self, camera_config: dict[str, Any]) -> None:
        self.calls.append(camera_config)

    def set_controls(self, controls: dict[str, Any]) -> None:
        self.calls.append(controls)

    def start(self) -> None:
        self.calls.append("start")

    @contextmanager
    def captured_request(self, wait: float | None = None) -> Iterator[Any]:
        self.calls.append(("wait", wait))
        self.open_requests += 1
        try:
            yield self
        finally:
            self.open_requests -= 1

    def make_array(self, name: str) -> Pixels:
        assert name == "main"
        return np.zeros((480, 640, 3), np.uint8)

    def close(self) -> None:
        self.calls.append("close")


def source_on(kind: type[Picamera2]) -> Picamera2Source:
    """Return a source on a library with that camera."""
    return Picamera2Source(MODE, library=SimpleNamespace(Picamera2=kind))


def test_the_camera_is_asked_for_what_opencv_calls_bgr() -> None:
    """RGB888 is libcamera's name for it; autofocus runs, and the driver gives up before we do."""
    source = source_on(Picamera2)

    source.open()
    image = source.grab()
    camera = source._camera
    source.close()
    source.close()

    assert image.shape == (480, 640, 3)
    assert camera is not None
    assert camera.open_requests == 0
    assert camera.calls == [
        {
            "main": {"format": "RGB888", "size": (640, 480)},
            "buffer_count": 4,
            "controls": {"FrameRate": 15.0},
        },
        {"AfMode": 2},
        "start",
        ("wait", 4.0),
        "close",
    ]


def test_a_camera_without_autofocus_is_not_asked_for_it() -> None:
    """Older cameras refuse a control that they do not have."""

    class Fixed(Picamera2):
        autofocus = False

    source = source_on(Fixed)
    source.open()

    assert source._camera is not None
    assert {"AfMode": 2} not in source._camera.calls


@pytest.mark.parametrize("fault", [IndexError("list index out of range"), RuntimeError("busy")])
def test_a_missing_or_busy_camera_is_explained(fault: Exception) -> None:
    """picamera2 says IndexError where there is no camera; we say where to look."""

    class Broken(Picamera2):
        broken = fault

    source = source_on(Broken)

    with pytest.raises(CameraError, match="ribbon cable"):
        source.open()
    source.close()


def test_a_camera_that_gives_nothing_more_is_an_error() -> None:
    """picamera2's timeout becomes an error of the camera, and the source can still be closed."""

    class Silent(Picamera2):
        def make_array(self, name: str) -> Pixels:
            raise TimeoutError

    source = source_on(Silent)
    source.open()

    with pytest.raises(CameraError, match="stopped giving frames"):
        source.grab()
    source.close()
    with pytest.raises(CameraError, match="not open"):
        source.grab()


def test_where_picamera2_is_missing_the_error_says_how_it_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It comes with the system, not from a package registry."""
    monkeypatch.setitem(sys.modules, "picamera2", None)

    with pytest.raises(CameraError, match="apt install python3-picamera2"):
        load_picamera2()


def test_the_camera_of_the_raspberry_pi_is_discovered_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where libcamera knows a camera, that is the one."""
    monkeypatch.setitem(sys.modules, "picamera2", SimpleNamespace(Picamera2=Picamera2))

    assert discover_camera() == "picamera2"
