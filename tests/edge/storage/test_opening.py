from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import cast

import apsw
import pytest

from edge.errors import KeyFileError, NewerDatabaseError, StorageError
from edge.storage import sqlite
from edge.storage.key import Key
from edge.storage.sqlite import open_database


def _make(path: Path, key: Key) -> None:
    with open_database(path, key, migrations="edge.audit") as database:
        database.execute("CREATE TABLE notes (text TEXT)")
        database.execute("INSERT INTO notes VALUES ('the quick brown fox')")


def _notes(path: Path, key: Key, *, read_only: bool = False) -> list[str]:
    with open_database(path, key, migrations="edge.audit", read_only=read_only) as database:
        return [text for (text,) in database.rows("SELECT text FROM notes")]


def test_settings_are_those_that_a_door_needs(path: Path, key: Key) -> None:
    """Durable, referentially whole, wiping what is deleted, spilling nothing."""
    with open_database(path, key, migrations="edge.audit") as database:
        settings = {
            name: database.rows(f"PRAGMA {name}")[0][0]
            for name in (
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "secure_delete",
                "temp_store",
                "trusted_schema",
                "busy_timeout",
                "cipher",
            )
        }

    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": 2,
        "trusted_schema": 0,
        "busy_timeout": 5000,
        "cipher": "chacha20",
    }


def test_no_byte_is_stored_in_the_clear(path: Path, key: Key) -> None:
    """Neither in the file nor in its log; the same search finds it without the cipher."""
    with open_database(path, key, migrations="edge.audit") as database:
        database.execute("CREATE TABLE notes (text TEXT)")
        database.execute("INSERT INTO notes VALUES ('the quick brown fox')")
        files = {file.name: file.read_bytes() for file in path.parent.iterdir()}

    assert set(files) == {"audit.db", "audit.db-wal", "audit.db-shm"}
    for content in files.values():
        assert b"quick" not in content
        assert b"SQLite format" not in content
        assert b"CREATE TABLE" not in content
        assert key.secret not in content


def test_the_search_for_clear_bytes_can_fail(
    path: Path, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the cipher, the same code leaves the words for everybody to read."""
    monkeypatch.setattr(sqlite, "_decrypt", lambda *_: None)
    _make(path, key)

    assert b"quick" in path.read_bytes()


def test_a_sqlite_that_cannot_encrypt_is_refused(key: Key) -> None:
    """The plain package ignores a key without a word: people would lie in the clear."""

    class PlainConnection:
        def pragma(self, name: str, value: str) -> None:
            """Ignore an unknown setting, as plain SQLite does."""

    with pytest.raises(StorageError, match="cannot encrypt"):
        sqlite._decrypt(cast("apsw.Connection", PlainConnection()), key)


def test_a_new_file_obeys_the_umask(path: Path, key: Key) -> None:
    """Never readable by all; by the group where the unit says so."""
    before = os.umask(0o007)
    try:
        _make(path, key)
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_another_key_does_not_open_it(path: Path, key: Key) -> None:
    """And does no harm: the right one still does."""
    _make(path, key)

    for read_only in (False, True):
        with pytest.raises(KeyFileError, match=r"key does not open.*audit\.db.*Restore"):
            _notes(path, Key.random(), read_only=read_only)

    assert _notes(path, key) == ["the quick brown fox"]


@pytest.mark.parametrize("content", [b"not a database " * 1000, bytes(8192)])
def test_a_file_of_something_else_is_told_and_left_alone(
    path: Path, key: Key, content: bytes
) -> None:
    """It may be the remains of a database: nothing is written over it."""
    path.parent.mkdir()
    path.write_bytes(content)

    with pytest.raises(StorageError, match="not a database of Ostiary") as caught:
        _notes(path, key)

    assert not isinstance(caught.value, KeyFileError)
    assert path.read_bytes() == content


def test_a_database_in_the_clear_is_refused(path: Path, key: Key) -> None:
    """Somebody put it there: its content is not to be trusted."""
    path.parent.mkdir()
    apsw.Connection(str(path)).execute("CREATE TABLE t (x)")

    with pytest.raises(StorageError, match="without encryption"):
        _notes(path, key)


@pytest.mark.parametrize("length", [0, 1, 4095])
def test_a_file_that_was_cut_off_is_refused_and_its_log_kept(
    path: Path, key: Key, length: int
) -> None:
    """SQLite would begin anew and throw away the log, perhaps the only copy of somebody."""
    _make(path, key)
    rest = path.read_bytes()[:length]
    path.write_bytes(rest)
    log = path.with_name("audit.db-wal")
    log.write_bytes(b"the last people")

    with pytest.raises(StorageError, match=r"was cut off.*backup"):
        _notes(path, key)

    assert path.read_bytes() == rest
    assert log.read_bytes() == b"the last people"


@pytest.mark.parametrize("position", [100, 5000, 9000])
def test_a_flipped_bit_is_noticed(path: Path, key: Key, position: int) -> None:
    """Every page is authenticated: damage is an error, never other data."""
    _make(path, key)
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)

    with (
        pytest.raises(StorageError, match="damaged"),
        open_database(path, key, migrations="edge.audit") as database,
    ):
        database.check_integrity()


def test_a_newer_database_is_refused(path: Path, key: Key) -> None:
    """By readers as well."""
    _make(path, key)
    with open_database(path, key, migrations="edge.audit") as database:
        database.execute("PRAGMA user_version = 99")

    for read_only in (False, True):
        with pytest.raises(NewerDatabaseError, match="version 99"):
            _notes(path, key, read_only=read_only)


def test_a_reader_cannot_bring_an_older_database_up(path: Path, key: Key) -> None:
    """It says who can."""
    _make(path, key)
    with open_database(path, key, migrations="edge.audit") as database:
        database.execute("PRAGMA user_version = 0")

    with pytest.raises(StorageError, match="has yet to bring"):
        _notes(path, key, read_only=True)


def test_a_reader_makes_no_database(path: Path, key: Key) -> None:
    """Nobody enrolled is told apart from a wrong path by the message."""
    with pytest.raises(StorageError, match="there is no database"):
        _notes(path, key, read_only=True)

    assert not path.parent.exists()


def test_a_failed_making_leaves_nothing(path: Path, key: Key) -> None:
    """No half-made file that would be taken for a database."""
    path.parent.mkdir()

    with pytest.raises(StorageError):
        open_database(path, key, migrations="edge.audit", extensions=("/no/such/extension",))

    assert list(path.parent.iterdir()) == []


def test_processes_that_start_together_make_one_database(path: Path, key: Key) -> None:
    """The door and the web pages may both be first."""
    program = (
        "import sys; from pathlib import Path; from edge.storage.key import Key;"
        "from edge.storage.sqlite import open_database; sys.stdin.read();"
        "database = open_database(Path(sys.argv[1]), Key(bytes.fromhex(sys.argv[2])),"
        " migrations='edge.audit');"
        "database.execute('CREATE TABLE IF NOT EXISTS notes (text TEXT)');"
        "database.execute('INSERT INTO notes VALUES (1)')"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path), key.digits], stdin=subprocess.PIPE
        )
        for _ in range(6)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.close()

    assert [child.wait() for child in children] == [0] * 6
    assert len(_notes(path, key)) == 6
    assert {file.name for file in path.parent.iterdir()} == {"audit.db"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user who may not write")
def test_a_folder_that_this_user_cannot_write_is_told(path: Path, key: Key) -> None:
    """For making and for opening."""
    path.parent.mkdir(mode=0o755)
    for folder in path.parents[1:5]:
        folder.chmod(0o711)
    os.seteuid(65534)
    try:
        with pytest.raises(StorageError, match=r"cannot be created.*storage\.folder"):
            _make(path, key)
    finally:
        os.seteuid(0)
    _make(path, key)
    path.chmod(0o644)
    os.seteuid(65534)
    try:
        with pytest.raises(StorageError, match=r"may not write|cannot be opened"):
            _make(path, key)
    finally:
        os.seteuid(0)

    assert _notes(path, key) == ["the quick brown fox"]


def test_what_cannot_be_reached_is_told(path: Path, key: Key) -> None:
    """A file where a folder should be, a folder where the file should be."""
    path.parent.mkdir()
    (path.parent / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be reached"):
        _make(path.parent / "file" / "audit.db", key)

    path.mkdir()
    with pytest.raises(StorageError, match=r"cannot be opened|was cut off"):
        _make(path, key)
