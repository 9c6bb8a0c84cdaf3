"""A server that takes webhooks: well, badly, slowly, or not at all."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.edge.announcing.mosquitto import PATIENCE, free_port

Behaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass(frozen=True, slots=True)
class Posted:
    """A request as it came; header names in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def sequence(self) -> int:
        return int(self.json["data"]["sequence"])


def answer(status: int, **headers: str) -> Behaviour:
    """Return the behaviour that answers *status*; underscores in header names become hyphens."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return behave


class Receiver:
    """Listens on a port of this machine while it is switched on.

    Each request is dealt with by the first of *behaviours*, which is then used up, or taken well.
    """

    def __init__(self, *, certificate: tuple[Path, Path] | None = None) -> None:
        self.port = free_port()
        self.posted: list[Posted] = []
        self.behaviours: list[Behaviour] = []
        self._certificate = certificate
        self._news = threading.Condition()
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        scheme = "http" if self._certificate is None else "https"
        return f"{scheme}://127.0.0.1:{self.port}/door?token=t0ken"

    def __enter__(self) -> Self:
        self.switch_on()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.switch_off()

    def switch_on(self) -> None:
        server = _Server(("127.0.0.1", self.port), self._handler())
        if self._certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self._certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        self._server = server

    def switch_off(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def wait_for(self, count: int) -> list[Posted]:
        """Wait until *count* requests have come, and return them all."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.posted) >= count, PATIENCE), self.posted
            return list(self.posted)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                with receiver._news:
                    receiver.posted.append(Posted(self.path, headers, body))
                    behave = receiver.behaviours.pop(0) if receiver.behaviours else answer(204)
                    receiver._news.notify_all()
                behave(self)

            def do_GET(self) -> None:
                raise AssertionError("nobody gets anything here")

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
                """Keep the output of the tests clean."""

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # One that drips for ever must not hold up the end of a test.
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of whoever has gone before the answer: that is what is tested."""


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Answer a byte now and then, for ever, so that no single read takes long."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        handler.wfile.write(b"a")
        handler.wfile.flush()
        time.sleep(0.05)


def flood(handler: BaseHTTPRequestHandler) -> None:
    """Answer well, with a body without end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        handler.wfile.write(b"a" * 65536)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def talk_nonsense(handler: BaseHTTPRequestHandler) -> None:
    """Answer in no protocol."""
    handler.wfile.write(b"220 mail.example ESMTP\r\n")
