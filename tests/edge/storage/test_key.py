from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from edge.errors import KeyFileError
from edge.storage.key import Key, load_key, load_or_create_key

ONE = "11" * 32
TWO = "22" * 32


def test_a_key_is_never_printed() -> None:
    """A key in a log would be a key no longer."""
    key = Key.random()

    assert key.digits not in repr(key)
    assert str(key.secret) not in repr(key)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_has_32_bytes(length: int) -> None:
    """A shorter key would be weaker, a longer one cut."""
    with pytest.raises(KeyFileError, match="32 bytes"):
        Key(bytes(length))


def test_first_use_makes_a_key_file_for_its_owner_alone(tmp_path: Path) -> None:
    """A new site needs no step for the key."""
    path = tmp_path / "new" / "ostiary.key"

    key = load_or_create_key(path, databases=())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().strip() == key.digits
    assert load_or_create_key(path, databases=()) == key
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_key_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    """The message holds the command that repairs it."""
    path = tmp_path / "ostiary.key"
    load_or_create_key(path, databases=())
    path.chmod(mode)

    with pytest.raises(KeyFileError, match=f"chmod 600 {path}"):
        load_or_create_key(path, databases=())


@pytest.mark.parametrize("text", ["", "11" * 31, "11" * 33, "zz" * 32, "key: " + ONE, "\xff" * 64])
def test_a_malformed_key_file_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    """It may be the damaged only copy: it is not replaced."""
    path = tmp_path / "ostiary.key"
    path.write_text(text)
    path.chmod(0o600)

    with pytest.raises(KeyFileError, match="64 hexadecimal digits") as caught:
        load_or_create_key(path, databases=())

    assert path.read_text() == text
    assert not text or text not in str(caught.value)


def test_a_folder_in_place_of_the_key_file_is_refused(tmp_path: Path) -> None:
    """What is there is told, and nothing else tried."""
    with pytest.raises(KeyFileError, match="not a file"):
        load_or_create_key(tmp_path, databases=())


def test_no_new_key_is_made_beside_a_database(tmp_path: Path) -> None:
    """It could never open the people that are stored."""
    path, database = tmp_path / "ostiary.key", tmp_path / "collection.db"
    database.write_bytes(b"people")

    with pytest.raises(KeyFileError, match=r"missing.*collection\.db.*Restore"):
        load_or_create_key(path, databases=(tmp_path / "audit.db", database))

    assert not path.exists()


def test_a_path_that_cannot_be_is_told(tmp_path: Path) -> None:
    """A file where a folder should be."""
    (tmp_path / "file").write_text("")

    with pytest.raises(KeyFileError, match="cannot be read"):
        load_or_create_key(tmp_path / "file" / "ostiary.key", databases=())


def test_processes_that_start_together_get_the_same_key(tmp_path: Path) -> None:
    """The door and the web pages may make the first key at once, and a database right after it."""
    program = (
        "import sys; from pathlib import Path; from edge.storage.key import load_or_create_key;"
        "folder = Path(sys.argv[1]); sys.stdin.read();"
        "key = load_or_create_key(folder / 'ostiary.key', databases=(folder / 'a.db',));"
        "(folder / 'a.db').touch(); print(key.digits)"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for child in children:  # all are started, or nearly: now all at once
        assert child.stdin is not None
        child.stdin.close()
    keys = set()
    for child in children:
        assert child.stdout is not None
        with child.stdout:
            keys.add(child.stdout.read())
        assert child.wait() == 0

    assert len(keys) == 1
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.db", "ostiary.key"]


def test_a_credential_comes_first(tmp_path: Path) -> None:
    """What systemd hands over, sealed to the machine, is the strongest."""
    (tmp_path / "ostiary.key").write_text(ONE + "\n")
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path), "OSTIARY_KEY": TWO}

    key = load_key(tmp_path / "file.key", databases=(), environment=environment)

    assert key.digits == ONE
    assert not (tmp_path / "file.key").exists()


def test_the_environment_comes_second(tmp_path: Path) -> None:
    """A unit may have other credentials than this one."""
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path), "OSTIARY_KEY": TWO.upper()}

    key = load_key(tmp_path / "file.key", databases=(), environment=environment)

    assert key.digits == TWO
    assert not (tmp_path / "file.key").exists()


def test_the_key_file_comes_last(tmp_path: Path) -> None:
    """An empty variable counts as none."""
    key = load_key(tmp_path / "file.key", databases=(), environment={"OSTIARY_KEY": ""})

    assert load_or_create_key(tmp_path / "file.key", databases=()) == key


def test_a_bad_key_is_not_passed_over_for_the_next_place(tmp_path: Path) -> None:
    """Else a slip in a unit would begin a new, empty building."""
    with pytest.raises(KeyFileError, match="OSTIARY_KEY"):
        load_key(tmp_path / "file.key", databases=(), environment={"OSTIARY_KEY": "slip"})

    assert not (tmp_path / "file.key").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user who owns nothing")
def test_a_folder_of_another_user_is_told(tmp_path: Path) -> None:
    """A key that cannot be kept is not used."""
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)

    os.seteuid(65534)
    try:
        with pytest.raises(KeyFileError, match=r"cannot be created.*storage\.key_file"):
            load_or_create_key(tmp_path / "ostiary.key", databases=())
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user who owns nothing")
def test_a_key_of_another_user_is_told(tmp_path: Path) -> None:
    """The remedy is to be the owner, not to open the file to all."""
    path = tmp_path / "ostiary.key"
    load_or_create_key(path, databases=())
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o711)

    os.seteuid(65534)
    try:
        with pytest.raises(KeyFileError, match=r"cannot be read.*owns the key file"):
            load_or_create_key(path, databases=())
    finally:
        os.seteuid(0)
