from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.errors import ConstraintError, StorageError
from edge.storage.database import Database
from edge.storage.key import Key
from edge.storage.sqlite import open_database


@pytest.fixture
def database(path: Path, key: Key) -> Iterator[Database]:
    """Open a database with a table to write to."""
    with open_database(path, key, migrations="edge.audit") as database:
        database.execute("CREATE TABLE things (number INTEGER PRIMARY KEY) STRICT")
        yield database


def _numbers(database: Database) -> list[int]:
    return [number for (number,) in database.rows("SELECT number FROM things ORDER BY number")]


def _add(database: Database, number: int) -> None:
    database.execute("INSERT INTO things VALUES (?)", (number,))


def test_an_exception_undoes_everything_inside(database: Database) -> None:
    """Also one that has nothing to do with the database."""

    def interrupted() -> None:
        with database.transaction():
            _add(database, 1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert _numbers(database) == []


def test_an_inner_transaction_can_fail_alone(database: Database) -> None:
    """Whoever catches its exception keeps the rest."""

    def twice() -> None:
        with database.transaction():
            _add(database, 2)
            _add(database, 1)

    with database.transaction():
        _add(database, 1)
        with pytest.raises(ConstraintError):
            twice()
        _add(database, 3)

    assert _numbers(database) == [1, 3]


def test_an_inner_transaction_is_undone_with_the_outer(database: Database) -> None:
    """Only the outermost commits."""

    def failing() -> None:
        with database.transaction():
            with database.transaction():
                _add(database, 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()

    assert _numbers(database) == []


def test_a_snapshot_does_not_see_what_others_commit(
    database: Database, path: Path, key: Key
) -> None:
    """A reader sees one moment; the writer does not wait for it."""
    with open_database(path, key, migrations="edge.audit", read_only=True) as reader:
        with reader.snapshot():
            before = _numbers(reader)
            _add(database, 1)
            assert _numbers(reader) == before == []
        assert _numbers(reader) == [1]


def test_another_connection_is_noticed_when_it_commits(
    database: Database, path: Path, key: Key
) -> None:
    """That is how a copy in memory learns that it is old."""
    with open_database(path, key, migrations="edge.audit", read_only=True) as reader:
        before = reader.data_version()
        assert reader.data_version() == before
        _add(database, 1)
        assert reader.data_version() != before


def test_threads_wait_for_each_others_transactions(database: Database) -> None:
    """One connection may serve the threads of a web server."""

    def add(first: int) -> None:
        for number in range(first, first + 20):
            with database.transaction():
                _add(database, number)
                _add(database, -number)

    threads = [threading.Thread(target=add, args=(100 * index,)) for index in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(_numbers(database)) == 4 * 20 * 2
    assert sum(_numbers(database)) == 0


def test_what_is_opened_read_only_cannot_write(database: Database, path: Path, key: Key) -> None:
    """The connection enforces it, not the good will of its user."""
    with open_database(path, key, migrations="edge.audit", read_only=True) as reader:
        for sql in ("INSERT INTO things VALUES (1)", "DROP TABLE things"):
            with pytest.raises(StorageError):
                reader.execute(sql)
        reader.rows("PRAGMA query_only = OFF")
        with pytest.raises(StorageError, match="may not write"):
            reader.execute("INSERT INTO things VALUES (1)")

    assert _numbers(database) == []


def test_closing_twice_does_no_harm(database: Database) -> None:
    """The second time there is nothing to do; using it then is an error."""
    database.close()
    database.close()

    with pytest.raises(StorageError):
        _numbers(database)


def test_wiping_the_log_waits_for_the_commit(database: Database, path: Path) -> None:
    """So that erasing can be part of something larger, and is wiped all the same."""
    log = path.with_name(f"{path.name}-wal")
    with database.transaction():
        _add(database, 1)
        database.truncate_log()
        with database.transaction():
            _add(database, 2)
        assert log.stat().st_size > 0

    assert log.stat().st_size == 0
    assert _numbers(database) == [1, 2]


def test_what_is_undone_needs_no_wiping(database: Database, path: Path) -> None:
    """The next transaction is not burdened with it."""

    def undone() -> None:
        with database.transaction():
            _add(database, 1)
            database.truncate_log()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        undone()
    _add(database, 2)
    with database.transaction():
        _add(database, 3)

    assert path.with_name(f"{path.name}-wal").stat().st_size > 0
