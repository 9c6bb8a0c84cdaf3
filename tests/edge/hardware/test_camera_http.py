"""A network camera for real: MJPEG over HTTP, switched off and on again, silent, and gone."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle

import cv2
import numpy as np
import pytest

from edge.hardware.camera_live import Backoff, LiveCamera
from edge.hardware.camera_opencv import OpenCVSource
from edge.hardware.frames import VideoMode
from tests.edge.hardware.device import read_until_frame, read_until_lost

BOUNDARY = b"\r\n--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"


class MjpegServer:
    """A camera on a port of this machine, which can be switched off and on.

    It shows *pictures*, JPEG, over and over; by default grey ones of different shades.
    """

    def __init__(self, pictures: Sequence[bytes] = ()) -> None:
        self.pictures = tuple(pictures) or tuple(_grey(shade) for shade in range(0, 256, 8))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.silent = threading.Event()
        self.off = threading.Event()
        self._server: ThreadingHTTPServer | None = None

    def switch_on(self) -> None:
        self.off.clear()
        self._server = _Server(("127.0.0.1", self.port), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def switch_off(self) -> None:
        self.off.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                for jpeg in cycle(server.pictures):
                    if server.off.wait(0.01):
                        return
                    while server.silent.is_set() and not server.off.wait(0.01):
                        pass
                    try:
                        self.wfile.write(BOUNDARY % len(jpeg) + jpeg)
                    except OSError:
                        return

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        return Handler


def _grey(shade: int) -> bytes:
    return cv2.imencode(".jpg", np.full((48, 64, 3), shade, np.uint8))[1].tobytes()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


@pytest.fixture
def server() -> Iterator[MjpegServer]:
    """Give a network camera that is switched on."""
    made = MjpegServer()
    made.switch_on()
    yield made
    made.switch_off()


@pytest.fixture
def network_camera(server: MjpegServer) -> Iterator[Callable[[float], LiveCamera]]:
    """Give a maker of live cameras on that address."""
    made: list[LiveCamera] = []

    def make(timeout: float) -> LiveCamera:
        address = f"http://127.0.0.1:{server.port}/stream"
        mode = VideoMode(64, 48, 15, timeout)
        made.append(
            LiveCamera(
                lambda: OpenCVSource(address, mode),
                name="net",
                timeout=timeout,
                backoff=Backoff(0.05, 0.1),
            )
        )
        return made[-1]

    yield make
    for camera in made:
        camera.close()


def test_a_network_camera_is_read(network_camera: Callable[[float], LiveCamera]) -> None:
    """Pictures arrive decoded, with three channels and rising numbers."""
    camera = network_camera(10.0)

    frames = [read_until_frame(camera) for _ in range(3)]

    assert {frame.pixels.shape for frame in frames} == {(48, 64, 3)}
    assert frames[0].sequence < frames[1].sequence < frames[2].sequence


def test_a_network_camera_that_is_switched_off_comes_back(
    server: MjpegServer,
    network_camera: Callable[[float], LiveCamera],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody has to restart the door after the camera's power was cut."""
    caplog.set_level(logging.WARNING, logger="edge")
    camera = network_camera(10.0)
    read_until_frame(camera)

    server.switch_off()
    read_until_lost(camera)
    server.switch_on()
    read_until_frame(camera)

    assert [record.message.split(":")[0].split(" after")[0] for record in caplog.records] == [
        "camera lost",
        "camera back",
    ]


def test_a_network_camera_that_falls_silent_is_given_up_by_ffmpeg_itself(
    server: MjpegServer, network_camera: Callable[[float], LiveCamera]
) -> None:
    """FFmpeg's own timeout comes before ours, so no thread has to be abandoned."""
    camera = network_camera(1.0)
    read_until_frame(camera)

    server.silent.set()
    error = read_until_lost(camera)
    assert "stopped giving frames" in str(error)
    server.silent.clear()

    assert read_until_frame(camera).width == 64
    assert not camera._hung
