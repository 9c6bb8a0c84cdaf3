from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.audit import Audit, AuditEvent, EventKind, Sealer, SealPolicy
from edge.storage.key import Key
from edge.storage.signing import SigningKey

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


SITE = "Lighthouse"


class Hands:
    """A clock for checkpoints that a test turns by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@pytest.fixture
def hands() -> Hands:
    """Give the clock that checkpoints are signed by."""
    return Hands()


@pytest.fixture
def device() -> SigningKey:
    """Make a device's signing key."""
    return SigningKey.random()


@pytest.fixture
def sealer(device: SigningKey, hands: Hands) -> Sealer:
    """Give what signs after every five events, and after an hour."""
    return Sealer(lambda: device, site=SITE, policy=SealPolicy(5, timedelta(hours=1)), clock=hands)


@pytest.fixture
def signed(path: Path, key: Key, sealer: Sealer) -> Iterator[Audit]:
    """Open an empty audit that is signed."""
    with Audit(path, key, sealer=sealer) as audit:
        yield audit
