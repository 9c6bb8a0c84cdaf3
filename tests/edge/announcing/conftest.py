from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.announcing.ledger import Ledger
from edge.audit import Audit, AuditEntry, AuditEvent, EventKind
from edge.storage.key import Key
from tests.edge.announcing.mosquitto import PATIENCE, PROGRAM

DOOR = "Main door"
RELEASE = timedelta(seconds=5)


@dataclass(slots=True)
class Clock:
    """A clock that stands at *now*, which is set by hand."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@pytest.fixture
def clock() -> Clock:
    """Stop the clock."""
    return Clock()


@pytest.fixture
def key() -> Key:
    """Make a key for this test alone."""
    return Key.random()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make the folder of a site."""
    made = tmp_path / "data"
    made.mkdir()
    return made


@pytest.fixture
def door(folder: Path, key: Key) -> Iterator[Audit]:
    """Open the record as the door does, to write."""
    with Audit(folder / "audit.db", key) as audit:
        yield audit


@pytest.fixture
def record(door: Audit, folder: Path, key: Key) -> Iterator[Audit]:
    """Open the record as the announcer does, to read."""
    with Audit(folder / "audit.db", key, read_only=True) as audit:
        yield audit


@pytest.fixture
def ledger(folder: Path, key: Key) -> Iterator[Ledger]:
    """Open an empty ledger."""
    with Ledger(folder / "announce.db", key) as ledger:
        yield ledger


Happens = Callable[..., AuditEntry]


@pytest.fixture
def happens(door: Audit, clock: Clock) -> Happens:
    """Let something happen at the door, now."""

    def happen(kind: EventKind, **values: object) -> AuditEntry:
        event = {"kind": kind, "at": clock(), "door": DOOR} | values
        return door.append(AuditEvent(**event))  # type: ignore[arg-type]

    return happen


@pytest.fixture
def running() -> Iterator[Callable[[Callable[[threading.Event], None]], threading.Event]]:
    """Run functions in threads that end with the test; each gets the event that ends it."""
    threads: list[tuple[threading.Thread, threading.Event]] = []

    def run(function: Callable[[threading.Event], None]) -> threading.Event:
        stop = threading.Event()
        thread = threading.Thread(target=function, args=(stop,))
        threads.append((thread, stop))
        thread.start()
        return stop

    yield run
    for _, stop in threads:
        stop.set()
    for thread, _ in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def eventually(true: Callable[[], bool]) -> None:
    """Wait until something is *true*."""
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, "it never came about"
        time.sleep(0.02)


needs_mosquitto = pytest.mark.skipif(
    PROGRAM is None, reason="no mosquitto: install the package of that name"
)
