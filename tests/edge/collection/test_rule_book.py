"""A door follows the rules that the office writes, and keeps the last good ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from edge.access.document import to_json
from edge.access.ruleset import ALWAYS, EVERYONE, Group, Permission, Ruleset
from edge.collection.database import open_collection
from edge.collection.rule_book import NO_VERSION, RuleBook
from edge.collection.rule_versions import RuleVersions
from edge.storage.database import Database
from edge.storage.key import Key
from tests.edge.collection.test_people import NOON

STAFF_ONLY = Ruleset(
    zone="Europe/Berlin",
    groups=(Group(name="Staff", permissions=(Permission(None, ALWAYS),)),),
)


@pytest.fixture
def book(database: Database, path: Path, key: Key) -> Iterator[RuleBook]:
    """Open the rules as a door does: by a connection of its own."""
    assert database.path == path
    book = RuleBook(path, key)
    yield book
    book.close()


def write(database: Database, document: str) -> int:
    """Write a version, as the office does, and return its number."""
    return RuleVersions(database).write(document, base=None, actor="clerk", at=NOON).version


def passing(book: RuleBook) -> set[str]:
    """Return the groups that may pass any door."""
    return {group.name for group in book.current(NOON).rules.ruleset.groups}


def test_before_rules_were_written_everybody_passes_as_ever(book: RuleBook) -> None:
    """An update of Ostiary locks nobody out."""
    now = book.current(NOON)
    assert (now.version, now.fault) == (0, "")
    assert passing(book) == {EVERYONE}


def test_a_new_version_holds_at_the_next_question(book: RuleBook, database: Database) -> None:
    """And so does one that takes it back."""
    book.current(NOON)
    write(database, to_json(STAFF_ONLY))
    now = book.current(NOON)
    assert (now.version, now.rules.ruleset) == (1, STAFF_ONLY)
    write(database, to_json(Ruleset.default()))
    assert book.current(NOON).version == 2
    assert passing(book) == {EVERYONE}


def test_other_changes_of_the_file_leave_the_rules_as_they_are(
    book: RuleBook, database: Database
) -> None:
    """They are not even read again: it is the same object."""
    write(database, to_json(STAFF_ONLY))
    before = book.current(NOON).rules
    database.execute("UPDATE collections SET faces = faces")
    assert book.current(NOON).rules is before
    assert book.current(NOON + timedelta(days=3)).rules is before


@pytest.mark.parametrize("document", ["", "{", '{"doors": {"x": {"of": "tomorrow"}}}'])
def test_what_cannot_be_understood_changes_nothing(
    book: RuleBook, database: Database, document: str
) -> None:
    """The last good rules go on, and it is told until it is mended."""
    write(database, to_json(STAFF_ONLY))
    book.current(NOON)
    write(database, document)
    now = book.current(NOON)
    assert (now.version, now.rules.ruleset) == (1, STAFF_ONLY)
    assert "problem" in now.fault
    assert book.current(NOON).fault == now.fault

    write(database, to_json(Ruleset.default()))
    assert book.current(NOON).fault == ""
    assert passing(book) == {EVERYONE}


def test_a_file_that_is_gone_changes_nothing(
    book: RuleBook, database: Database, path: Path, tmp_path: Path
) -> None:
    """Not even when it never comes back; one that is put in its place is followed."""
    write(database, to_json(STAFF_ONLY))
    book.current(NOON)
    database.copy_to(tmp_path / "backup.db")
    path.unlink()
    now = book.current(NOON)
    assert passing(book) == {"Staff"}
    assert "gone" in now.fault
    (tmp_path / "backup.db").rename(path)
    assert book.current(NOON).fault == ""
    assert passing(book) == {"Staff"}


def test_a_restored_backup_with_other_rules_of_the_same_number_is_read(
    book: RuleBook, database: Database, path: Path, key: Key, tmp_path: Path
) -> None:
    """The number alone does not tell them apart, the file does."""
    database.copy_to(tmp_path / "other.db")
    write(database, to_json(STAFF_ONLY))
    book.current(NOON)
    with open_collection(tmp_path / "other.db", key) as other:
        write(other, to_json(Ruleset.default()))
        other.truncate_log()
    (tmp_path / "other.db").rename(path)
    assert book.current(NOON).version == 1
    assert passing(book) == {EVERYONE}


@pytest.mark.parametrize("what", ["missing", "another key", "nonsense"])
def test_a_door_that_never_saw_rules_lets_nobody_in(
    what: str, database: Database, path: Path, key: Key, tmp_path: Path
) -> None:
    """It fails closed, whatever is wrong; it does not stop, so that it can be told on the way."""
    if what == "nonsense":
        write(database, "[]")
    book = RuleBook(
        tmp_path / "nowhere.db" if what == "missing" else path,
        Key.random() if what == "another key" else key,
    )
    now = book.current(NOON)
    assert now.version == NO_VERSION
    assert now.fault
    assert now.rules.ruleset.groups == ()
    book.close()
    book.close()


def test_a_fault_is_logged_when_it_begins_and_ends(
    book: RuleBook, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """And not at every frame between."""
    caplog.set_level("INFO")
    write(database, "[]")
    for _ in range(3):
        book.current(NOON)
    write(database, to_json(STAFF_ONLY))
    for _ in range(3):
        book.current(NOON)
    told = [record.levelname for record in caplog.records if record.name.endswith("rule_book")]
    assert told == ["ERROR", "INFO"]
