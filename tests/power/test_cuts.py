"""A device comes through power cuts and kills; and a test that loses something would say so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import apsw
import pytest

from edge.vision.models import ModelStore
from tests.power.lying import LostError, run
from tests.power.site import Networks

PROGRAM = Path(__file__).parents[2] / "bench" / "power.py"


@pytest.fixture(scope="module")
def networks(models: ModelStore) -> Networks:
    """Load the real networks once."""
    return Networks.load(models.path("sface").parent)


def test_a_lying_disk_loses_nothing(tmp_path: Path, networks: Networks) -> None:
    """Eight cuts; five hundred in the slow suite."""
    assert run(tmp_path, networks, cuts=8, seed=3).cuts == 8


def test_a_killed_device_loses_nothing(models: ModelStore) -> None:
    """Eight kills; five hundred in the slow suite."""
    folder = models.path("sface").parent
    done = subprocess.run(
        [sys.executable, PROGRAM, "--kills", "8", "--cuts", "0", "--seed", "3"],
        env={"OSTIARY_TEST_MODELS": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 kills" in done.stdout


def test_a_disk_that_syncs_nothing_is_found_out(tmp_path: Path, networks: Networks) -> None:
    """No program can be safe on it: were nothing lost, nothing was tried."""
    with pytest.raises(LostError, match="seed 3, disk 0, cut"):
        run(tmp_path, networks, cuts=20, seed=3, deaf=True)


class Careless(apsw.Connection):
    """Leaves out what keeps a commit through a power cut."""

    def pragma(self, name: str, value: Any = None, **more: Any) -> Any:
        """Do not wait for the disk, whatever is asked."""
        if name == "synchronous":
            value = "OFF"
        return super().pragma(name, value, **more) if value else super().pragma(name, **more)


def test_databases_that_do_not_sync_are_found_out(tmp_path: Path, networks: Networks) -> None:
    """The disk does what it is asked; but SQLite does not ask."""
    with mock.patch.object(apsw, "Connection", Careless), pytest.raises(LostError):
        run(tmp_path, networks, cuts=40, seed=3)


def test_a_sync_that_is_left_out_is_found_out(tmp_path: Path, networks: Networks) -> None:
    """Of the list of files that count from now on."""
    with mock.patch("edge.storage.replacing.sync"), pytest.raises(LostError):
        run(tmp_path, networks, cuts=100, seed=3)
