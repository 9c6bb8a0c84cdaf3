"""What is said to be done stays done when power is cut right after, on the worst of disks."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from edge.backup.pruning import found_in, name_of, prune
from edge.errors import StorageError
from edge.hardware.osdp.keys import PANEL, ChannelKey, KeyFolder
from edge.storage import replacing
from edge.storage.key import load_or_create_key
from edge.storage.names import DRAFTS_FILE, PLAN_FILE
from edge.storage.replacing import Change, draft_of, replace_all, staging, write_secret
from edge.storage.sealing import RecoveryKey, RecoveryPublic
from edge.storage.using import hold_with_others
from edge.vision.files import write_whole
from tests.power.deeds import NOON
from tests.power.disk import Cut, Image, cut
from tests.power.recording import Recorder, recording

INSTALLATION = "0123abcd"


class PowerCutError(BaseException):
    """Stands for the end of the process."""


def worst(recorder: Recorder) -> Image:
    """Return what is left if nothing is that was not synced."""
    return cut(recorder.before, recorder.steps, Cut.NOTHING, random.Random(1))


def put_back(image: Image, folder: Path) -> None:
    """Let *folder* hold *image* alone."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    image.lay_out(folder)


def _key(folder: Path) -> None:
    load_or_create_key(folder / "var" / "lib" / "ostiary.key", databases=())


def _recovery(folder: Path) -> None:
    RecoveryKey.random().public.write(folder / "ostiary-recovery.pub")


def _channel(folder: Path) -> None:
    KeyFolder(folder / "osdp").put(PANEL, ChannelKey.random())


def _model(folder: Path) -> None:
    write_whole(folder / "model.tflite", b"weights")


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (_key, "var/lib/ostiary.key"),
        (_recovery, "ostiary-recovery.pub"),
        (_channel, "osdp/panel.key"),
        (_model, "model.tflite"),
    ],
)
def test_a_new_file_is_there(tmp_path: Path, make: Callable[[Path], None], path: str) -> None:
    """With the folders that were made for it."""
    with recording(tmp_path) as recorder:
        make(tmp_path)

    assert dict(worst(recorder).under())[path] == (tmp_path / path).read_bytes()


def test_without_the_folders_it_would_not_be(tmp_path: Path) -> None:
    """Syncing the file alone is not enough, and a test that took it for enough would not fail here."""
    with recording(tmp_path) as recorder, mock.patch("edge.storage.sealing.sync"):
        _recovery(tmp_path)

    assert not dict(worst(recorder).under())


def test_a_replaced_recovery_key_does_not_come_back(tmp_path: Path) -> None:
    """Backups would be made for a paper of which it was said that it counts no more."""
    path = tmp_path / "ostiary-recovery.pub"
    RecoveryKey.random().public.write(path)
    new = RecoveryKey.random().public
    with recording(tmp_path) as recorder:
        new.write(path)
    put_back(worst(recorder), tmp_path)

    assert RecoveryPublic.read(path) == new


@pytest.mark.parametrize("seed", range(40))
def test_half_of_a_backup_never_looks_like_one(tmp_path: Path, seed: int) -> None:
    """Those that go are gone, or whole; wherever power is cut."""
    names = [name_of(INSTALLATION, NOON + timedelta(seconds=number)) for number in range(4)]
    for name in names:
        (tmp_path / name).mkdir()
        for file in ("one", "two", "three"):
            (tmp_path / name / file).write_text(file, encoding="ascii")
    with recording(tmp_path) as recorder:
        prune(tmp_path, INSTALLATION, keep=1, keep_days=0, now=NOON)
    chance = random.Random(seed)
    steps = recorder.steps[: chance.randint(0, len(recorder.steps))]
    put_back(cut(recorder.before, steps, Cut.ANY, chance), tmp_path)

    found = found_in(tmp_path, INSTALLATION)
    assert found[0].name == names[-1]
    assert all(len(list(path.iterdir())) == 3 for path in found)


@pytest.mark.parametrize("seed", range(60))
def test_what_was_replaced_leaves_nothing_behind(tmp_path: Path, seed: int) -> None:
    """Old or new, together; and no old key and no draft, whenever power is cut."""
    data, keys = tmp_path / "data", tmp_path / "keys"
    targets = (data / "database", keys / "key")
    for target in targets:
        target.parent.mkdir()
        target.write_text("old", encoding="ascii")
    with recording(tmp_path) as recorder, staging(data, targets):
        replace_all(data, [write_secret(target, "new") for target in targets])
    chance = random.Random(seed)
    steps = recorder.steps[: chance.randint(0, len(recorder.steps))]
    put_back(cut(recorder.before, steps, chance.choice(list(Cut)), chance), tmp_path)

    with hold_with_others(data):
        pass

    assert {target.read_text(encoding="ascii") for target in targets} in ({"old"}, {"new"})
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert {name for name in left if not name.startswith((".replacing.", ".drafts."))} == {
        *("database", "key", ".in-use")
    }


def test_drafts_of_whoever_was_cut_off_are_removed_by_the_next(tmp_path: Path) -> None:
    """They hold everybody, under a key that is in use; with what SQLite left beside them."""
    target = tmp_path / "collection.db"
    target.write_text("old", encoding="ascii")
    writing = staging(tmp_path, (target,))
    writing.__enter__()
    draft_of(target).write_text("everybody", encoding="ascii")
    draft_of(target).with_name(f"{draft_of(target).name}-wal").touch()

    # Power is cut here.
    with hold_with_others(tmp_path):
        assert {path.name for path in tmp_path.iterdir()} == {"collection.db", ".in-use"}


def test_no_second_name_of_what_is_replaced_is_left(tmp_path: Path) -> None:
    """A new file has two names for a moment: a key that was made when power was cut keeps both."""
    key = tmp_path / "ostiary.key"
    load_or_create_key(key, databases=())
    second = tmp_path / f".{key.name}.0123456789abcdef"
    second.hardlink_to(key)

    with staging(tmp_path, (key,)):
        replace_all(tmp_path, [write_secret(key, "new")])

    assert {path.name for path in tmp_path.iterdir()} == {key.name}


@pytest.mark.parametrize("content", ["", "[1", "[1]", "{}", '[{"goes": true}]'])
def test_a_damaged_list_is_told(tmp_path: Path, content: str) -> None:
    """Of what counts: nobody may guess. Of what does not: the door starts."""
    listed = tmp_path / PLAN_FILE
    listed.write_text(content, encoding="utf-8")
    if content != "{}":
        with pytest.raises(StorageError, match=r"\.replacing is damaged"):
            hold_with_others(tmp_path, patience=0.1)
        listed.unlink()
    (tmp_path / DRAFTS_FILE).write_text(content, encoding="utf-8")

    with hold_with_others(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [".in-use"]


def test_what_counts_is_not_taken_for_a_draft(tmp_path: Path) -> None:
    """Once all files count, the drafts are the only copies, and are moved, not removed."""
    target = tmp_path / "database"
    target.write_text("old", encoding="ascii")

    def dying(_: Change) -> None:
        raise PowerCutError

    with (
        mock.patch.object(replacing, "_carry_out", dying),
        pytest.raises(PowerCutError),
        staging(tmp_path, (target,)),
    ):
        replace_all(tmp_path, [write_secret(target, "new")])

    with hold_with_others(tmp_path):
        assert target.read_text(encoding="ascii") == "new"
        assert {path.name for path in tmp_path.iterdir()} == {"database", ".in-use"}
