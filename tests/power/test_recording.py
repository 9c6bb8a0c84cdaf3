"""Everything that reaches the disk is seen, below the encryption."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.audit import Audit, AuditEvent, EventKind
from edge.storage.faults import PLAIN_HEADER
from edge.storage.files import appearing_whole, sync
from edge.storage.key import Key
from edge.storage.names import AUDIT_FILE
from tests.power.deeds import NOON
from tests.power.disk import Cut, Said, Synced, Written, cut
from tests.power.recording import Recorder, recording

EVENT = AuditEvent(EventKind.ALARM, NOON, detail="seen by nobody")


@pytest.fixture
def key() -> Key:
    """Make a key for this test alone."""
    return Key.random()


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    """Watch an empty folder."""
    with recording(tmp_path) as recorder:
        yield recorder


def test_a_database_is_watched_from_below(recorder: Recorder, key: Key) -> None:
    """Every byte of it, and none in the clear."""
    with Audit(recorder.root / AUDIT_FILE, key) as audit:
        audit.append(EVENT)
        assert recorder.is_complete()
    assert recorder.is_complete()

    written = b"".join(step.data for step in recorder.steps if isinstance(step, Written))
    assert len(written) > 100_000
    assert PLAIN_HEADER not in written
    assert b"seen by nobody" not in written


def test_an_event_is_synced_before_it_is_acknowledged(recorder: Recorder, key: Key) -> None:
    """The last thing that the disk hears is that it must keep it."""
    with Audit(recorder.root / AUDIT_FILE, key) as audit:
        audit.append(EVENT)
        recorder.say("done")
        audit.append(EVENT)
        recorder.say("done")
        before = [
            recorder.steps[place - 1]
            for place, step in enumerate(recorder.steps)
            if isinstance(step, Said)
        ]

    assert [type(step) for step in before] == [Synced, Synced]


def test_files_and_names_are_watched(recorder: Recorder) -> None:
    """Made, written, renamed, linked, removed, with folders, as the product does it."""
    root = recorder.root
    with appearing_whole(root / "deep" / "file", mode=0o600) as draft:
        draft.write_text("first", encoding="ascii")
    (root / "deep" / "file").write_text("second, longer", encoding="ascii")
    (root / "deep" / "file").rename(root / "moved")
    (root / "folder").mkdir()
    (root / "folder" / "inner").write_bytes(b"gone")
    shutil.copyfile(root / "moved", root / "copy")
    shutil.rmtree(root / "folder")
    sync(root)
    sync(root / "deep")

    assert recorder.is_complete()
    image = cut(recorder.before, recorder.steps, Cut.NOTHING, random.Random(1))
    assert {path for path, _ in image.under()} == {"deep", "moved", "copy"}


def test_a_deaf_disk_keeps_nothing(tmp_path: Path, key: Key) -> None:
    """It is how the tests themselves are tested."""
    with recording(tmp_path, deaf=True) as recorder, Audit(tmp_path / AUDIT_FILE, key) as audit:
        audit.append(EVENT)

    assert not dict(cut(recorder.before, recorder.steps, Cut.NOTHING, random.Random(1)).under())
