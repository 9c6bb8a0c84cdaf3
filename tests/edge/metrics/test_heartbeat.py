"""The door's sign of life: fresh while it turns, stale when it hangs, gone when it has ended."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from edge.config import DoorSettings, LiveSettings, LockSettings, Settings, StorageSettings
from edge.core import Core
from edge.domain import Frame, Pixels
from edge.errors import CameraError
from edge.hardware.lock_fake import FakeLock
from edge.live import LiveFolder
from edge.metrics import ALIVE_SECONDS, Beat, HeartbeatSign, beat_in, figures_in
from edge.metrics.exposition import new_registry
from edge.portal import DoorCondition
from edge.vision.models import ModelStore
from edge.wiring import wired_door


@pytest.fixture
def memory() -> Iterator[Path]:
    """Give a folder in memory."""
    path = Path(tempfile.mkdtemp(prefix="ostiary-test-", dir="/dev/shm"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


class Seconds:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def sign_in(memory: Path, clock: Seconds, owed: int = 0) -> HeartbeatSign:
    """Return a sign that writes into *memory*."""
    return HeartbeatSign(
        LiveFolder(memory), new_registry(), door="front", owed=lambda: owed, clock=clock
    )


def test_it_tells_what_is_wrong_at_once_and_else_once_a_second(memory: Path) -> None:
    """A loop turns many times a second; a change is not kept waiting."""
    clock = Seconds()
    sign, folder = sign_in(memory, clock), LiveFolder(memory)
    sign.turned(DoorCondition(), fault=None)
    assert beat_in(folder) == Beat("front", None, released=False, owed=0)
    os.utime(memory / "heartbeat.json", (0, 0))

    sign.turned(DoorCondition(), fault=None)
    assert beat_in(folder) is None, "nothing was due"

    sign.turned(DoorCondition(released=True), fault="CameraError")
    assert beat_in(folder) == Beat("front", "CameraError", released=True, owed=0)
    os.utime(memory / "heartbeat.json", (0, 0))
    clock.now = 1.0
    sign.turned(DoorCondition(released=True), fault="CameraError")
    assert beat_in(folder) is not None


def test_a_door_that_hangs_is_not_alive(memory: Path) -> None:
    """What it said last says nothing about now."""
    sign_in(memory, Seconds()).turned(DoorCondition(), fault=None)
    written = (memory / "heartbeat.json").stat().st_mtime

    late = LiveFolder(memory, clock=lambda: written + ALIVE_SECONDS + 1)
    assert beat_in(late) is None
    assert figures_in(late) is None


def test_nonsense_is_no_sign_of_life(memory: Path) -> None:
    """Whoever wrote it, it was no door."""
    for nonsense in (b"", b"[]", b'{"door": "front"}', b"\xff"):
        (memory / "heartbeat.json").write_bytes(nonsense)
        assert beat_in(LiveFolder(memory)) is None


def test_a_folder_that_vanished_is_said_once(
    memory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And that it is back; the door goes on."""
    clock = Seconds()
    sign = sign_in(memory, clock)
    shutil.rmtree(memory)
    with caplog.at_level(logging.WARNING):
        for clock.now in range(0, 200, 10):
            sign.turned(DoorCondition(released=clock.now % 20 == 0), fault=None)
        assert len(caplog.records) == 1
        memory.mkdir()
        for clock.now in range(200, 400, 10):
            sign.turned(DoorCondition(), fault=None)
    assert [record.getMessage() for record in caplog.records][1:] == [
        "the door's figures are written again"
    ]


def test_a_door_gives_life_and_figures_and_takes_them_away(
    tmp_path: Path, memory: Path, models: ModelStore, carphone: list[Pixels]
) -> None:
    """A loop that turns is alive, also with a fault; one that has ended leaves nothing behind."""
    settings = Settings(
        storage=StorageSettings(folder=tmp_path, key_file=tmp_path / "ostiary.key"),
        door=DoorSettings(name="front"),
        live=LiveSettings(folder=memory, enabled=False),
    )
    core = Core(replace(settings, lock=LockSettings(kind="fake")))
    core.models = models
    core.key  # noqa: B018 - made before the record is
    stop = threading.Event()
    folder = LiveFolder(memory)
    beats: list[Beat | None] = []

    class Camera:
        name = "cable"
        count = 0

        def read(self, timeout: float) -> Frame | None:
            self.count += 1
            beats.append(beat_in(folder))
            if self.count == 4:
                raise CameraError("lost")
            if self.count == 6:
                stop.set()
            return Frame(carphone[self.count], datetime.now(UTC), self.count / 10, self.count)

        def close(self) -> None: ...

    with wired_door(core, camera=Camera(), lock=FakeLock()) as loop:
        loop.run(stop)
    core.close()

    assert beats[0] is None
    assert beats[1] == Beat("front", None, released=False, owed=0)
    assert beats[4] == Beat("front", "CameraError", released=False, owed=0)
    assert [path.name for path in memory.iterdir()] == []


def test_figures_are_readable_by_prometheus(
    tmp_path: Path, memory: Path, models: ModelStore, carphone: list[Pixels]
) -> None:
    """What a whole door on footage writes, read by Prometheus' own parser."""
    settings = Settings(
        storage=StorageSettings(folder=tmp_path, key_file=tmp_path / "ostiary.key"),
        live=LiveSettings(folder=memory),
    )
    core = Core(replace(settings, lock=LockSettings(kind="fake")))
    core.models = models
    stop = threading.Event()
    seen: list[bytes] = []

    class Camera:
        name = "cable"
        count = 0

        def read(self, timeout: float) -> Frame | None:
            self.count += 1
            found = figures_in(LiveFolder(memory))
            if found is not None:
                seen.append(found)
            if seen and b"ostiary_door_frames_total 0.0" not in seen[-1]:
                stop.set()
            return Frame(carphone[self.count % 100], datetime.now(UTC), self.count / 10, self.count)

        def close(self) -> None: ...

    with wired_door(core, camera=Camera(), lock=FakeLock()) as loop:
        loop.run(stop)
    core.close()

    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(seen[-1].decode())
        for sample in family.samples
    }
    frames = samples["ostiary_door_frames_total",]
    assert frames >= 1
    assert samples["ostiary_door_stage_seconds_count", "find"] == frames
    assert samples["ostiary_door_camera_up",] == 1
    assert samples["ostiary_audit_events",] >= 1
    assert samples["ostiary_door_process_resident_memory_bytes",] > 10**7
