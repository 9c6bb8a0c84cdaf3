"""A full disk, and one that cannot be written: said clearly, nothing lost, locked, and over when it is."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from edge.audit import AuditEvent, EventKind
from edge.backup import back_up
from edge.collection.people import NewPerson, People
from edge.config import LivenessSettings, LiveSettings, ModelSettings, Settings
from edge.core import Core
from edge.domain import Badge, Pixels
from edge.enrolling import Photo
from edge.errors import AuditFullError, DiskFullError, OstiaryError, StorageError
from edge.hardware import LockState
from edge.hardware.lock_fake import FakeLock
from edge.quarantine import mend
from edge.storage.names import COLLECTION_FILE
from edge.vision.models import ModelStore
from edge.wiring import wired_door
from tests.edge.disks import fill, set_read_only, small_disk
from tests.edge.quarantine.damaging import Film, Remembered, as_png
from tests.edge.quarantine.device import LATER, NAMES, people_of, settings_in, spoil

MEGABYTES = 16


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of 16 MB."""
    with small_disk(tmp_path / "disk", MEGABYTES) as folder:
        yield folder


@pytest.fixture
def small(original: Settings, disk: Path, models: ModelStore) -> Settings:
    """Put the device on it, without space put aside for the record."""
    shutil.copytree(original.storage.folder.parent, disk / "device")
    base = settings_in(disk / "device")
    return replace(
        base,
        models=ModelSettings(folder=models.path("sface").parent),
        liveness=LivenessSettings(mode="off"),
        live=LiveSettings(enabled=False),
        audit=replace(base.audit, reserve_megabytes=0),
    )


def photos(carphone: list[Pixels]) -> list[Photo]:
    """Show the man three times."""
    return [Photo(f"{number}.png", as_png(carphone[number])) for number in (0, 20, 40)]


def enroll_until_refused(core: Core) -> tuple[int, OstiaryError]:
    """Enroll people without faces until the disk takes no more; return how many it took."""
    for number in range(100_000):
        try:
            with core.database.transaction():
                People(core.database).enroll("badges", NewPerson(name=f"Another {number}"))
        except StorageError as error:
            return number, error
    raise AssertionError("the disk is never full")


def test_enrolling_on_a_full_disk(small: Settings, disk: Path, carphone: list[Pixels]) -> None:
    """It is refused with a remedy, what was acknowledged is there, and it works again afterwards."""
    with closing(Core(small)) as core:
        core.ensure_collection("badges")
        _ = core.audit, core.gallery
        full = fill(disk)
        taken, refusal = enroll_until_refused(core)
        assert isinstance(refusal, DiskFullError)
        assert "Free space" in refusal.remedy
        with pytest.raises((DiskFullError, AuditFullError), match="disk is full"):
            core.enroller.enroll(
                NewPerson(name="Karl"), photos(carphone), badges=(Badge("77"),), actor="test"
            )
        core.database.check_integrity()
        core.audit.verify()
        assert len(People(core.database).list("badges", limit=10_000)) == len(NAMES) + taken

        full.unlink()
        core.enroller.enroll(
            NewPerson(name="Karl"), photos(carphone), badges=(Badge("77"),), actor="test"
        )
        assert len(People(core.database).list("badges", limit=10_000)) == len(NAMES) + taken + 1


def test_a_backup_on_a_full_disk(small: Settings, disk: Path) -> None:
    """Half of one is never left, the older one stays, and the next one is whole."""
    assert small.backup.folder is not None
    with closing(Core(small)) as core:
        before = sorted(small.backup.folder.iterdir())
        full = fill(disk)
        with pytest.raises(StorageError, match=r"full|cannot be written|No space"):
            back_up(core, now=LATER, actor="test")
        assert sorted(small.backup.folder.iterdir()) == before
        full.unlink()
        assert back_up(core, now=LATER, actor="test").path.exists()


def test_a_door_on_a_full_disk_lets_nobody_in_until_there_is_space(
    small: Settings, disk: Path, carphone: list[Pixels]
) -> None:
    """The man whom it knows waits; the program goes on, and when space is freed he is let in."""
    frames = carphone[:30]
    with closing(Core(small)) as core:
        core.ensure_collection("badges")
        core.enroller.enroll(
            NewPerson(name="Karl"), photos(carphone), badges=(Badge("77"),), actor="test"
        )
        reader = Remembered(core, frames)
        core.__dict__["recognizer"] = reader
        full = fill(disk)
        enroll_until_refused(core)
        _append_until_refused(core)

        def shown() -> int:
            lock = FakeLock()
            with wired_door(core, camera=Film(frames), lock=lock) as loop:
                loop.run(threading.Event())
            assert lock.state is LockState.SECURED
            return [each.state for each in lock.history].count(LockState.RELEASED)

        assert shown() == 0
        full.unlink()
        assert shown() == 1
        core.audit.verify()


def test_a_damaged_file_on_a_full_disk_stays_where_it_is(small: Settings, disk: Path) -> None:
    """It cannot even be looked at, and no door starts on it; when there is space, it is put aside."""
    damaged = spoil(small, COLLECTION_FILE)
    full = fill(disk)
    assert mend(small, now=LATER) is None
    _refused_to_start(small)
    assert (small.storage.folder / COLLECTION_FILE).read_bytes() == damaged
    full.unlink()
    assert mend(small, now=LATER) is not None
    assert people_of(small) == dict.fromkeys(NAMES, False)


def test_a_disk_that_cannot_be_written(small: Settings, disk: Path, carphone: list[Pixels]) -> None:
    """Enrolling, backing up and the door are refused, the lock stays; writable again, all works."""
    with closing(Core(small)) as core:
        core.ensure_collection("badges")
    set_read_only(disk, read_only=True)
    lock = FakeLock()
    with closing(Core(small)) as core:
        for attempt in (
            lambda: core.enroller.enroll(NewPerson(name="Karl"), photos(carphone), actor="test"),
            lambda: back_up(core, now=LATER, actor="test"),
            lambda: _run_door(core, carphone, lock),
        ):
            with pytest.raises(OstiaryError) as refusal:
                attempt()
            assert refusal.value.remedy
    assert mend(small, now=LATER) is None
    assert lock.state is LockState.SECURED
    set_read_only(disk, read_only=False)
    with closing(Core(small)) as core:
        core.enroller.enroll(NewPerson(name="Karl"), photos(carphone), actor="test")
        core.audit.verify()


def test_a_damaged_file_on_a_disk_that_cannot_be_written(small: Settings, disk: Path) -> None:
    """It cannot be put aside; the door does not start on it, and the lock is not moved."""
    damaged = spoil(small, COLLECTION_FILE)
    set_read_only(disk, read_only=True)
    assert mend(small, now=LATER) is None
    _refused_to_start(small)
    assert (small.storage.folder / COLLECTION_FILE).read_bytes() == damaged
    set_read_only(disk, read_only=False)
    assert mend(small, now=LATER) is not None


def _refused_to_start(settings: Settings) -> None:
    lock = FakeLock()
    with closing(Core(settings)) as core, pytest.raises(OstiaryError) as refusal:
        _run_door(core, [], lock)
    assert refusal.value.remedy
    assert lock.state is LockState.SECURED
    assert [each.state for each in lock.history].count(LockState.RELEASED) == 0


def _run_door(core: Core, carphone: list[Pixels], lock: FakeLock) -> None:
    with wired_door(core, camera=Film(carphone[:3]), lock=lock) as loop:
        loop.run(threading.Event())


def _append_until_refused(core: Core) -> None:
    for _ in range(100_000):
        try:
            core.audit.append(AuditEvent(EventKind.FAULT, LATER, detail="filling"))
        except AuditFullError:
            return
    raise AssertionError("the disk is never full")
