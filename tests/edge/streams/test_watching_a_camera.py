"""Stream processors at work: a real camera over HTTP, real networks, the real record."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import pytest

from edge.audit import AuditEvent, EventKind
from edge.config import CameraSettings, DoorSettings, RekognitionSettings, Settings, StorageSettings
from edge.config.settings import ModelSettings
from edge.core import Core
from edge.domain import Pixels
from edge.streams.processors import NewProcessor, Processors
from edge.streams.states import Status
from edge.video_worker import work
from edge.vision.models import ModelStore
from tests.edge.video.conftest import index

BOUNDARY = b"\r\n--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
PATIENCE = 60.0
"""Seconds within which something must happen; it takes two."""


class Server:
    """A camera on a port of this machine, which shows *frames* over and over, ten a second."""

    def __init__(self, frames: Sequence[Pixels]) -> None:
        self.frames = [cv2.imencode(".jpg", frame)[1].tobytes() for frame in frames]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._off = threading.Event()
        self._server: ThreadingHTTPServer | None = None

    def switch_on(self) -> None:
        self._off.clear()
        self._server = _Listening(("127.0.0.1", self.port), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def switch_off(self) -> None:
        self._off.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                number = 0
                while not camera._off.wait(0.1):
                    jpeg = camera.frames[number % len(camera.frames)]
                    number += 1
                    try:
                        self.wfile.write(BOUNDARY % len(jpeg) + jpeg)
                    except OSError:
                        return

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        return Handler


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


@pytest.fixture
def server(carphone: list[Pixels]) -> Iterator[Server]:
    """Give a camera before which the man sits, switched on."""
    larger = [cv2.resize(frame, (352, 288)).astype("uint8") for frame in carphone[60:80]]
    made = Server(larger)
    made.switch_on()
    yield made
    made.switch_off()


@pytest.fixture
def core(tmp_path: Path, server: Server, models: ModelStore) -> Iterator[Core]:
    """Build a site that knows the camera as lobby."""
    built = Core(
        Settings(
            storage=StorageSettings(folder=tmp_path / "site", key_file=Path("ostiary.key")),
            models=ModelSettings(folder=models.path("yunet").parent),
            camera=CameraSettings(timeout_seconds=1.0),
            door=DoorSettings(rearm_seconds=0.5, retry_seconds=0.5, decide_after_seconds=0.5),
            rekognition=RekognitionSettings(
                cameras={"lobby": f"http://user:secret@127.0.0.1:{server.port}/"}
            ),
        )
    )
    yield built
    built.close()


@contextmanager
def working(core: Core) -> Iterator[None]:
    """Let the worker work meanwhile."""
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(core,), kwargs={"stop": stop})
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def processor(core: Core, collection_id: str, *, camera: str = "lobby") -> Processors:
    """Make a stream processor, and start it."""
    processors = Processors(core.video)
    new = NewProcessor(
        name="reception",
        camera=camera,
        collection_id=collection_id,
        threshold=99.0,
        input_arn="in",
        output_arn="out",
        role_arn="role",
    )
    processors.create(new, now=datetime.now(UTC))
    processors.start("reception", now=datetime.now(UTC))
    return processors


def until(happened: Callable[[], bool]) -> None:
    """Wait until something has *happened*."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def sightings(core: Core) -> list[AuditEvent]:
    """Return who was seen, according to the record."""
    return [entry.event for entry in core.audit.entries() if entry.event.kind is EventKind.SIGHTED]


def test_who_is_in_the_collection_is_recorded_once(core: Core, carphone: list[Pixels]) -> None:
    """With the face she is like and how alike; nothing is opened, so there is no outcome."""
    face_id = index(core, "passengers", carphone[70])
    processors = processor(core, "passengers")

    with working(core):
        until(lambda: bool(sightings(core)))
        assert processors.get("reception").status is Status.RUNNING
        processors.stop("reception", now=datetime.now(UTC))
        until(lambda: processors.get("reception").status is Status.STOPPED)

    (event,) = sightings(core)
    assert (event.door, event.reason, event.outcome) == ("reception", "MATCH", None)
    assert event.detail == f"face {face_id}"
    assert event.similarity is not None
    assert event.similarity > 99


def test_a_stranger_is_recorded_as_nobody(
    core: Core, carphone: list[Pixels], astronaut: Pixels
) -> None:
    """Whom he is most like is not told."""
    index(core, "astronauts", astronaut)
    processor(core, "astronauts")

    with working(core):
        until(lambda: bool(sightings(core)))

    event = sightings(core)[0]
    assert (event.reason, event.person_id, event.detail) == ("NO_MATCH", None, "")


def test_a_camera_that_is_lost_fails_and_comes_back(
    core: Core, server: Server, carphone: list[Pixels], caplog: pytest.LogCaptureFixture
) -> None:
    """The state says so, without the camera's password, and the worker lives."""
    index(core, "passengers", carphone[70])
    processors = processor(core, "passengers")

    with working(core):
        until(lambda: processors.get("reception").status is Status.RUNNING)
        server.switch_off()
        until(lambda: processors.get("reception").status is Status.FAILED)
        told = processors.get("reception").message
        server.switch_on()
        until(lambda: processors.get("reception").status is Status.RUNNING)

    assert told
    assert "secret" not in told
    assert "secret" not in caplog.text
    assert caplog.text.count("camera lost") == 1
    assert processors.get("reception").message is None


def test_a_camera_or_a_collection_that_does_not_exist_fails_with_its_reason(
    core: Core, carphone: list[Pixels]
) -> None:
    """And can be stopped nevertheless."""
    processors = processor(core, "passengers", camera="none")

    with working(core):
        until(lambda: processors.get("reception").status is Status.FAILED)
        assert "no camera none" in (processors.get("reception").message or "")
        processors.stop("reception", now=datetime.now(UTC))
        until(lambda: processors.get("reception").status is Status.STOPPED)


def test_recorded_footage_ends(core: Core, tmp_path: Path, carphone: list[Pixels]) -> None:
    """It is stopped then, and says why."""
    index(core, "passengers", carphone[70])
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        cv2.imwrite(str(folder / f"{number}.png"), carphone[number])
    core.settings.rekognition.cameras["recorded"] = str(folder)  # type: ignore[index]
    processors = processor(core, "passengers", camera="recorded")

    with working(core):
        until(lambda: processors.get("reception").status is Status.STOPPED)

    assert processors.get("reception").message == "The footage has ended."
