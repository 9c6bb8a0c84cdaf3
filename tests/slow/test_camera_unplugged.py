"""A door whose network camera goes away a hundred times, at random moments, a man before it."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import pytest

from edge.collection.people import NewPerson
from edge.config import LivenessSettings, LiveSettings, LockSettings, ModelSettings, Settings
from edge.core import Core
from edge.domain import Badge, Face, Frame, Pixels
from edge.enrolling import Photo
from edge.hardware import LockState
from edge.hardware.camera_live import Backoff, LiveCamera
from edge.hardware.camera_opencv import OpenCVSource
from edge.hardware.frames import VideoMode
from edge.hardware.lock_fake import FakeLock
from edge.vision.models import ModelStore
from edge.wiring import wired_door
from tests.edge.hardware.test_camera_http import MjpegServer
from tests.edge.quarantine.device import settings_in

PULLS = int(os.environ.get("OSTIARY_CAMERA_PULLS", "100"))
PATIENCE = 60.0
WARM = 10
"""Pulls after which caches are filled, and nothing more may be taken."""


class Witness:
    """Counts what the loop looked at, and knows what is wrong with it at the moment."""

    def __init__(self) -> None:
        self.frames = 0
        self.fault: str | None = None

    def has_seen(self, frames: int) -> bool:
        """Tell whether so many *frames* were looked at."""
        return self.frames >= frames

    def looked(self, frame: Frame, face: Face | None) -> None:
        self.frames += 1

    def asked(self, ask: object) -> None:
        """Nothing is asked for at a door of faces."""

    def decided(self, *_: object) -> None:
        """The lock tells."""

    def turned(self, condition: object, *, fault: str | None) -> None:
        self.fault = fault


def until(what: Callable[[], bool]) -> None:
    """Wait until *what* is so."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def descriptors() -> int:
    """Return how many descriptors this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_door_survives_its_camera_going_away(
    tmp_path: Path, models: ModelStore, carphone: list[Pixels]
) -> None:
    """Each time the lock is secured when the loss is known, and the door looks again afterwards.

    In the end no descriptor and no thread is left over.
    """
    settings = _settings(tmp_path, models)
    server = MjpegServer([cv2.imencode(".jpg", frame)[1].tobytes() for frame in carphone[:60]])
    server.switch_on()
    address = f"http://127.0.0.1:{server.port}/stream"
    camera = LiveCamera(
        lambda: OpenCVSource(address, VideoMode(176, 144, 15, 1.0)),
        name="net",
        timeout=1.0,
        backoff=Backoff(0.05, 0.1),
    )
    lock, witness, stop, chance = FakeLock(), Witness(), threading.Event(), random.Random(5)
    used: list[tuple[int, int]] = []
    with (
        closing(Core(settings)) as core,
        wired_door(core, camera=camera, lock=lock, observers=[witness], signs=[witness]) as loop,
    ):
        _enroll(core, carphone)
        watch = threading.Thread(target=loop.run, args=(stop,))
        watch.start()
        try:
            for pull in range(PULLS):
                seen = witness.frames + chance.randrange(1, 12)
                until(partial(witness.has_seen, seen))
                if chance.random() < 0.1:
                    server.silent.set()
                else:
                    server.switch_off()
                until(lambda: witness.fault == "CameraError")
                assert lock.state is LockState.SECURED
                server.silent.clear()
                server.switch_off()
                server.switch_on()
                until(lambda: witness.fault is None)
                if pull >= WARM:
                    used.append((descriptors(), threading.active_count()))
        finally:
            stop.set()
            watch.join(PATIENCE)
            server.switch_off()
        assert not watch.is_alive()
        core.audit.verify()
    assert lock.state is LockState.SECURED
    assert [each.state for each in lock.history].count(LockState.RELEASED) > 0, "it never opened"
    # A connection of the server's side may be just ending when one counts.
    assert max(used[-10:])[0] <= max(used[:10])[0] + 2, used
    assert max(threads for _, threads in used[-10:]) <= max(t for _, t in used[:10]) + 2, used


def _settings(folder: Path, models: ModelStore) -> Settings:
    return replace(
        settings_in(folder),
        models=ModelSettings(folder=models.path("sface").parent),
        liveness=LivenessSettings(mode="off"),
        live=LiveSettings(enabled=False),
        lock=LockSettings(release_seconds=5),
    )


def _enroll(core: Core, carphone: list[Pixels]) -> None:
    photos = [
        Photo(f"{number}.png", cv2.imencode(".png", carphone[number])[1].tobytes())
        for number in (0, 20, 40)
    ]
    core.enroller.enroll(NewPerson(name="Karl"), photos, badges=(Badge("77"),), actor="test")
