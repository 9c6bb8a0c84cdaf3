"""Real replays before the real door: enrolled from the live clip, nothing opens for its recording."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.collection.people import NewPerson
from edge.config import LivenessSettings, LiveSettings, LockSettings, Settings, StorageSettings
from edge.core import Core
from edge.domain import Badge, Frame, Pixels
from edge.enrolling import Photo
from edge.errors import EndOfFootageError
from edge.hardware import LockState
from edge.hardware.lock_fake import FakeLock
from edge.vision.models import ModelStore
from edge.wiring import wired_door

pytestmark = [pytest.mark.shared_data, pytest.mark.slow, pytest.mark.timeout(1800)]

LOOPS = 10
FPS = 15
PAIRS = ("pairA", "pairB", "pairC")


class Film:
    """A camera before which *frames* are shown once."""

    name = "film"

    def __init__(self, frames: Sequence[Pixels]) -> None:
        self._frames = frames
        self._shown = 0

    def read(self, timeout: float) -> Frame | None:
        if self._shown == len(self._frames):
            raise EndOfFootageError("all is shown")
        self._shown += 1
        pixels = self._frames[self._shown - 1]
        return Frame(pixels, datetime.now(UTC), self._shown / FPS, self._shown)

    def close(self) -> None: ...


def frames_of(name: str) -> list[Pixels]:
    """Read a clip at fifteen frames a second."""
    (path,) = Path(os.environ["OSTIARY_TEST_DATA"]).glob(f"pad/{name}_*")
    video = cv2.VideoCapture(str(path))
    step = max(1, round(video.get(cv2.CAP_PROP_FPS) / FPS))
    frames: list[Pixels] = []
    number = 0
    while True:
        read, pixels = video.read()
        if not read:
            return frames
        if number % step == 0:
            frames.append(np.asarray(pixels, np.uint8))
        number += 1


@pytest.fixture(params=[True, False], ids=["with the network", "without the network"])
def core(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Core]:
    """Build a door in auto, which neither rests nor minds that a film is shown again."""
    core = Core(
        Settings(
            storage=StorageSettings(folder=tmp_path, key_file=tmp_path / "ostiary.key"),
            lock=LockSettings(kind="fake"),
            live=LiveSettings(enabled=False),
            liveness=LivenessSettings(prompter="fake", attacks=100, watch_camera=False),
        )
    )
    mirror = Path(os.environ["OSTIARY_TEST_DATA"]) / "models" if request.param else None
    core.models = ModelStore(tmp_path / "models", mirror=mirror)
    assert core.liveness.sees_texture is request.param
    yield core
    core.close()


def enroll(core: Core, frames: Sequence[Pixels], *, badge: str = "1") -> None:
    """Enroll the person of a live clip from the first pictures that are good enough."""
    core.ensure_collection(core.settings.door.collection)
    good = [frame for frame in frames[:: len(frames) // 30] if _good(core, frame)][:4]
    photos = [
        Photo(f"{number}", bytes(cv2.imencode(".png", pixels)[1]))
        for number, pixels in enumerate(good)
    ]
    core.enroller.enroll(NewPerson(badge), photos, (Badge(badge),), actor="test")


def _good(core: Core, frame: Pixels) -> bool:
    face = core.recognizer.largest(frame)
    return face is not None and face.quality.good


def releases(core: Core, frames: Sequence[Pixels]) -> int:
    """Show *frames* to a door and count how often it opened."""
    lock = FakeLock()
    with wired_door(core, camera=Film(frames), lock=lock) as loop:
        loop.run(threading.Event())
    return sum(change.state is LockState.RELEASED for change in lock.history)


@pytest.mark.parametrize("pair", PAIRS)
def test_no_replay_opens_however_often_it_is_played(core: Core, pair: str) -> None:
    """Ten times, each begun elsewhere, with and without the network."""
    enroll(core, frames_of(f"{pair}_real"))
    replay = frames_of(f"{pair}_replay")
    starts = [number * len(replay) // LOOPS for number in range(LOOPS)]
    # Short ones are played on until they would have been asked everything.
    shown = [(replay[start:] + replay[:start]) * max(1, 600 // len(replay)) for start in starts]
    assert [releases(core, frames) for frames in shown] == [0] * LOOPS


@pytest.mark.parametrize("core", [True], indirect=True, ids=["with the network"])
def test_the_living_get_in(core: Core) -> None:
    """Two of three within five seconds of what the camera saw, and nobody was asked to move."""
    live = [frames_of(f"{pair}_real") for pair in PAIRS]
    for number, frames in enumerate(live):
        enroll(core, frames, badge=f"{number}")
    assert sum(releases(core, frames[: 5 * FPS]) > 0 for frames in live) >= 2
