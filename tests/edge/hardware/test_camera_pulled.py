"""A camera that is pulled out a hundred times: each time it is back, and nothing is left behind."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.errors import CameraError
from edge.hardware.camera_live import Backoff, LiveCamera
from tests.edge.hardware.device import read_until_frame

PULLS = 100


class Cable:
    """What a hundred sources share: how many are open, and how the next one fails."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.open = 0
        self.pulls = 0
        self.steady = False

    def plan(self) -> tuple[str, int]:
        """Return how the next connection ends, and after how many pictures."""
        self.pulls += 1
        if self.steady:
            return "never", 1000
        kinds = ("no device", "raises", "raises", "foreign error", "will not close")
        return self.chance.choice(kinds), self.chance.randrange(4)


class PulledSource:
    """A device with a descriptor of its own, gone after some pictures in one of several ways."""

    def __init__(self, cable: Cable) -> None:
        self._cable = cable
        self._kind, self._left = cable.plan()
        self._descriptor = -1

    def open(self) -> None:
        self._descriptor = os.open(os.devnull, os.O_RDONLY)
        self._cable.open += 1
        if self._kind == "no device":
            raise CameraError("no such device")

    def grab(self) -> Any:
        if not self._left:
            if self._kind == "foreign error":
                raise ZeroDivisionError
            raise CameraError("the device is gone")
        self._left -= 1
        return np.zeros((4, 4, 3), np.uint8)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            self._cable.open -= 1
        if self._kind == "will not close":
            raise CameraError("the driver complains")


def descriptors() -> int:
    """Return how many descriptors this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("seed", [1, 2])
def test_a_hundred_pulls_leave_nothing_behind(seed: int) -> None:
    """Lost and back, every time; as many descriptors and threads in the end as at the beginning."""
    cable = Cable(random.Random(seed))
    before, threads = descriptors(), threading.active_count()
    camera = LiveCamera(
        lambda: PulledSource(cable), name="pulled", timeout=10, backoff=Backoff(0.001, 0.002)
    )
    losses = 0
    while cable.pulls < PULLS:
        try:
            camera.read(0.01)
        except CameraError:
            losses += 1
        assert cable.open <= 1
    cable.steady = True
    read_until_frame(camera)
    camera.close()
    assert losses
    assert cable.open == 0
    assert descriptors() == before
    assert threading.active_count() == threads
