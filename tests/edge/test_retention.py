"""What is past its retention is erased, recorded, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.audit import Audit, EventKind
from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.people import NewPerson, People
from edge.domain import Badge, ModelId
from edge.errors import AuditError
from edge.retention import sweep
from edge.storage.database import Database
from edge.storage.key import Key

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Open a collection."""
    with open_collection(tmp_path / "collection.db", Key.random()) as database:
        Collections(database).create("badges", model=ModelId("test", "0"), dimension=4)
        yield database


@pytest.fixture
def people(database: Database) -> People:
    """Give the people."""
    return People(database)


@pytest.fixture
def audit(tmp_path: Path) -> Iterator[Audit]:
    """Open a record."""
    with Audit(tmp_path / "audit.db", Key.random()) as audit:
        yield audit


def enrolled(people: People, until: datetime | None) -> str:
    """Enroll somebody who may be kept *until* then."""
    person = NewPerson("Ada", retention_until=until)
    badge = Badge(f"B{len(people.list('badges'))}")
    return people.enroll("badges", person, badges=[badge]).person_id


def test_whoever_is_past_it_is_erased(database: Database, people: People, audit: Audit) -> None:
    """To the moment; who has time left, or no end, stays."""
    long, just = enrolled(people, NOW - 100 * SECOND), enrolled(people, NOW)
    kept = {enrolled(people, NOW + SECOND), enrolled(people, None)}

    erased = sweep(database, audit, NOW, actor="test")

    assert [(each.person_id, each.faces, each.badges) for each in erased] == [
        (long, 0, 1), (just, 0, 1),
    ]  # fmt: skip
    assert {person.person_id for person in people.list("badges")} == kept
    assert sweep(database, audit, NOW, actor="test") == ()


def test_each_is_recorded_without_a_name(database: Database, people: People, audit: Audit) -> None:
    """Not by id either, and with the reason."""
    enrolled(people, NOW)
    sweep(database, audit, NOW, actor="test")

    (entry,) = audit.entries()
    assert entry.event.kind is EventKind.PERSON_DELETED
    assert (entry.event.person_id, entry.event.reason) == (None, "RETENTION")
    assert "Ada" not in entry.event.detail


def test_what_cannot_be_recorded_is_not_erased(
    database: Database, people: People, audit: Audit
) -> None:
    """Erasing cannot be undone."""
    enrolled(people, NOW)
    audit.close()
    with pytest.raises(AuditError):
        sweep(database, audit, NOW, actor="test")
    assert len(people.list("badges")) == 1
