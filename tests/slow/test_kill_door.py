"""SIGKILL at any moment of an unlock: locked after the restart, nothing lost, the audit whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge.__main__ import main
from edge.audit import Audit, EventKind
from edge.collection.database import open_collection
from edge.demonstration.footage import CARPHONE, locate
from edge.storage.key import load_key
from edge.vision.models import ModelStore

ROUNDS = 100


def _ostiary(config: Path, *arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["--config", str(config), *arguments])
    return int(str(end.value.code))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_door_survives_being_killed_while_it_unlocks(
    tmp_path: Path, models: ModelStore, carphone: list[object]
) -> None:
    """A door that watches an endless approach is killed 100 times at random moments.

    What systemd does after a kill, `ostiary lock secure`, finds and leaves the lock secured. No
    release is without a grant in the audit, and both databases are whole.
    """
    import cv2  # noqa: PLC0415 - pictures of a test

    data, lock = tmp_path / "data", tmp_path / "lock"
    config = tmp_path / "ostiary.toml"
    config.write_text(
        f'[storage]\nfolder = "{data}"\n'
        f'[models]\nfolder = "{models.path("sface").parent}"\n'
        "[recognition]\nthreads = 1\n"
        '[liveness]\nmode = "off"\n'  # what is killed here is a door that unlocks at once
        f'[camera]\nsource = "{locate(CARPHONE)}"\n'
        f'[lock]\nkind = "fake"\nrelease_seconds = 0.5\nstate_file = "{lock}"\n',
        encoding="utf-8",
    )
    photos = []
    for number in (0, 20, 40):
        photos.append(str(tmp_path / f"{number}.png"))
        cv2.imwrite(photos[-1], carphone[number])  # type: ignore[call-overload]
    assert _ostiary(config, "enroll", *photos, "--name", "Karl", "--badge", "77") == 0
    chance = random.Random(7)
    killed_while_released = 0

    for _ in range(ROUNDS):
        door = subprocess.Popen(
            [sys.executable, "-m", "edge", "--config", str(config), "door"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert door.stdout is not None
        door.stdout.readline()  # it watches
        time.sleep(chance.uniform(0.0, 1.2))
        os.kill(door.pid, signal.SIGKILL)
        door.wait()
        door.stdout.close()
        killed_while_released += lock.read_text(encoding="utf-8").strip() == "released"

        assert _ostiary(config, "lock", "secure") == 0
        assert lock.read_text(encoding="utf-8").strip() == "secured"

    key = load_key(data / "ostiary.key", databases=())
    with open_collection(data / "collection.db", key) as database:
        database.check_integrity()
    with Audit(data / "audit.db", key) as audit:
        audit.verify()
        grants = [
            entry.event
            for entry in audit.entries()
            if entry.event.kind is EventKind.DECISION and entry.event.outcome == "grant"
        ]
    assert killed_while_released > 0, "the moments were badly chosen: no kill hit a release"
    assert len(grants) >= killed_while_released
