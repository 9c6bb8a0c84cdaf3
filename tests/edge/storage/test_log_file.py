"""A log that is damaged is told from one that a power cut left."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.audit import Audit, AuditEvent, EventKind
from edge.storage.key import Key
from edge.storage.log_file import commits_in, lost_behind
from edge.storage.sqlite import open_as_it_is

FRAME = 24 + 4096
HEADER = 32
EVENTS = 20
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def key() -> Key:
    """Make a key for this file."""
    return Key.random()


def leave(folder: Path, key: Key) -> Path:
    """Leave a database as a power cut does: twenty transactions of it are in its log alone."""
    path = folder / "audit.db"
    with Audit(path, key) as audit:
        for number in range(EVENTS):
            audit.append(AuditEvent(EventKind.FAULT, NOON, detail=f"number {number}"))
        left = folder / "left"
        left.mkdir()
        shutil.copy(path, left)
        shutil.copy(log_of(path), left)
    return left / "audit.db"


@pytest.fixture
def left(tmp_path: Path, key: Key) -> Path:
    """Give such a database."""
    return leave(tmp_path, key)


def log_of(path: Path) -> Path:
    """Name the log of a database."""
    return path.with_name(f"{path.name}-wal")


def read(path: Path, key: Key) -> tuple[int, int]:
    """Return how many events SQLite finds, and how many transactions are behind where it stops."""
    commits = commits_in(log_of(path))
    assert commits is not None
    with open_as_it_is(path, key, read_only=True) as database:
        frames = database.frames_in_log()
        row = database.row("SELECT count(*) FROM entries")
    assert row is not None
    return row[0], lost_behind(commits, frames)


def test_a_whole_log_ends_where_sqlite_stops_reading(left: Path, key: Key) -> None:
    """Nothing is behind it, and each event was a transaction."""
    commits = commits_in(log_of(left))
    assert commits is not None
    assert len(commits) >= EVENTS
    assert read(left, key) == (EVENTS, 0)


def test_a_log_that_was_emptied_or_is_not_there_holds_nothing(tmp_path: Path) -> None:
    """Nor does one of zeros, as a disk leaves it that had not written the first page yet."""
    log = tmp_path / "audit.db-wal"
    assert commits_in(log) == ()
    for content in (b"", b"\0" * 16, b"\0" * (HEADER + 3 * FRAME)):
        log.write_bytes(content)
        assert commits_in(log) == ()


def test_a_log_without_its_beginning_is_damaged(left: Path) -> None:
    """SQLite would take it for empty, without a word."""
    whole = log_of(left).read_bytes()
    log_of(left).write_bytes(bytes(4096) + whole[4096:])
    assert commits_in(log_of(left)) is None


def test_a_transaction_that_was_cut_off_is_nobodys_loss(left: Path, key: Key) -> None:
    """Of the last one a frame is missing, or did not reach the disk whole: one is behind, no more."""
    whole = log_of(left).read_bytes()
    commits = commits_in(log_of(left))
    assert commits is not None
    last, before = commits[-1], commits[-2]
    log_of(left).write_bytes(whole[: HEADER + (last - 1) * FRAME + 100])
    assert read(left, key) == (EVENTS - 1, 0)
    first_of_last = HEADER + before * FRAME + 24
    torn = bytearray(whole)
    torn[first_of_last : first_of_last + 4096] = bytes(4096)
    log_of(left).write_bytes(torn)
    assert read(left, key) == (EVENTS - 1, 1)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_byte_that_changed_loses_nothing_unnoticed(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, key: Key
) -> None:
    """SQLite says nothing of what it does not read any more. We do, but for the last transaction."""
    path = leave(tmp_path_factory.mktemp("log"), key)
    whole = bytearray(log_of(path).read_bytes())
    position = data.draw(st.integers(0, len(whole) - 1), label="position")
    whole[position] ^= 1 << data.draw(st.integers(0, 7), label="bit")
    log_of(path).write_bytes(whole)
    if commits_in(log_of(path)) is None:
        assert position < HEADER
        return
    events, lost = read(path, key)
    assert EVENTS - events <= 1 or lost > 1
