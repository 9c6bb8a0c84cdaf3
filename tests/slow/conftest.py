"""What the tests that boot a container share: making its files takes a minute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.domain import Pixels
from tests.slow.container.camera import NetworkCamera
from tests.slow.container.machine import built


@pytest.fixture(scope="session")
def bare_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a Debian that has this tree and its wheels, and Ostiary not yet installed; copy it."""
    return built(tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def camera(carphone: list[Pixels]) -> Iterator[NetworkCamera]:
    """Give the camera that the door watches through."""
    with NetworkCamera(carphone[:60]) as made:
        yield made
