from __future__ import annotations

import apsw
import pytest

from edge.errors import NewerDatabaseError, StorageError
from edge.storage.migrate import Migration, check_migrations, migrate, read_migrations, version

FIRST = Migration(1, "001-first.sql", "CREATE TABLE first (x);")
SECOND = Migration(2, "002-second.sql", "CREATE TABLE second (x); INSERT INTO second VALUES (1);")
BROKEN = Migration(2, "002-broken.sql", "CREATE TABLE second (x); INSERT INTO nowhere VALUES (1);")


def _tables(connection: apsw.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}


@pytest.mark.parametrize("package", ["edge.collection", "edge.audit"])
def test_every_migration_says_what_it_is_for(package: str) -> None:
    """Numbered without a gap, each beginning with a comment: reading them checks that."""
    assert [step.number for step in read_migrations(package)] == list(
        range(1, len(read_migrations(package)) + 1)
    )
    assert read_migrations(package)


@pytest.mark.parametrize(
    ("names", "sql"),
    [
        (["002-late.sql"], "-- why\n"),
        (["001-one.sql", "001-one-more.sql"], "-- why\n"),
        (["001-one.sql", "003-three.sql"], "-- why\n"),
        (["1-one.sql"], "-- why\n"),
        (["001-one.sql"], "CREATE TABLE x (y);"),
    ],
)
def test_a_careless_migration_is_refused(names: list[str], sql: str) -> None:
    """A gap, a double, a bad name or a missing purpose."""
    with pytest.raises(StorageError, match=r"migration \d"):
        check_migrations((name, sql) for name in names)


def test_only_the_steps_not_yet_seen_are_applied() -> None:
    """The version counts them."""
    connection = apsw.Connection(":memory:")
    migrate(connection, [FIRST], path="test")
    migrate(connection, [FIRST, SECOND], path="test")
    migrate(connection, [FIRST, SECOND], path="test")

    assert version(connection) == 2
    assert connection.execute("SELECT x FROM second").fetchall() == [(1,)]


def test_a_step_that_fails_leaves_the_version_before_it() -> None:
    """Neither the table it made nor its number stays; the steps before do."""
    connection = apsw.Connection(":memory:")

    with pytest.raises(apsw.SQLError):
        migrate(connection, [FIRST, BROKEN], path="test")

    assert version(connection) == 1
    assert _tables(connection) == {"first"}
    assert not connection.in_transaction


def test_a_newer_database_is_refused_and_left_alone() -> None:
    """Its rules are not known here."""
    connection = apsw.Connection(":memory:")
    connection.pragma("user_version", 3)

    with pytest.raises(NewerDatabaseError, match=r"version 3.*up to 1.*newer one"):
        migrate(connection, [FIRST], path="test")

    assert _tables(connection) == set()
