"""The versions of the rules: every one is kept as it was written, and the newest holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edge.collection.rule_versions import RuleVersion, RuleVersions
from edge.errors import CollectionError, ConflictError, ConstraintError, NotFoundError
from edge.storage.database import Database
from tests.edge.collection.test_people import NOON


@pytest.fixture
def versions(database: Database) -> RuleVersions:
    """Give the versions, of which there are none yet."""
    return RuleVersions(database)


def test_before_anybody_wrote_rules_there_are_none(versions: RuleVersions) -> None:
    """Number 0 stands for that."""
    assert versions.newest() is None
    assert versions.newest_number() == 0
    assert versions.list() == ()


def test_the_newest_holds_and_the_older_stay(versions: RuleVersions) -> None:
    """With when, by whom and why."""
    first = versions.write("{}", base=0, actor="account 1", at=NOON, note="began")
    later = NOON + timedelta(hours=1)
    second = versions.write('{"a":1}', base=1, actor="account 2", at=later)
    assert versions.newest() == second == RuleVersion(2, later, "account 2", "", '{"a":1}')
    assert versions.newest_number() == 2
    assert versions.list() == (second, first)
    assert versions.list(before=2) == (first,)
    assert versions.get(1) == first
    for number in (3, 0, -1, 10**30, -(10**30)):
        with pytest.raises(NotFoundError, match="history"):
            versions.get(number)
    assert versions.list(before=10**30) == (second, first)
    assert versions.list(before=-(10**30)) == ()


def test_of_two_who_change_them_the_second_is_told(versions: RuleVersions) -> None:
    """Instead of undoing what the first one did."""
    versions.write("{}", base=0, actor="account 1", at=NOON)
    with pytest.raises(ConflictError, match=r"version 1 holds, yours was made of 0"):
        versions.write('{"a":1}', base=0, actor="account 2", at=NOON)
    assert versions.newest_number() == 1
    assert versions.write('{"a":1}', base=None, actor="account 2", at=NOON).version == 2


def test_what_was_written_is_never_edited(versions: RuleVersions, database: Database) -> None:
    """Nor taken away, nor slipped in: the schema refuses it."""
    versions.write("{}", base=0, actor="account 1", at=NOON)
    for sql in (
        "UPDATE rule_versions SET document = ''",
        "DELETE FROM rule_versions",
        "INSERT INTO rule_versions VALUES (7, '', '', '', '')",
    ):
        with pytest.raises(ConstraintError, match="rule_version_"):
            database.execute(sql)
    assert versions.get(1).document == "{}"


@pytest.mark.parametrize("note", ["x" * 201, "two\nlines"])
def test_a_note_is_one_short_line(versions: RuleVersions, note: str) -> None:
    """Else no list could show it."""
    with pytest.raises(CollectionError, match="note"):
        versions.write("{}", base=0, actor="account 1", at=NOON, note=note)
    assert versions.newest_number() == 0


def test_everybody_has_one_draft(versions: RuleVersions) -> None:
    """It is kept until it is written or dropped; others do not see it."""
    versions.keep_draft("account 1", base=0, document="{}", at=NOON)
    kept = versions.keep_draft("account 1", base=0, document='{"a":1}', at=NOON)
    versions.keep_draft("account 2", base=0, document='{"b":1}', at=NOON)
    assert versions.draft("account 1") == kept
    assert versions.newest_number() == 0

    versions.write('{"a":1}', base=0, actor="account 1", at=NOON)
    assert versions.draft("account 1") is None
    assert versions.draft("account 2") is not None
    versions.drop_draft("account 2")
    assert versions.draft("account 2") is None


def test_a_document_out_of_all_proportion_is_refused(versions: RuleVersions) -> None:
    """Whatever it is, rules it is not."""
    with pytest.raises(CollectionError, match="MiB"):
        versions.keep_draft("account 1", base=0, document=" " * (2**22 + 1), at=NOON)
