"""The real programs under clocks of 1970, 2038 and 2106, and under one that jumps while a door runs."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import pytest

from edge.audit import EventKind
from edge.collection.people import NewPerson, People
from edge.config import load_settings
from edge.core import Core
from edge.demonstration.footage import CARPHONE, locate
from edge.domain import Badge, Pixels
from edge.enrolling import Photo
from edge.vision.models import ModelStore
from tests.edge.hardware.test_camera_http import MjpegServer

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
PATIENCE = 120.0
JUMPS = int(os.environ.get("OSTIARY_CLOCK_JUMPS", "30"))

_TODAY = datetime.now(UTC)
_DAYS_TO_2038 = (datetime(2038, 2, 1, tzinfo=UTC) - _TODAY).days
_DAYS_TO_2106 = (datetime(2106, 3, 1, tzinfo=UTC) - _TODAY).days

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(LIBRARY is None, reason="no libfaketime"),
]


class Place:
    """A device that knows a man, with a visitor who may be kept for a year."""

    def __init__(self, folder: Path, models: ModelStore, carphone: list[Pixels]) -> None:
        self.folder = folder
        self.state = folder / "lock"
        self.config = folder / "ostiary.toml"
        self.clock = folder / "clock"
        self.write(str(locate(CARPHONE)), models)
        photos = [
            Photo(f"{number}.png", cv2.imencode(".png", carphone[number])[1].tobytes())
            for number in (0, 20, 40)
        ]
        with self.core() as core:
            core.ensure_collection("badges")
            core.enroller.enroll(NewPerson("Karl"), photos, badges=(Badge("77"),), actor="test")
            until = datetime.now(UTC) + timedelta(days=365)
            People(core.database).enroll("badges", NewPerson("Visitor", retention_until=until))
        assert self.run("+0", "backup").returncode == 0

    def write(self, source: str, models: ModelStore) -> None:
        """Write the settings, with *source* for a camera."""
        self.config.write_text(
            f'[storage]\nfolder = "{self.folder}"\n[audit]\nkeep_days = 365\n'
            f'[models]\nfolder = "{models.path("sface").parent}"\n[recognition]\nthreads = 1\n'
            f'[liveness]\nmode = "off"\n[live]\nenabled = false\n[camera]\nsource = "{source}"\n'
            f'[lock]\nkind = "fake"\nrelease_seconds = 0.5\nstate_file = "{self.state}"\n',
            encoding="utf-8",
        )

    def core(self) -> closing[Core]:
        """Open the device by the right clock."""
        return closing(Core(load_settings(self.config, environment={})))

    def environment(self) -> dict[str, str]:
        """Return that of a program which asks the file *clock* what time it is."""
        return os.environ | {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self.clock),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def run(self, clock: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command under a *clock*, in the words of faketime(1)."""
        self.clock.write_text(f"{clock}\n", encoding="ascii")
        return subprocess.run(
            [sys.executable, "-m", "edge", "--config", str(self.config), *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    @contextmanager
    def door(self, clock: str, models: ModelStore, carphone: list[Pixels]) -> Iterator[None]:
        """Let the door watch an endless film of the man under a *clock*; it must end well and locked."""
        self.clock.write_text(f"{clock}\n", encoding="ascii")
        server = MjpegServer([cv2.imencode(".jpg", frame)[1].tobytes() for frame in carphone[:60]])
        server.switch_on()
        self.write(f"http://127.0.0.1:{server.port}/stream", models)
        with subprocess.Popen(
            [sys.executable, "-m", "edge", "--config", str(self.config), "door"],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as door:
            try:
                assert door.stdout is not None
                assert "Watching" in door.stdout.readline()
                yield
            finally:
                door.send_signal(signal.SIGTERM)
                _, stderr = door.communicate(timeout=PATIENCE)
                server.switch_off()
        assert door.returncode == 0, stderr
        assert self.state.read_text(encoding="ascii") == "secured\n"

    def told(self) -> list[tuple[EventKind, str | None, str]]:
        """Return kind, outcome and detail of every event, the record verified."""
        with self.core() as core:
            core.audit.verify()
            events = [entry.event for entry in core.audit.entries()]
        return [(event.kind, event.outcome, event.detail) for event in events]


@pytest.fixture(scope="module")
def original(
    tmp_path_factory: pytest.TempPathFactory, models: ModelStore, carphone: list[Pixels]
) -> Place:
    """Make the device once."""
    return Place(tmp_path_factory.mktemp("clocks"), models, carphone)


@pytest.fixture
def place(original: Place, models: ModelStore) -> Iterator[Place]:
    """Give it back after each test as it was."""
    kept = original.folder.with_name("kept")
    shutil.copytree(original.folder, kept)
    yield original
    shutil.rmtree(original.folder)
    kept.rename(original.folder)


@pytest.mark.parametrize(
    ("clock", "grants"),
    [("-20000d", False), (f"+{_DAYS_TO_2038}d", True), (f"+{_DAYS_TO_2106}d", True)],
)
def test_programs_under_a_wrong_clock(
    place: Place, models: ModelStore, carphone: list[Pixels], clock: str, *, grants: bool
) -> None:
    """A clock that cannot be right lets nobody in; one that is ahead removes nothing by its date.

    Seventies, and past the ends of 32 bits, signed and not. Everything goes on under the right clock.
    """
    before = len(place.told())

    def outcomes() -> list[str | None]:
        return [outcome for _, outcome, _ in place.told()[before:] if outcome is not None]

    with place.door(clock, models, carphone):
        deadline = time.monotonic() + PATIENCE
        while not outcomes():
            assert time.monotonic() < deadline, "nothing was decided"
            time.sleep(0.5)
    assert ("grant" in outcomes()) is grants

    swept = place.run(clock, "people", "sweep")
    pruned = place.run(clock, "audit", "prune")
    if grants:
        assert swept.returncode == 1, swept.stderr
        assert "nothing is removed by its date" in swept.stderr
        assert pruned.returncode == 1
    assert len(place.told()) >= before
    backed_up = place.run(clock, "backup")
    assert backed_up.returncode == 0, backed_up.stderr
    assert place.run("+0", "backup").returncode == 0
    with place.core() as core:
        assert {each.name for each in People(core.database).list("badges")} == {"Karl", "Visitor"}


def test_a_clock_that_jumps_while_the_door_runs(
    place: Place, models: ModelStore, carphone: list[Pixels]
) -> None:
    """Decades back and forth, again and again: recorded, survived, and locked in the end."""
    chance = random.Random(4)
    before = len(place.told())
    with place.door("+0", models, carphone):
        for _ in range(JUMPS):
            days = chance.choice((-20_000, -400, -2, 2, 400, 4_000, 29_000))
            place.clock.write_text(f"{days:+d}d\n", encoding="ascii")
            time.sleep(chance.uniform(0.1, 0.8))
        place.clock.write_text("+0\n", encoding="ascii")
    kinds = [kind for kind, _, _ in place.told()[before:]]
    assert EventKind.CLOCK_CHANGED in kinds
    assert kinds[-1] is EventKind.DOOR_STOPPED
