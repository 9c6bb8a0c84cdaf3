"""A device is destroyed, another takes its place, and the door lets the same man in."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.announcing.ledger import Ledger
from edge.audit import Audit, EventKind
from edge.audit.events import AuditEvent
from edge.backup import Backup, back_up, key_of, restore
from edge.backup.contents import CONTENTS_FILE
from edge.backup.restoring import examine
from edge.backup.verifying import contents_of
from edge.collection.collections import Collections
from edge.collection.people import NewPerson, People
from edge.config import ModelSettings, Settings, StorageSettings, load_settings
from edge.config.backup import BackupSettings
from edge.core import Core
from edge.errors import InUseError, KeyFileError, OstiaryError, StorageError
from edge.hardware.choose_osdp import osdp_keys
from edge.hardware.osdp.keys import PANEL, ChannelKey
from edge.storage.key import Key, read_key
from edge.storage.names import RESTORED_SETTINGS_FILE
from edge.storage.sealing import RecoveryKey, RecoveryPublic
from edge.vision.models import ModelStore
from enroll.accounts import Accounts
from enroll.store import open_web

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def settings_of(folder: Path, models: ModelStore) -> Settings:
    """Keep everything in *folder*, backups beside it."""
    return Settings(
        storage=StorageSettings(folder=folder),
        models=ModelSettings(folder=models.path("sface").parent),
        backup=BackupSettings(folder=folder.parent / "shelf"),
    )


@pytest.fixture
def old(tmp_path: Path, models: ModelStore) -> Iterator[Core]:
    """Give a device that has everything that a device may have."""
    with closing(Core(settings_of(tmp_path / "old", models))) as core:
        core.ensure_collection("badges")
        people = People(core.database)
        ada = people.enroll("badges", NewPerson(name="Ada Lovelace"))
        core.audit.append(AuditEvent(EventKind.ENROLLED, NOW, person_id=ada.person_id))
        open_web(core.web_path, core.key).close()
        Ledger(core.settings.storage.folder / "announce.db", core.key).close()
        _ = core.desk, core.video
        osdp_keys(core.settings.storage.folder).put(PANEL, CHANNEL)
        (core.settings.storage.folder / "web.pem").write_text("certificate", encoding="ascii")
        yield core


CHANNEL = ChannelKey.random()
PAPER = RecoveryKey.random()


@pytest.fixture
def made(old: Core) -> Backup:
    """Make a backup for the recovery key."""
    PAPER.public.write(old.recovery_path)
    return back_up(old, now=NOW, actor="test")


@pytest.fixture
def new(tmp_path: Path, models: ModelStore) -> Settings:
    """Name a device that is not there yet."""
    return settings_of(tmp_path / "new", models)


def put_back(settings: Settings, backup: Backup, *, force: bool = False) -> None:
    """Put *backup* back with what is on the paper."""
    key = key_of(backup.path, RecoveryKey.from_words(PAPER.words))
    restore(settings, backup.path, key, now=NOW + timedelta(days=1), actor="test", force=force)


def test_a_new_device_has_everything(old: Core, made: Backup, new: Settings) -> None:
    """People, record, accounts, keys of lines, certificate, settings, from paper and backup alone."""
    entries, key = old.audit.count, old.key
    old.close()
    shutil.rmtree(old.settings.storage.folder)

    put_back(new, made)

    folder = new.storage.folder
    assert {path.name for path in folder.glob("*.db")} == {
        *("collection.db", "audit.db", "web.db", "desk.db", "video.db", "announce.db")
    }
    assert osdp_keys(folder).get(PANEL) == CHANNEL
    assert (folder / "web.pem").read_text(encoding="ascii") == "certificate"
    assert (folder / "web.pem").stat().st_mode & 0o777 == 0o600
    assert RecoveryPublic.read(folder / "ostiary-recovery.pub") == PAPER.public
    assert load_settings(folder / RESTORED_SETTINGS_FILE, environment={}) == old.settings
    with closing(Core(new)) as core:
        assert core.key == key
        assert [each.name for each in People(core.database).list("badges")] == ["Ada Lovelace"]
        # The backup is as of before it was recorded; the last event tells that it was put back.
        assert core.audit.verify().entries == entries
        *_, last = core.audit.entries()
        assert last.event.kind is EventKind.RESTORED
        assert made.path.name in last.event.detail
        with open_web(core.web_path, core.key) as web:
            assert Accounts(web).by_name("nobody") is None
        again = back_up(core, now=NOW + timedelta(days=2), actor="test")
    assert again.path.name.split("-")[1] == made.path.name.split("-")[1]
    assert [path for path in folder.glob(".*") if path.name != ".in-use"] == []


def test_no_backup_can_sign(old: Core, made: Backup, new: Settings) -> None:
    """The signing key is the device's own; the record then has two signers, and says so."""
    old.audit.seal()
    before = old.signing_key.public.fingerprint
    contents = contents_of(made.path, old.key)
    assert not any("signing" in name for name in contents.secrets)
    old.close()

    put_back(new, made)

    with closing(Core(new)) as core:
        core.audit.seal()
        signers = core.audit.verify().signers
        assert core.signing_key.public.fingerprint in signers
        assert core.signing_key.public.fingerprint != before


def test_no_key_lies_in_it_in_the_clear(old: Core, made: Backup) -> None:
    """Neither as bytes nor as digits; and no name."""
    content = b"".join(path.read_bytes() for path in made.path.iterdir()).lower()

    for secret in (old.key.secret, CHANNEL.secret, PAPER.secret):
        assert secret not in content
        assert secret.hex().encode() not in content
    assert b"lovelace" not in content
    assert b"certificate" not in content


def test_without_a_recovery_key_the_key_file_opens_it(old: Core, new: Settings) -> None:
    """As long as somebody kept a copy of it."""
    made = back_up(old, now=NOW, actor="test")
    assert not made.recoverable
    with pytest.raises(KeyFileError, match=r"before the site had a recovery key.*--key-file"):
        key_of(made.path, PAPER)
    key = read_key(old.settings.storage.key_file)
    old.close()

    restore(new, made.path, key, now=NOW, actor="test")

    with closing(Core(new)) as core:
        assert core.audit.verify().entries > 0


def test_another_paper_or_key_opens_nothing(made: Backup, new: Settings) -> None:
    """And nothing is begun."""
    with pytest.raises(KeyFileError, match="does not open"):
        key_of(made.path, RecoveryKey.random())
    with pytest.raises(KeyFileError):
        restore(new, made.path, Key.random(), now=NOW, actor="test")
    assert not new.storage.folder.exists()


def test_people_are_not_overwritten_unasked(old: Core, made: Backup, new: Settings) -> None:
    """A device in use is refused; with force its own people, record and OSDP keys are gone."""
    with closing(Core(new)) as core:
        core.ensure_collection("badges")
        People(core.database).enroll("badges", NewPerson(name="Grace Hopper"))
        own = core.key
    osdp_keys(new.storage.folder).put("reader-1", ChannelKey.random())

    with pytest.raises(InUseError, match=r"people and a record of its own.*--force"):
        put_back(new, made)
    assert read_key(new.storage.key_file) == own
    put_back(new, made, force=True)

    with closing(Core(new)) as core:
        assert [each.name for each in People(core.database).list("badges")] == ["Ada Lovelace"]
    assert osdp_keys(new.storage.folder).names() == (PANEL,)


def test_a_running_door_is_not_pulled_away(made: Backup, new: Settings) -> None:
    """Whoever has the databases open must be stopped first."""
    with closing(Core(new)) as core:
        _ = core.audit
        with pytest.raises(InUseError, match="another program"):
            put_back(new, made, force=True)


def _flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a flipped bit in a database": lambda folder: _flip(folder / "collection.db", 9000),
    "a flipped bit in the record": lambda folder: _flip(folder / "audit.db", 9000),
    "a flipped bit in the contents": lambda folder: _flip(folder / CONTENTS_FILE, 40),
    "a missing database": lambda folder: (folder / "web.db").unlink(),
    "a cut off database": lambda folder: (folder / "desk.db").write_bytes(b""),
    "no contents": lambda folder: (folder / CONTENTS_FILE).unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_changes_nothing(made: Backup, new: Settings, damage: str) -> None:
    """It is refused as a whole, by a rehearsal, too, and what this device has stays."""
    with closing(Core(new)) as core:
        _ = core.database, core.audit
        own = core.key
    DAMAGES[damage](made.path)
    key = key_of(made.path, PAPER) if damage != "no contents" else Key.random()

    with pytest.raises(OstiaryError):
        examine(new, made.path, key)
    with pytest.raises(OstiaryError):
        restore(new, made.path, key, now=NOW, actor="test", force=True)

    with closing(Core(new)) as core:
        assert core.key == own
        assert core.audit.verify().entries == 0
    assert [path for path in new.storage.folder.glob(".*") if path.name != ".in-use"] == []


def test_files_of_two_backups_are_not_mixed(old: Core, made: Backup, new: Settings) -> None:
    """An older file with the same key would open; it is refused all the same."""
    People(old.database).enroll("badges", NewPerson(name="Grace Hopper"))
    later = back_up(old, now=NOW + timedelta(hours=1), actor="test")
    shutil.copy(made.path / "collection.db", later.path / "collection.db")

    with pytest.raises(StorageError, match=r"collection\.db is not the file"):
        restore(new, later.path, old.key, now=NOW, actor="test")


def test_a_rehearsal_changes_nothing(made: Backup, new: Settings) -> None:
    """It reads all of it, and counts."""
    told = examine(new, made.path, key_of(made.path, PAPER))

    assert (told.people, told.settings) == (1, None)
    assert told.at == NOW
    assert not new.storage.folder.exists()


def test_a_collection_of_another_embedder_is_told(old: Core, made: Backup, new: Settings) -> None:
    """It is put back, but this device's embedder would not find anybody in it."""
    other = replace(old.embedder.model, digest="0" * 64)
    Collections(old.database).create("others", model=other, dimension=128)
    later = back_up(old, now=NOW + timedelta(hours=1), actor="test")

    told = examine(new, later.path, key_of(later.path, PAPER))

    assert told.other_models == ("others",)


def test_a_key_that_no_program_can_change(
    made: Backup, new: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the key comes from the environment, a key file would not be asked."""
    monkeypatch.setenv("OSTIARY_KEY", Key.random().digits)
    with pytest.raises(KeyFileError, match="OSTIARY_KEY"):
        put_back(new, made)
    assert not new.storage.folder.exists()

    monkeypatch.setenv("OSTIARY_KEY", key_of(made.path, PAPER).digits)
    put_back(new, made)

    assert not new.storage.key_file.exists()
    with closing(Core(new)) as core:
        assert core.audit.verify().entries > 0


def test_the_record_is_of_the_moment_after_the_people(old: Core, made: Backup) -> None:
    """The copy of the record verifies by itself, and the backup is told in the device's own."""
    with Audit(made.path / "audit.db", old.key, read_only=True) as audit:
        verified = audit.verify()
    contents = contents_of(made.path, old.key)

    assert (contents.entries, contents.head) == (verified.entries, verified.head)
    *_, last = old.audit.entries()
    assert last.event.kind is EventKind.BACKED_UP
    assert last.event.detail == f"{made.path.name}, by test"
