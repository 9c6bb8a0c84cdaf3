from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.audit import Audit, AuditEvent, EventKind
from edge.storage.key import Key

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
EventMaker = Callable[[int], AuditEvent]


@pytest.fixture
def key() -> Key:
    """Make a key for this test alone."""
    return Key.random()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name an audit that is not there yet."""
    return tmp_path / "data" / "audit.db"


@pytest.fixture
def audit(path: Path, key: Key) -> Iterator[Audit]:
    """Open an empty audit."""
    with Audit(path, key) as audit:
        yield audit


@pytest.fixture
def make_event() -> EventMaker:
    """Make decisions, one a second."""

    def make(number: int) -> AuditEvent:
        return AuditEvent(
            EventKind.DECISION,
            NOON + timedelta(seconds=number),
            door="main",
            outcome="deny",
            reason="NO_MATCH",
            similarity=12.5 + number,
            person_id=None,
            detail=f"number {number}",
        )

    return make
