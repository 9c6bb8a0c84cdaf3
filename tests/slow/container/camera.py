"""A network camera on this machine, which shows a man or nobody, as it is told."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

import cv2
import numpy as np

from edge.domain import Pixels

BOUNDARY = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
SECONDS = 0.1
"""Between two frames."""


class NetworkCamera:
    """Shows *footage*, over and over, while :attr:`somebody` is set, and else an empty scene."""

    def __init__(self, footage: Sequence[Pixels]) -> None:
        empty = np.full_like(footage[0], 90)
        self._footage = [_jpeg(each) for each in footage]
        self._empty = [_jpeg(empty + shade) for shade in np.arange(8, dtype=np.uint8)]
        self.somebody = threading.Event()
        self._off = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0
        self.switch_on()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def switch_on(self) -> None:
        self._off.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def switch_off(self) -> None:
        self._off.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.switch_off()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                number = 0
                while not camera._off.wait(SECONDS):
                    number += 1
                    shown = camera._footage if camera.somebody.is_set() else camera._empty
                    picture = shown[number % len(shown)]
                    try:
                        self.wfile.write(BOUNDARY % len(picture) + picture + b"\r\n")
                    except OSError:
                        return  # the door looks no more

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        return Handler


def _jpeg(pixels: Pixels) -> bytes:
    return bytes(cv2.imencode(".jpg", pixels)[1])
