"""Numbered SQL files bring a database to the shape that this version of Ostiary expects.

A package keeps them in its folder ``migrations`` as ``001-what-it-does.sql``, each beginning with
a comment that says what for. The number of the last one applied is SQLite's ``user_version``. A
step and its number commit together, so that a power cut leaves the one or the other, never half.
A database with a higher number was written by a newer Ostiary, whose rules this one does not
know: it is refused.
"""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import apsw

from edge.errors import NewerDatabaseError, StorageError

_FILE_NAME = re.compile(r"(\d{3})-[a-z0-9-]+\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: from version *number* − 1 to version *number*."""

    number: int
    name: str
    sql: str


def read_migrations(package: str) -> tuple[Migration, ...]:
    """Return the migrations of *package*, first to last.

    :raises StorageError: if a file is misnamed, uncommented, or a number is missing or twice.
    """
    folder = importlib.resources.files(package) / "migrations"
    files = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return check_migrations((name, (folder / name).read_text(encoding="utf-8")) for name in files)


def check_migrations(files: Iterable[tuple[str, str]]) -> tuple[Migration, ...]:
    """Return the migrations of *files*, pairs of name and SQL in the order of their names.

    :raises StorageError: as :func:`read_migrations` does.
    """
    migrations = []
    for expected, (name, sql) in enumerate(files, start=1):
        match = _FILE_NAME.fullmatch(name)
        if match is None or int(match[1]) != expected:
            raise StorageError(f"migration {name} should be number {expected:03d}-….sql")
        if not sql.startswith("-- "):
            raise StorageError(f"migration {name} does not begin with a comment of its purpose")
        migrations.append(Migration(expected, name, sql))
    return tuple(migrations)


def version(connection: apsw.Connection) -> int:
    """Return the number of the last migration that *connection*'s database has seen."""
    return int(connection.pragma("user_version"))


def refuse_newer(
    connection: apsw.Connection, migrations: Sequence[Migration], *, path: str
) -> None:
    """Refuse a database that has seen migrations which this Ostiary does not have.

    :raises NewerDatabaseError: naming both versions.
    """
    found = version(connection)
    if found > len(migrations):
        raise NewerDatabaseError(
            f"{path} has version {found}; this Ostiary knows versions up to {len(migrations)}",
            remedy="Install the Ostiary that wrote it, or a newer one.",
        )


def migrate(connection: apsw.Connection, migrations: Sequence[Migration], *, path: str) -> None:
    """Apply to *connection*'s database every migration it has not seen.

    :raises NewerDatabaseError: if it was written by a newer Ostiary.
    :raises apsw.Error: if a step fails; the database then has the version before that step.
    """
    refuse_newer(connection, migrations, path=path)
    for migration in migrations[version(connection) :]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Asked again inside the transaction: another process may have been faster.
            if version(connection) < migration.number:
                connection.execute(migration.sql)
                connection.pragma("user_version", migration.number)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
