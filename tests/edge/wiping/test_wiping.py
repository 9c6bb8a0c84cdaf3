from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.announcing.ledger import Ledger
from edge.backup import Backup, back_up, restore
from edge.collection.people import NewPerson, People
from edge.config import LiveSettings, ModelSettings, Settings, StorageSettings
from edge.config.backup import BackupSettings
from edge.core import Core
from edge.errors import InUseError, StorageError
from edge.hardware.choose_osdp import osdp_keys
from edge.hardware.osdp.keys import PANEL, ChannelKey
from edge.storage.key import read_key
from edge.storage.sealing import RecoveryKey
from edge.vision.models import ModelStore
from edge.wiping import wipe
from enroll.store import open_web

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, models: ModelStore) -> Settings:
    """Name a site that has lived: everything is there that Ostiary ever writes."""
    settings = Settings(
        storage=StorageSettings(folder=tmp_path / "data", key_file=tmp_path / "keys" / "key"),
        backup=BackupSettings(folder=tmp_path / "shelf"),
        live=LiveSettings(folder=tmp_path / "live"),
        models=ModelSettings(folder=models.path("sface").parent),
    )
    made = furnish(settings)
    key = read_key(settings.storage.key_file)
    restore(settings, made.path, key, now=NOW, actor="test", force=True)
    for name in ("picture.jpg", "state.json", ".picture.jpg.77"):
        settings.live.folder.mkdir(exist_ok=True)
        (settings.live.folder / name).write_bytes(b"a picture of a face")
    return settings


CHANNEL = ChannelKey.random()


def furnish(settings: Settings) -> Backup:
    """Make everything, and return a backup of it."""
    data = settings.storage.folder
    with closing(Core(settings)) as core:
        core.ensure_collection("badges")
        People(core.database).enroll("badges", NewPerson(name="Ada Lovelace"))
        open_web(core.web_path, core.key).close()
        Ledger(data / "announce.db", core.key).close()
        osdp_keys(data).put(PANEL, CHANNEL)
        (data / "web.pem").write_text("the key of the pages", encoding="ascii")
        RecoveryKey.random().public.write(core.recovery_path)
        _ = core.desk, core.video, core.signing_key
        assert core.reserve is not None
        assert core.reserve.fill()
        back_up(core, now=NOW, actor="test", folder=data / "backups")
        return back_up(core, now=NOW + timedelta(hours=1), actor="test")


def keys_of(settings: Settings) -> list[Path]:
    """Return every file that holds a key."""
    data, key_file = settings.storage.folder, settings.storage.key_file
    return [
        key_file,
        key_file.with_name("ostiary-signing.key"),
        data / "osdp" / "panel.key",
        data / "web.pem",
        data / "ostiary-recovery.pub",
        data / "restored.toml",
    ]


def chunks(content: bytes) -> set[bytes]:
    """Return what a file is known by: its pieces, but for those that are nothing."""
    pieces = {content[start : start + 512] for start in range(0, len(content), 512)}
    return {piece for piece in pieces if len(set(piece)) > 1}


def everything(folder: Path) -> bytes:
    """Return every byte of every file below *folder*."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_no_byte_of_it_is_left(settings: Settings, tmp_path: Path) -> None:
    """Whatever was in any file before is in none, and nothing but a stranger's file lies there."""
    known = chunks(everything(tmp_path))
    (settings.storage.folder / "notes.txt").write_text("of somebody else", encoding="utf-8")

    wiped = wipe(settings, backups=True, models=False)

    assert len(known) > 500
    assert not chunks(everything(tmp_path)) & known
    assert everything(tmp_path) == b"of somebody else"
    assert wiped.files > 30
    assert [path.name for path in wiped.left] == ["notes.txt"]
    assert wiped.backups == ()
    assert list((tmp_path / "shelf").iterdir()) == []


def test_keys_are_overwritten_and_not_only_forgotten(settings: Settings, tmp_path: Path) -> None:
    """By another name of the same bytes on the disk, it is seen that they are gone."""
    witnesses = tmp_path / "witnesses"
    witnesses.mkdir()
    before = {}
    for path in keys_of(settings):
        os.link(path, witnesses / path.name)
        before[path.name] = path.read_bytes()

    wipe(settings, backups=False, models=False)

    for path in witnesses.iterdir():
        assert len(path.read_bytes()) == len(before[path.name])
        assert not set(path.read_bytes().split()) & set(before[path.name].split())


def test_a_key_on_another_medium_goes_too(settings: Settings, tmp_path: Path) -> None:
    """Where the key file is a link, what it leads to is the key."""
    stick = settings.storage.key_file.rename(tmp_path / "stick")
    settings.storage.key_file.symlink_to(stick)

    wipe(settings, backups=False, models=False)

    assert not stick.exists()
    assert not settings.storage.key_file.is_symlink()


def test_backups_elsewhere_stay_unless_asked_for(settings: Settings) -> None:
    """They are told; another door's in the same folder are nobody's business."""
    assert settings.backup.folder is not None
    other = settings.backup.folder / "backup-deadbeef-20260101T000000Z"
    other.mkdir()

    (kept,) = wipe(settings, backups=False, models=False).backups

    assert (kept / "collection.db").exists()
    assert other.exists()


def test_another_doors_backups_stay_in_any_case(settings: Settings) -> None:
    """Several doors share a folder."""
    assert settings.backup.folder is not None
    other = settings.backup.folder / "backup-deadbeef-20260101T000000Z"
    other.mkdir()

    wipe(settings, backups=True, models=False)

    assert list(settings.backup.folder.iterdir()) == [other]


def test_models_go_when_asked_for(settings: Settings, tmp_path: Path) -> None:
    """They are about nobody, and quickly had again; what else lies in their folder is not ours."""
    folder = tmp_path / "data" / "models"
    folder.mkdir()
    for name in ("sface.tflite", "own.tflite"):
        (folder / name).write_bytes(b"weights")
    settings = replace(settings, models=ModelSettings(folder=folder))
    assert wipe(settings, backups=False, models=False).left == ()
    assert (folder / "sface.tflite").exists()

    wipe(settings, backups=False, models=True)

    assert [path.name for path in folder.iterdir()] == ["own.tflite"]


def test_a_running_door_keeps_everything(settings: Settings) -> None:
    """It is stopped first: else it would write on, into files that nobody sees."""
    with closing(Core(settings)) as core:
        _ = core.audit
        with pytest.raises(InUseError):
            wipe(settings, backups=True, models=False)
        assert core.audit.verify().entries > 0


def test_cut_off_after_the_keys_it_can_be_finished(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left opens with nothing, and a second run erases it."""

    def failing(path: Path, missing_ok: bool = False) -> None:
        raise OSError(5, "Input/output error", str(path))

    with monkeypatch.context() as patched:
        patched.setattr("edge.wiping._erase", failing)
        with pytest.raises(StorageError, match="cannot be erased"):
            wipe(settings, backups=True, models=False)
    assert not [path for path in keys_of(settings) if path.exists()]
    with closing(Core(settings)) as core, pytest.raises(StorageError):
        _ = core.audit

    wipe(settings, backups=True, models=False)

    assert everything(tmp_path) == b""


def test_a_wiped_device_begins_anew(settings: Settings) -> None:
    """With another key, and nobody in it."""
    wipe(settings, backups=True, models=False)

    with closing(Core(settings)) as core:
        core.ensure_collection("badges")
        assert People(core.database).list("badges") == ()
        assert core.audit.verify().entries == 0
