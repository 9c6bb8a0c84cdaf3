"""A disk that is really full: the record goes on for a while, says so, and then refuses."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge.audit import Audit, AuditEvent, EventKind, OwingRecord
from edge.audit.owing import NOT_WRITTEN
from edge.audit.reserve import Reserve
from edge.errors import AuditFullError, StorageError
from edge.storage.key import Key
from tests.edge import disks
from tests.edge.audit.conftest import NOON, EventMaker
from tests.edge.disks import fill

RESERVE = 2**20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of 6 MB."""
    with disks.small_disk(tmp_path / "disk", 6) as folder:
        yield folder


def append_until_refused(audit: Audit, make_event: EventMaker) -> tuple[int, AuditFullError]:
    """Return how many events were recorded, and why no more were."""
    for number in range(100_000):
        try:
            audit.append(make_event(number))
        except AuditFullError as error:
            return number, error
    raise AssertionError("the disk is never full")


def test_without_a_reserve_it_is_refused_at_once(
    small_disk: Path, key: Key, make_event: EventMaker
) -> None:
    """Nothing of it is written, and it says what helps."""
    with Audit(small_disk / "audit.db", key) as audit:
        audit.append(make_event(0))
        fill(small_disk)
        count, refusal = append_until_refused(audit, make_event)
        assert audit.verify().entries == count + 1
    assert "disk is full" in refusal.message
    assert "Free space" in refusal.remedy


def test_the_reserve_carries_the_record_on(
    small_disk: Path, key: Key, make_event: EventMaker, caplog: pytest.LogCaptureFixture
) -> None:
    """Hundreds of events more, a loud word, a fault in the record; in the end it is refused."""
    reserve = Reserve(small_disk / "audit.reserve", RESERVE)
    with Audit(small_disk / "audit.db", key) as audit:
        audit.append(make_event(0))
        assert reserve.fill()
        fill(small_disk)
        bare, _ = append_until_refused(audit, make_event)
    with (
        Audit(small_disk / "audit.db", key, reserve=reserve) as audit,
        caplog.at_level(logging.ERROR),
    ):
        assert reserve.kept
        count, _ = append_until_refused(audit, make_event)
        assert count > bare
        assert count > 20
        assert not reserve.kept
        assert [record.message for record in caplog.records] == [
            "THE DISK IS FULL: the record goes on in the space kept for it; free space"
        ]
        entries = list(audit.entries())
        faults = [entry.event for entry in entries if entry.event.kind is EventKind.FAULT]
        assert [event.detail for event in faults] == ["disk full, reserve"]
        assert audit.verify().entries == len(entries)


def test_when_space_is_freed_all_is_as_before(
    small_disk: Path, key: Key, make_event: EventMaker, caplog: pytest.LogCaptureFixture
) -> None:
    """The same program goes on recording, and puts the space aside anew."""
    reserve = Reserve(small_disk / "audit.reserve", RESERVE)
    with Audit(small_disk / "audit.db", key, reserve=reserve) as audit:
        audit.append(make_event(0))
        audit.tend()
        assert reserve.kept
        full = fill(small_disk)
        append_until_refused(audit, make_event)
        audit._tend_at = 0
        audit.tend()
        assert "no space can be put aside" in caplog.text
        full.unlink()
        audit.append(make_event(1))
        audit._tend_at = 0
        audit.tend()
        assert reserve.kept
        audit.verify()


def test_a_program_that_starts_on_a_full_disk_records(
    small_disk: Path, key: Key, make_event: EventMaker
) -> None:
    """Even the file's index in memory needs a few pages."""
    path, reserve = small_disk / "audit.db", Reserve(small_disk / "audit.reserve", RESERVE)
    with Audit(path, key) as audit:
        audit.append(make_event(0))
    assert reserve.fill()
    fill(small_disk)
    with pytest.raises(StorageError, match="disk is full"):
        Audit(path, key)
    with Audit(path, key, reserve=reserve) as audit:
        assert audit.append(make_event(1)).sequence == 2


def test_a_disk_that_is_almost_full_is_not_filled_up(small_disk: Path) -> None:
    """The reserve takes nothing that others need at this moment."""
    assert not Reserve(small_disk / "large", 4 * 2**20).fill()
    assert Reserve(small_disk / "small", 2 * 2**20).fill()
    assert os.statvfs(small_disk).f_bavail >= 2 * 2**20 // 4096


def test_only_one_of_several_gives_it_back(tmp_path: Path) -> None:
    """Door and pages share it."""
    one, other = (Reserve(tmp_path / "reserve", 2**16) for _ in range(2))
    assert one.fill()
    assert other.fill()
    assert (tmp_path / "reserve").stat().st_size == 2**16
    assert [one.release(), other.release()] == [True, False]
    assert not other.kept


def test_a_door_goes_on_without_letting_anybody_in(
    small_disk: Path, key: Key, make_event: EventMaker, caplog: pytest.LogCaptureFixture
) -> None:
    """What happened is kept in memory and written later, in its order; a grant is refused."""
    with Audit(small_disk / "audit.db", key) as audit:
        audit.append(make_event(0))
        record = OwingRecord(audit, most=2)
        full = fill(small_disk)
        append_until_refused(audit, make_event)
        written = audit.count
        caplog.clear()

        assert record.append(make_event(1)).sequence == NOT_WRITTEN
        with pytest.raises(AuditFullError):
            record.append(replace(make_event(2), outcome="grant"))
        with pytest.raises(AuditFullError):
            record.append(AuditEvent(EventKind.OFFICE_MODE_BEGAN, NOON, "main"))
        record.append(AuditEvent(EventKind.EXIT_REQUESTED, NOON, "main"))
        record.append(AuditEvent(EventKind.DOOR_OPENED, NOON, "main"))
        record.tend()
        assert record.full
        assert audit.count == written
        assert [each.message[:19] for each in caplog.records] == ["NOBODY IS LET IN un"]

        full.unlink()
        record.tend()
        assert not record.full
        record.append(replace(make_event(3), outcome="grant"))
        told = [(entry.event.kind, entry.event.detail) for entry in audit.entries(after=written)]
        assert told == [
            (EventKind.DECISION, "number 1"),
            (EventKind.EXIT_REQUESTED, ""),
            (EventKind.FAULT, "disk was full: 2 events written late, 1 lost"),
            (EventKind.DECISION, "number 3"),
        ]
