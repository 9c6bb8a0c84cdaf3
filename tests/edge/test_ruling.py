"""Changing the rules: written and recorded, or neither."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.access.document import from_json
from edge.access.ruleset import Group, Permission, Ruleset
from edge.audit import Audit, EventKind
from edge.collection.database import open_collection
from edge.collection.rule_versions import RuleVersions
from edge.errors import AuditError, ConflictError, NotFoundError, RulesError
from edge.ruling import apply_rules, revert_rules
from edge.storage.database import Database
from edge.storage.key import Key

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DANGLING = Ruleset(groups=(Group(name="Staff", permissions=(Permission(None, "Nights"),)),))


@pytest.fixture
def key() -> Key:
    """Make a key for this test alone."""
    return Key.random()


@pytest.fixture
def database(tmp_path: Path, key: Key) -> Iterator[Database]:
    """Open a file in which no rules were written."""
    with open_collection(tmp_path / "collection.db", key) as database:
        yield database


@pytest.fixture
def audit(tmp_path: Path, key: Key) -> Iterator[Audit]:
    """Open an empty record."""
    with Audit(tmp_path / "audit.db", key) as audit:
        yield audit


def test_rules_are_written_and_recorded(database: Database, audit: Audit) -> None:
    """With the version that holds and who did it, and nothing of what they say."""
    written = apply_rules(
        database, audit, Ruleset.default(), base=0, actor="account 1", at=NOON, note="why not"
    )
    assert from_json(written.document) == Ruleset.default()
    (entry,) = audit.entries()
    assert (entry.event.kind, entry.event.at) == (EventKind.RULES_CHANGED, NOON)
    assert entry.event.detail == "changed, version 1 holds, by account 1"


def test_an_older_version_is_written_once_more(database: Database, audit: Audit) -> None:
    """As a new one; what was between stays in the history."""
    for number, rules in enumerate((Ruleset.default(), Ruleset(), Ruleset(zone="Asia/Tokyo"))):
        apply_rules(database, audit, rules, base=number, actor="account 1", at=NOON)
    reverted = revert_rules(database, audit, 1, base=3, actor="account 2", at=NOON)
    assert (reverted.version, reverted.note) == (4, "reverted to version 1")
    assert from_json(reverted.document) == Ruleset.default()
    with pytest.raises(NotFoundError):
        revert_rules(database, audit, 9, base=4, actor="account 2", at=NOON)


def test_what_is_not_good_is_not_written(database: Database, audit: Audit) -> None:
    """Nor what was made of another version than holds."""
    with pytest.raises(RulesError, match="Nights"):
        apply_rules(database, audit, DANGLING, base=0, actor="account 1", at=NOON)
    with pytest.raises(ConflictError):
        apply_rules(database, audit, Ruleset(), base=1, actor="account 1", at=NOON)
    assert RuleVersions(database).newest() is None
    assert list(audit.entries()) == []


def test_what_cannot_be_recorded_is_not_written(database: Database, audit: Audit) -> None:
    """Rules that nobody can trace must not hold."""
    audit.close()
    with pytest.raises(AuditError):
        apply_rules(database, audit, Ruleset(), base=0, actor="account 1", at=NOON)
    assert RuleVersions(database).newest() is None
