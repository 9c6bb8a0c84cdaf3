"""Old events go, up to a checkpoint that stands for them; what is left verifies."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from edge.audit import Audit, AuditEvent, EventKind, Pruned, Sealer, SealPolicy, Wanted
from edge.audit.export import export_lines
from edge.audit.offline import verify_export
from edge.errors import AuditBrokenError
from edge.storage import sqlite
from edge.storage.key import Key
from edge.storage.signing import SigningKey
from tests.edge.audit.conftest import NOON, SITE, Hands

DAY = timedelta(days=1)
PERSON = "7d1f2b5e-0000-4000-8000-00000000ada0"


def record_days(audit: Audit, hands: Hands, count: int = 10) -> None:
    """Record seven events a day for *count* days, one a day about a person."""
    for _ in range(count):
        for number in range(7):
            who = PERSON if number == 3 else None
            at = hands.now + timedelta(minutes=number)
            audit.append(AuditEvent(EventKind.DECISION, at, "main", "deny", person_id=who))
        hands.forward(days=1)


def test_what_is_older_goes_and_the_rest_verifies(signed: Audit, hands: Hands) -> None:
    """Nothing younger goes, and of what is older no more than a few stay."""
    record_days(signed, hands)
    cut = NOON + 4 * DAY
    old = [entry.sequence for entry in signed.entries() if entry.event.at < cut]

    pruned = signed.prune(cut, now=hands.now, actor="user pi")

    assert pruned.first == 1
    assert old[-1] - 5 <= pruned.last <= old[-1]
    left = list(signed.entries())
    assert left[0].sequence == pruned.last + 1
    assert [entry.event.at for entry in left if entry.event.at < cut][5:] == []
    assert left[-1].event.kind is EventKind.AUDIT_PRUNED
    assert left[-1].event.detail == f"entries 1 to {pruned.last}, by user pi"
    verified = signed.verify()
    assert (verified.removed, verified.entries) == (pruned.last, len(left))
    assert verified.sealed == left[-1].sequence
    assert signed.count == left[-1].sequence


def test_it_goes_on_as_if_nothing_had_happened(
    signed: Audit, hands: Hands, device: SigningKey, tmp_path: Path
) -> None:
    """Appending, pruning again, searching, exporting: all from the new root."""
    record_days(signed, hands)
    first = signed.prune(NOON + 2 * DAY, now=hands.now, actor="test")
    record_days(signed, hands, 3)
    second = signed.prune(NOON + 7 * DAY, now=hands.now, actor="test")
    assert second.first == first.last + 1
    assert signed.prune(NOON + 7 * DAY, now=hands.now, actor="test") == Pruned()
    found = signed.search.newest(Wanted(person_ids=(PERSON,)), limit=99)
    assert all(entry.sequence > second.last for entry in found)
    assert len(found) >= 6
    path = tmp_path / "export"
    path.write_bytes(b"".join(export_lines(signed, device, site=SITE, now=NOON)))
    told = verify_export(path)
    assert (told.first, told.whole) == (second.last + 1, False)
    signed.verify()


def test_an_export_from_before_still_verifies_and_goes_on_where_the_new_one_begins(
    signed: Audit, hands: Hands, device: SigningKey, tmp_path: Path
) -> None:
    """Who keeps exports keeps the whole history."""
    record_days(signed, hands)
    before, after = tmp_path / "before", tmp_path / "after"
    before.write_bytes(b"".join(export_lines(signed, device, site=SITE, now=NOON)))
    signed.prune(NOON + 4 * DAY, now=hands.now, actor="test")
    after.write_bytes(b"".join(export_lines(signed, device, site=SITE, now=NOON)))
    assert verify_export(before).last >= verify_export(after).first


def test_nothing_goes_without_a_signature(audit: Audit, hands: Hands) -> None:
    """A record that was never signed has nothing that could stand for what is removed."""
    record_days(audit, hands)
    assert audit.prune(NOON + 9 * DAY, now=hands.now, actor="test") == Pruned()
    assert audit.verify().entries == 70
    assert audit.search.newest(Wanted(kinds=(EventKind.AUDIT_PRUNED,)), limit=1) == ()


def test_a_clock_that_is_ahead_removes_nothing_that_is_not_old(signed: Audit, hands: Hands) -> None:
    """Ten years in the future everything would be old: the newest event tells that it is not."""
    record_days(signed, hands)
    last = signed.search.newest(Wanted(), limit=1)[0].event.at
    pruned = signed.prune(NOON + 3650 * DAY, now=NOON + 3655 * DAY, actor="test")
    left = [entry.event.at for entry in signed.entries() if entry.event.kind is EventKind.DECISION]
    assert last in left
    assert pruned.last < 75


def test_an_event_of_the_future_keeps_nothing(signed: Audit, hands: Hands) -> None:
    """A clock that was wrong for a moment does not stop the pruning for years."""
    signed.append(AuditEvent(EventKind.FAULT, NOON + 3650 * DAY))
    record_days(signed, hands)
    assert signed.prune(NOON + 4 * DAY, now=hands.now, actor="test").last > 20


def test_no_byte_is_left(
    path: Path, signed: Audit, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in the file's free pages, and not in its log; nor the keys that opened it."""
    signed.close()
    monkeypatch.setattr(sqlite, "_decrypt", lambda *_: None)
    clear = path.with_name("clear.db")
    device = SigningKey.random()
    sealer = Sealer(lambda: device, site=SITE, policy=SealPolicy(5, DAY), clock=hands)
    with Audit(clear, Key.random(), sealer=sealer) as audit:
        audit.append(
            AuditEvent(EventKind.REMOTE_UNLOCK, hands.now, "main-entrance-of-old", detail="a: b")
        )
        keys = [row[0] for row in audit._database.rows("SELECT key FROM subjects")]
        hands.forward(days=1)
        record_days(audit, hands)
        assert audit.prune(NOON + 4 * DAY, now=hands.now, actor="test").entries
        content = b"".join(file.read_bytes() for file in path.parent.glob("clear.db*"))
        assert b"main-entrance-of-old" not in content
        assert keys
        assert all(key not in content for key in keys)
        assert audit._database.row("SELECT count(*) FROM mentions") == (
            len(audit.search.newest(Wanted(person_ids=(PERSON,)), limit=99)),
        )


def test_an_interrupted_pruning_is_finished_by_the_next(
    signed: Audit, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The root has moved, the rows are still there: they are no part of the record any more."""
    record_days(signed, hands)
    with monkeypatch.context() as cut:
        cut.setattr("edge.audit.pruning.Pruner.sweep", lambda _: False)
        pruned = signed.prune(NOON + 4 * DAY, now=hands.now, actor="test")
    assert signed._database.row("SELECT min(sequence) FROM entries") == (1,)
    assert next(signed.entries()).sequence == pruned.last + 1
    assert signed.verify().removed == pruned.last
    assert signed.prune(NOON + 4 * DAY, now=hands.now, actor="test") == Pruned()
    assert signed._database.row("SELECT min(sequence) FROM entries") == (pruned.last + 1,)


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("DELETE FROM checkpoints WHERE sequence = (SELECT sequence FROM root)", "no checkpoint"),
        ("UPDATE root SET sequence = sequence + 1", "no checkpoint"),
        ("UPDATE root SET hash = 'x'", "does not sign"),
        ("DELETE FROM entries WHERE sequence = (SELECT sequence + 1 FROM root)", "is missing"),
    ],
)
def test_more_than_was_removed_shows(signed: Audit, hands: Hands, sql: str, finding: str) -> None:
    """Pruning is no way to get rid of what is not old."""
    record_days(signed, hands)
    signed.prune(NOON + 4 * DAY, now=hands.now, actor="test")
    for (name,) in signed._database.rows("SELECT name FROM sqlite_schema WHERE type='trigger'"):
        signed._database.execute(f"DROP TRIGGER {name}")
    assert signed._database.execute(sql) == 1
    with pytest.raises(AuditBrokenError, match=finding):
        signed.verify()
