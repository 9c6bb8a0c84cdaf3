from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.backup import back_up, key_of
from edge.config import Settings, StorageSettings
from edge.core import Core
from edge.errors import InUseError, KeyFileError, StorageError
from edge.rekeying import rekey
from edge.storage.key import Key, read_key
from edge.storage.replacing import Change, is_unfinished
from edge.storage.sealing import RecoveryKey
from edge.storage.sqlite import open_as_it_is
from tests.edge.rekeying.killing import check, furnish, kill_rounds

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Name a site, its key in another folder than its data."""
    return Settings(
        storage=StorageSettings(folder=tmp_path / "data", key_file=tmp_path / "keys" / "key")
    )


def test_everything_is_there_under_another_key(settings: Settings) -> None:
    """People, PINs and record; the record tells who did it, and the old key opens nothing."""
    ada = furnish(settings)
    old = read_key(settings.storage.key_file)

    done = rekey(settings, now=NOW, actor="user ada")

    assert set(done.databases) == {"collection.db", "audit.db", "desk.db", "video.db"}
    new = read_key(settings.storage.key_file)
    assert new != old
    assert settings.storage.key_file.stat().st_mode & 0o777 == 0o600
    assert check(settings, ada) == 1
    for path in settings.storage.folder.glob("*.db"):
        with pytest.raises(KeyFileError):
            open_as_it_is(path, old)
    rekey(settings, now=NOW, actor="user ada")
    assert check(settings, ada) == 2


def test_no_page_is_left_under_the_old_key(settings: Settings) -> None:
    """Not a page of the former files is in the new ones, and none of them lies around."""
    furnish(settings)
    before = {
        path.read_bytes()[start : start + 4096]
        for path in settings.storage.folder.glob("*.db")
        for start in range(4096, path.stat().st_size, 4096)
    }

    rekey(settings, now=NOW, actor="test")

    left = b"".join(
        path.read_bytes() for path in settings.storage.folder.rglob("*") if path.is_file()
    )
    assert len(before) > 10
    assert not [page for page in before if page in left]
    assert {path.name for path in settings.storage.folder.glob(".*")} == {".in-use"}


def test_the_recovery_key_opens_backups_from_before_and_after(settings: Settings) -> None:
    """Each with the key of its time: the paper in the safe stays."""
    furnish(settings)
    paper = RecoveryKey.random()
    old = read_key(settings.storage.key_file)
    with closing(Core(settings)) as core:
        paper.public.write(core.recovery_path)
        before = back_up(core, now=NOW, actor="test")

    rekey(settings, now=NOW, actor="test")

    with closing(Core(settings)) as core:
        after = back_up(core, now=NOW.replace(hour=13), actor="test")
    assert key_of(before.path, paper) == old
    assert key_of(after.path, paper) == read_key(settings.storage.key_file)


def test_a_running_program_keeps_its_key(settings: Settings) -> None:
    """A door is not left with a key that opens nothing: it must be stopped first."""
    ada = furnish(settings)
    with closing(Core(settings)) as core:
        key = core.key
        with pytest.raises(InUseError, match="systemctl stop"):
            rekey(settings, now=NOW, actor="test")
    assert read_key(settings.storage.key_file) == key
    assert check(settings, ada) == 0


def test_a_damaged_database_keeps_the_old_key(settings: Settings) -> None:
    """Nothing is changed where one file does not read."""
    furnish(settings)
    old = settings.storage.key_file.read_bytes()
    path = settings.storage.folder / "video.db"
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)

    with pytest.raises(StorageError):
        rekey(settings, now=NOW, actor="test")

    assert settings.storage.key_file.read_bytes() == old
    assert {each.name for each in settings.storage.folder.glob(".*")} == {".in-use"}
    path.unlink()
    with closing(Core(settings)) as core:
        core.audit.verify()


@pytest.mark.parametrize("origin", ["OSTIARY_KEY", "CREDENTIALS_DIRECTORY"])
def test_a_key_that_no_program_can_change(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: str
) -> None:
    """Where systemd gives the key, or the environment, a new key file would not be asked."""
    (tmp_path / "ostiary.key").write_text(Key.random().digits, encoding="ascii")
    value = str(tmp_path) if origin == "CREDENTIALS_DIRECTORY" else Key.random().digits
    monkeypatch.setenv(origin, value)

    with pytest.raises(KeyFileError, match="no program can change"):
        rekey(settings, now=NOW, actor="test")


def test_where_there_is_no_key_none_is_made(settings: Settings) -> None:
    """A lost key is not replaced by one that opens nothing."""
    furnish(settings)
    settings.storage.key_file.unlink()

    with pytest.raises(KeyFileError):
        rekey(settings, now=NOW, actor="test")

    assert not settings.storage.key_file.exists()


class PowerCutError(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("moved", range(6))
def test_cut_off_between_any_two_files(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    """Some files have the new key already, some have not: who comes next finishes it."""
    from edge.storage import replacing  # noqa: PLC0415 - patched below

    ada = furnish(settings)
    carry_out: Callable[[Change], None] = replacing._carry_out
    carried: list[Change] = []

    def dying(change: Change) -> None:
        if len(carried) == moved:
            raise PowerCutError
        carried.append(change)
        carry_out(change)

    with monkeypatch.context() as patched:
        patched.setattr(replacing, "_carry_out", dying)
        with suppress(PowerCutError):
            rekey(settings, now=NOW, actor="test")
    assert is_unfinished(settings.storage.folder) == (moved < 5)

    assert check(settings, ada) == 1


def test_killed_five_times(settings: Settings, tmp_path: Path) -> None:
    """SIGKILL while the key is being changed; fifty times in the slow suite."""
    kill_rounds(
        Settings(storage=StorageSettings(folder=tmp_path / "site")), rounds=5, seed=5, longest=0.3
    )


def test_no_file_is_ever_in_the_clear(settings: Settings) -> None:
    """Python's own SQLite opens none of them."""
    furnish(settings)

    rekey(settings, now=NOW, actor="test")

    for path in settings.storage.folder.glob("*.db"):
        with closing(sqlite3.connect(path)) as plain, pytest.raises(sqlite3.DatabaseError):
            plain.execute("SELECT * FROM sqlite_master")
