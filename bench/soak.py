"""A door that runs for days keeps its memory and its descriptors, or this tells.

Run ``python bench/soak.py [--frames N] [--liveness off|auto] [--seed S]``. The real loop, networks,
collection and record watch an endless film: a man comes, is decided on, leaves; from time to time
somebody is enrolled and somebody erased, so that everything that follows the files does. Frames come
as fast as they are looked at, with the times of a camera of 12 frames a second: 48 hours are 2,073,600.

Prints memory, descriptors and threads as it goes, the growth of the second half by least squares, and
what that would be in 48 hours. It fails if descriptors or threads are more in the end than after the
first tenth, or if the memory of the second half grew by more than 4 MB.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import sys
import tempfile
import threading
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from edge.collection.people import NewPerson, People
from edge.config import (
    LivenessSettings,
    LiveSettings,
    LockSettings,
    ModelSettings,
    Settings,
    StorageSettings,
)
from edge.core import Core
from edge.demonstration.footage import CARPHONE, clip
from edge.domain import Badge, Frame, Pixels
from edge.enrolling import Photo
from edge.erasing import erase
from edge.errors import EndOfFootageError
from edge.hardware import LockState
from edge.hardware.lock_fake import FakeLock
from edge.wiring import wired_door

Liveness = Literal["auto", "off"]

FPS = 12
TWO_DAYS = 48 * 3600 * FPS
APPROACH, GONE = 40, 60
"""Frames that the man is there, and that nobody is."""

SAMPLES = 100
MOST_GROWTH = 4 * 2**20
"""Bytes in the second half: allocators keep some of what they were given, SQLite fills its cache."""


@dataclass(frozen=True, slots=True)
class Sample:
    """After so many *frames*: bytes of memory, descriptors and threads."""

    frames: int
    memory: int
    descriptors: int
    threads: int


@dataclass(slots=True)
class Soak:
    """What a run found."""

    samples: list[Sample] = field(default_factory=list)
    unlocks: int = 0
    seconds: float = 0.0

    @property
    def second_half(self) -> list[Sample]:
        return self.samples[len(self.samples) // 2 :]

    @property
    def slope(self) -> float:
        """Bytes a frame, by least squares over the second half."""
        half = self.second_half
        frames = np.array([each.frames for each in half], dtype=np.float64)
        memory = np.array([each.memory for each in half], dtype=np.float64)
        return float(np.polyfit(frames, memory, 1)[0])

    @property
    def growth(self) -> float:
        """Bytes that the second half grew by, by that slope."""
        half = self.second_half
        return self.slope * (half[-1].frames - half[0].frames)

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong, in words."""
        early, late = self.samples[len(self.samples) // 10], self.samples[-1]
        found = []
        if late.descriptors > early.descriptors:
            found.append(f"{late.descriptors - early.descriptors} descriptors were not given back")
        if late.threads > early.threads:
            found.append(f"{late.threads - early.threads} threads did not end")
        if self.growth > MOST_GROWTH:
            found.append(f"memory grew by {self.growth / 2**20:.1f} MB")
        return tuple(found)


class EndlessFilm:
    """A camera that shows *frames* of a man and of nobody by turns, *count* in all.

    At each of *count*/:data:`SAMPLES` frames it takes a sample, and lets somebody come and go.
    """

    name = "endless film"

    def __init__(self, frames: list[Pixels], count: int, core: Core, soak: Soak, seed: int) -> None:
        self._frames = frames[:APPROACH] + [np.zeros_like(frames[0])] * GONE
        self._left = count
        self._every = max(1, count // SAMPLES)
        self._shown = 0
        self._core = core
        self._soak = soak
        self._chance = random.Random(seed)  # noqa: S311 - a test's dice
        self._extra: list[str] = []

    def read(self, timeout: float) -> Frame | None:  # noqa: ARG002 - the camera's protocol
        if self._shown == self._left:
            raise EndOfFootageError("all is shown")
        pixels = self._frames[self._shown % len(self._frames)]
        self._shown += 1
        if self._shown % self._every == 0:
            self._come_and_go()
            self._soak.samples.append(sampled(self._shown))
        return Frame(pixels, datetime.now(UTC), self._shown / FPS, self._shown)

    def close(self) -> None:
        """Nothing to give back."""

    def _come_and_go(self) -> None:
        people = People(self._core.database)
        if len(self._extra) > 20 or (self._extra and self._chance.random() < 0.5):
            gone = self._extra.pop(self._chance.randrange(len(self._extra)))
            erase(self._core.database, self._core.audit, gone, at=datetime.now(UTC), actor="soak")
        else:
            self._extra.append(people.enroll("badges", NewPerson("Somebody")).person_id)


def sampled(frames: int) -> Sample:
    """Take a sample of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return Sample(
        frames,
        pages * resource.getpagesize(),
        sum(1 for _ in Path("/proc/self/fd").iterdir()),
        threading.active_count(),
    )


def soaked(
    folder: Path, *, frames: int, liveness: Liveness, models: Path | None = None, seed: int = 1
) -> Soak:
    """Let a door in *folder* look at so many *frames*."""
    settings = Settings(
        storage=StorageSettings(folder=folder),
        # A film that is looped is what the watch over the camera looks for.
        liveness=LivenessSettings(mode=liveness, watch_camera=False),
        live=LiveSettings(enabled=False),
        lock=LockSettings(release_seconds=0.5),
    )
    if models is not None:
        settings = replace(settings, models=ModelSettings(folder=models))
    film = list(clip(CARPHONE))
    soak, lock = Soak(), FakeLock()
    with closing(Core(settings)) as core:
        core.ensure_collection("badges")
        photos = [
            Photo(f"{number}.png", cv2.imencode(".png", film[number])[1].tobytes())
            for number in (0, 20, 40)
        ]
        core.enroller.enroll(NewPerson("Karl"), photos, badges=(Badge("77"),), actor="soak")
        camera = EndlessFilm(film, frames, core, soak, seed)
        began = datetime.now(UTC)
        with wired_door(core, camera=camera, lock=lock) as loop:
            loop.run(threading.Event())
        soak.seconds = (datetime.now(UTC) - began).total_seconds()
        core.audit.verify()
    soak.unlocks = [change.state for change in lock.history].count(LockState.RELEASED)
    return soak


def main() -> int:
    """Run as the arguments say, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=TWO_DAYS)
    parser.add_argument("--liveness", choices=("off", "auto"), default="off")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ostiary-soak-") as folder:
        soak = soaked(
            Path(folder), frames=wanted.frames, liveness=wanted.liveness, seed=wanted.seed
        )
    for each in soak.samples[:: max(1, len(soak.samples) // 10)]:
        print(
            f"{each.frames:>9} frames  {each.memory / 2**20:8.1f} MB  "
            f"{each.descriptors} descriptors  {each.threads} threads"
        )
    print(
        f"{soak.samples[-1].frames} frames in {soak.seconds:.0f} s, {soak.unlocks} unlocks; second "
        f"half {soak.growth / 2**20:+.2f} MB, {soak.slope * 1000 / 1024:+.2f} kB for 1000 frames, "
        f"{soak.slope * TWO_DAYS / 2**20:+.1f} MB in 48 h"
    )
    for fault in soak.faults:
        print(f"FAULT: {fault}")
    return 1 if soak.faults else 0


if __name__ == "__main__":
    sys.exit(main())
