"""``ostiary backup``, ``restore`` and ``key``, as an owner and a timer call them."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest

from edge.demonstration.footage import CARPHONE, locate
from tests.edge.commands.conftest import Ostiary


def enroll(ostiary: Ostiary, photos: Path) -> None:
    """Enroll the man in the car."""
    ostiary("enroll", photos / "man-0.png", photos / "man-20.png", photos / "man-40.png",
            "--name", "Karl Bell", "--badge", "77")  # fmt: skip


def test_the_device_is_destroyed_and_another_lets_the_same_man_in(
    ostiary: Ostiary, site: Path, photos: Path, tmp_path: Path
) -> None:
    """All that is left is a folder and a piece of paper."""
    enroll(ostiary, photos)
    words = ostiary("key", "recovery", "--json").json["recovery_key"]
    (tmp_path / "paper").write_text(words, encoding="ascii")
    made = ostiary("backup", tmp_path / "shelf", "--json")
    assert made.status == 0, made.err
    assert made.json["recoverable"]
    shutil.rmtree(tmp_path / "data")
    site.write_text(site.read_text().replace(f"{tmp_path}/data", f"{tmp_path}/elsewhere"))

    restored = ostiary("restore", made.json["path"], "--recovery-key-file", tmp_path / "paper")

    assert restored.status == 0, restored.err
    assert "1 person" in restored.out
    answer = ostiary("door", "--camera", locate(CARPHONE))
    assert answer.status == 0, answer.err
    assert answer.out.count("GRANT MATCH") == 1
    kinds = [entry["event"]["kind"] for entry in ostiary("audit", "list", "--json").json]
    assert kinds.index("enrolled") < kinds.index("restored") < kinds.index("decision")
    assert ostiary("audit", "verify").status == 0
    assert not (tmp_path / "data").exists()


def test_a_backup_says_what_opens_it(ostiary: Ostiary, tmp_path: Path) -> None:
    """Without a recovery key a lost device is a lost site, unless the key file was kept."""
    answer = ostiary("backup")
    assert answer.status == 0, answer.err
    assert "Only the key file opens it" in answer.out
    assert (tmp_path / "data" / "backups").is_dir()

    ostiary("key", "recovery")

    assert "Only the key file" not in ostiary("backup", tmp_path / "shelf").out
    (listed,) = ostiary("backup", tmp_path / "shelf", "--list", "--json").json
    assert listed["recoverable"]
    assert "recovery key" in ostiary("backup", tmp_path / "shelf", "--list").out


def test_the_settings_say_where_and_how_many(ostiary: Ostiary, site: Path, tmp_path: Path) -> None:
    """What a timer calls, every day: no argument."""
    with site.open("a", encoding="utf-8") as file:
        file.write(f'[backup]\nfolder = "{tmp_path}/shelf"\nkeep = 1\n')
    ostiary("backup")
    (first,) = (tmp_path / "shelf").iterdir()
    older = first.rename(first.with_name(f"{first.name[:15]}-20200101T000000Z"))

    answer = ostiary("backup")

    assert "Removed: 1 older backup" in answer.out
    assert not older.exists()


def test_a_recovery_key_is_shown_once(ostiary: Ostiary, tmp_path: Path) -> None:
    """Nothing on the device gives it again, and a second one is not made by accident."""
    made = ostiary("key", "recovery", "--json").json
    assert len(made["recovery_key"].split()) == 17
    secret = bytes.fromhex("".join(made["recovery_key"].split())[:64])

    for path in (each for each in (tmp_path / "data").rglob("*") if each.is_file()):
        assert secret not in path.read_bytes()
        assert secret.hex().encode() not in path.read_bytes()
    shown = ostiary("key", "show", "--json").json
    assert shown["recovery"] == made["name"]
    refused = ostiary("key", "recovery")
    assert (refused.status, refused.out) == (5, "")
    assert "--replace" in refused.err
    assert made["name"] not in ostiary("key", "recovery", "--replace").out


def test_a_restore_is_rehearsed(
    ostiary: Ostiary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read as a whole while the door runs, and nothing is changed."""
    made = ostiary("backup", "--json").json
    key_file = tmp_path / "data" / "ostiary.key"

    rehearsed = ostiary("restore", made["path"], "--check", "--key-file", key_file)
    assert rehearsed.status == 0, rehearsed.err
    assert "Nothing was changed" in rehearsed.out

    refused = ostiary("restore", made["path"], "--key-file", key_file)
    assert refused.status == 5
    assert "--force" in refused.err
    asked = ostiary("restore", made["path"])
    assert asked.status == 2
    assert "--key-file" in asked.err
    forced = ostiary("restore", made["path"], "--key-file", key_file, "--force", "--json")
    assert forced.json["files"][:2] == ["collection.db", "audit.db"]


def test_what_is_no_backup_is_told(ostiary: Ostiary, tmp_path: Path) -> None:
    """A folder of something else."""
    answer = ostiary("restore", tmp_path)

    assert answer.status == 5
    assert "there is no backup" in answer.err


def test_the_key_is_rotated(
    ostiary: Ostiary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks, does it, and says what comes next; the record tells who it was."""
    ostiary("audit", "list")
    key_file = tmp_path / "data" / "ostiary.key"
    before = key_file.read_bytes()
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert ostiary("key", "rotate").status == 130
    assert key_file.read_bytes() == before

    answer = ostiary("key", "rotate", "--yes")

    assert answer.status == 0, answer.err
    assert "ostiary backup" in answer.out
    assert key_file.read_bytes() != before
    assert before.decode().strip() not in answer.out
    *_, last = ostiary("audit", "list", "--json").json
    assert last["event"]["kind"] == "site-key-changed"
    assert "by user" in last["event"]["detail"]


def test_the_device_is_erased_after_being_asked_twice(
    ostiary: Ostiary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of the site must be typed, and then a yes."""
    ostiary("audit", "list")
    assert ostiary("erase").status == 2
    for typed, status in (("Another\n", 2), ("Ostiary\nn\n", 130)):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert ostiary("erase", "--device").status == status
        assert (tmp_path / "data" / "ostiary.key").exists()

    monkeypatch.setattr("sys.stdin", io.StringIO("Ostiary\ny\n"))
    answer = ostiary("erase", "--device")

    assert answer.status == 0, answer.err
    assert list((tmp_path / "data").iterdir()) == []
    assert ostiary("erase", "--device", "--yes", "--json").json["files"] == 1  # the new lock
