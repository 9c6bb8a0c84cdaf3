"""The live picture: in memory, only while somebody looks, and gone afterwards."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.config import (
    DoorSettings,
    LiveSettings,
    LockSettings,
    MetricsSettings,
    Settings,
    StorageSettings,
)
from edge.core import Core
from edge.domain import Decision, Frame, InputName, Outcome, Pixels, Reason
from edge.errors import CameraError, LiveError
from edge.hardware.lock_fake import FakeLock
from edge.live import DoorState, LastDecision, LiveFolder, Publisher, Viewer
from edge.live.folder import FRESH_SECONDS
from edge.live.publisher import LONGEST_SIDE, PERIOD
from edge.portal import Alarm, DoorCondition, Position, Why
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from edge.wiring import wired_door

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)

CONDITION = DoorCondition(
    released=True,
    why=Why.EXIT,
    position=Position.OPEN,
    alarms=(Alarm.HELD_OPEN, Alarm.TAMPER),
    lockdown=True,
    dead=(InputName.FIRE,),
)


@pytest.fixture
def memory() -> Iterator[Path]:
    """Give a folder in memory."""
    path = Path(tempfile.mkdtemp(prefix="ostiary-test-", dir="/dev/shm"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


class Seconds:
    """A clock that is moved by hand."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def frame(pixels: Pixels) -> Frame:
    """Return *pixels* as a camera's frame."""
    return Frame(pixels, AT, 0.0, 1)


def files(folder: Path) -> list[str]:
    """Return what lies in *folder*."""
    return sorted(path.name for path in folder.iterdir())


def test_nothing_is_shown_to_nobody(memory: Path, astronaut: Pixels) -> None:
    """Without a viewer the folder stays empty."""
    publisher = Publisher(LiveFolder(memory), door="front")
    publisher.turned(DoorCondition(), fault=None)
    publisher.looked(frame(astronaut), None)
    publisher.turned(DoorCondition(), fault=None)
    assert files(memory) == []


def test_a_viewer_sees_picture_and_state(
    memory: Path, astronaut: Pixels, recognizer: Recognizer
) -> None:
    """Who looks gets a small picture with a box, and how the door is."""
    folder = LiveFolder(memory)
    publisher, viewer = Publisher(folder, door="front"), Viewer(folder)
    large = np.repeat(np.repeat(astronaut, 2, axis=0), 2, axis=1)
    face = recognizer.largest(large)
    assert face is not None
    assert viewer.look()
    publisher.turned(DoorCondition(), fault=None)
    decision = Decision(Outcome.GRANT, Reason.MATCH, 99.9, 99.0, "somebody")
    publisher.decided(AT, decision, None)
    publisher.looked(frame(large), face)
    publisher.turned(CONDITION, fault=None)

    picture = viewer.picture()
    assert picture is not None
    shown = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert max(shown.shape) == LONGEST_SIDE
    scale = LONGEST_SIDE / max(large.shape)
    blue, green, red = shown[round(face.box.centre[1] * scale), round(face.box.left * scale)]
    assert green > max(blue, red) + 40  # the box of a grant
    assert viewer.state() == DoorState(
        door="front",
        condition=CONDITION,
        fault=None,
        face=(),
        decision=LastDecision(
            AT, granted=True, reason="MATCH", similarity=99.9, threshold=99.0, person_id="somebody"
        ),
    )
    assert {(memory / name).stat().st_mode & 0o777 for name in files(memory)} <= {0o640, 0o600}


def test_when_the_viewer_goes_everything_goes(memory: Path, astronaut: Pixels) -> None:
    """A few seconds after the last look there is no picture any more."""
    clock = Seconds(time.time())
    folder = LiveFolder(memory, clock=clock)
    publisher, viewer = Publisher(folder, door="front"), Viewer(folder)
    viewer.look()
    publisher.turned(DoorCondition(), fault=None)
    publisher.looked(frame(astronaut), None)
    assert "picture.jpg" in files(memory)

    clock.now += FRESH_SECONDS + 1
    publisher.turned(DoorCondition(), fault=None)
    assert files(memory) == ["viewer"]
    assert viewer.picture() is None


def test_the_end_takes_everything_away(memory: Path, astronaut: Pixels) -> None:
    """A door that stops leaves no picture behind."""
    folder = LiveFolder(memory)
    publisher = Publisher(folder, door="front")
    Viewer(folder).look()
    publisher.turned(DoorCondition(), fault=None)
    publisher.looked(frame(astronaut), None)
    publisher.close()
    assert files(memory) == ["viewer"]


def test_pictures_are_rationed(memory: Path, astronaut: Pixels) -> None:
    """However fast the camera is, a picture is made only a few times a second."""
    clock = Seconds(0.0)
    folder = LiveFolder(memory)
    publisher = Publisher(folder, door="front", clock=clock)
    Viewer(folder).look()
    publisher.turned(DoorCondition(), fault=None)
    publisher.looked(frame(astronaut), None)
    first = (memory / "picture.jpg").stat().st_ino
    clock.now += PERIOD / 2
    publisher.looked(frame(astronaut[::-1]), None)
    assert (memory / "picture.jpg").stat().st_ino == first
    clock.now += PERIOD
    publisher.looked(frame(astronaut[::-1]), None)
    assert (memory / "picture.jpg").stat().st_ino != first


def test_a_folder_on_a_disk_is_refused(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures never touch a disk, whatever the settings say."""
    monkeypatch.setattr("edge.live.folder.IN_MEMORY", ("ramfs",))  # so that tmpfs is a disk
    with pytest.raises(LiveError, match="is on tmpfs, not in memory"):
        LiveFolder(memory).prepare()
    assert not Viewer(LiveFolder(memory)).look()
    assert files(memory) == []


def test_a_folder_that_others_may_use_is_refused(memory: Path) -> None:
    """In /dev/shm anybody could have made it before us."""
    memory.chmod(0o777)
    with pytest.raises(LiveError, match="open to others"):
        LiveFolder(memory).prepare()
    (memory / "link").symlink_to(memory)
    with pytest.raises(LiveError, match="not a folder of this user"):
        LiveFolder(memory / "link").prepare()
    with pytest.raises(LiveError, match="cannot be made"):
        LiveFolder(memory / "a/b").prepare()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_door_and_pages_of_two_users_share_a_folder_of_their_group(memory: Path) -> None:
    """Where root alone can make one: in /dev/shm, somebody else of the group could have."""
    shared = memory / "shared"
    shared.mkdir()
    os.chown(shared, 64001, os.getegid())
    shared.chmod(0o2770)

    memory.chmod(0o755)  # as /run is
    LiveFolder(shared).prepare()
    assert Viewer(LiveFolder(shared)).look()

    memory.chmod(0o1777)  # as /dev/shm is
    with pytest.raises(LiveError, match="not a folder of this user"):
        LiveFolder(shared).prepare()

    memory.chmod(0o755)
    shared.chmod(0o2775)
    with pytest.raises(LiveError, match="open to others"):
        LiveFolder(shared).prepare()

    os.chown(shared, 64001, 64001)
    shared.chmod(0o2770)
    with pytest.raises(LiveError, match="not a folder of this user"):
        LiveFolder(shared).prepare()


def test_a_folder_that_vanishes_does_not_disturb_the_door(
    memory: Path, astronaut: Pixels, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be shown is said once and left."""
    folder = LiveFolder(memory)
    publisher = Publisher(folder, door="front")
    Viewer(folder).look()
    publisher.turned(DoorCondition(), fault=None)
    shutil.rmtree(memory)
    with caplog.at_level(logging.WARNING):
        for _ in range(10):
            publisher.looked(frame(astronaut), None)
            publisher.turned(DoorCondition(), fault=None)
        publisher.close()
    assert len(caplog.records) == 1


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"door": 1}', b"\xff"])
def test_a_state_that_is_none(memory: Path, content: bytes) -> None:
    """Rubbish in the folder is no state."""
    folder = LiveFolder(memory)
    folder.write("state.json", content)
    assert Viewer(folder).state() is None


def test_the_whole_door_shows_itself(
    tmp_path: Path, memory: Path, models: ModelStore, carphone: list[Pixels]
) -> None:
    """Through the real loop: a picture while there are frames, the fault while there are none."""
    core = Core(
        Settings(
            storage=StorageSettings(folder=tmp_path, key_file=tmp_path / "ostiary.key"),
            door=DoorSettings(name="front"),
            lock=LockSettings(kind="fake"),
            live=LiveSettings(folder=memory),
        )
    )
    core.models = models
    stop, viewer = threading.Event(), Viewer(core.live)
    seen: list[tuple[bool, DoorState | None]] = []

    class Camera:
        name = "camera"
        count = 0

        def read(self, timeout: float) -> Frame | None:
            viewer.look()
            self.count += 1
            seen.append((viewer.picture() is not None, viewer.state()))
            if self.count in {4, 5}:
                raise CameraError("lost")
            if self.count == 6:
                stop.set()
            return Frame(carphone[self.count], datetime.now(UTC), self.count / 10, self.count)

        def close(self) -> None: ...

    with wired_door(core, camera=Camera(), lock=FakeLock()) as loop:
        loop.run(stop)
    core.close()

    assert seen[0] == (False, None)
    pictured, state = seen[3]
    assert pictured
    assert state is not None
    assert (state.door, state.condition.released, state.fault) == ("front", False, None)
    assert state.face is not None
    lost = seen[5][1]
    assert lost is not None
    assert (lost.fault, lost.face) == ("CameraError", None)
    assert files(memory) == ["viewer"]


def test_it_can_be_switched_off(tmp_path: Path, memory: Path, models: ModelStore) -> None:
    """Where nobody may look, nothing is there to be looked at."""
    settings = Settings(
        storage=StorageSettings(folder=tmp_path, key_file=tmp_path / "ostiary.key"),
        live=LiveSettings(folder=memory / "live", enabled=False),
        metrics=MetricsSettings(enabled=False),
    )
    core = Core(replace(settings, lock=LockSettings(kind="fake")))
    core.models = models

    class Dark:
        name = "dark"

        def read(self, timeout: float) -> Frame | None:
            return None

        def close(self) -> None: ...

    stop = threading.Event()
    stop.set()
    with wired_door(core, camera=Dark(), lock=FakeLock()) as loop:
        loop.run(stop)
    core.close()
    assert not (memory / "live").exists()
