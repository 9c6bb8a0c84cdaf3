"""The record is signed as it grows, whoever writes it; what was signed cannot be rewritten."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from edge.audit import Audit, EventKind, Sealer, SealPolicy
from edge.audit.chain import hash_of
from edge.audit.checkpoints import Stored, read_checkpoint
from edge.errors import AuditBrokenError, ConstraintError, KeyFileError
from edge.storage.key import Key
from edge.storage.signing import SigningKey
from tests.edge.audit.conftest import NOON, SITE, EventMaker, Hands


def sequences(audit: Audit) -> list[int]:
    """Return which entries are signed."""
    return [sequence for sequence, _ in audit.rows.checkpoints.since(0)]


def drop_rules(audit: Audit) -> None:
    """Take every rule out of the file, as somebody who has its key can."""
    for (name,) in audit._database.rows("SELECT name FROM sqlite_schema WHERE type='trigger'"):
        audit._database.execute(f"DROP TRIGGER {name}")


@pytest.mark.parametrize(
    ("unsigned", "minutes", "due"),
    [
        (0, 600, False), (1, 0, False), (4, 59, False), (5, 0, True), (1, 60, True),
        (1, -1, True),
    ],
)  # fmt: skip
def test_when_it_is_due(unsigned: int, minutes: int, due: bool) -> None:
    """After so many events or so long; never without a new one; at once after a wrong clock."""
    policy = SealPolicy(5, timedelta(hours=1))
    assert policy.due(unsigned=unsigned, age=timedelta(minutes=minutes)) is due


def test_the_first_event_makes_the_key_known(
    signed: Audit, device: SigningKey, make_event: EventMaker
) -> None:
    """The record tells from the beginning by which key it is signed."""
    signed.append(make_event(1))

    _, told = signed.entries()
    assert told.event.kind is EventKind.CHECKPOINT
    assert device.public.fingerprint in told.event.detail
    assert sequences(signed) == [2]


def test_it_is_signed_after_so_many_events_and_so_long(
    signed: Audit, hands: Hands, make_event: EventMaker
) -> None:
    """Whichever comes first, and with nothing new not at all."""
    for number in range(12):
        signed.append(make_event(number))
    assert sequences(signed) == [2, 7, 12]

    hands.forward(minutes=61)
    signed.tend()
    assert sequences(signed) == [2, 7, 12, 13]
    hands.forward(minutes=61)
    signed._tend_at = 0
    signed.tend()
    assert sequences(signed) == [2, 7, 12, 13]
    assert not signed.seal()


def test_what_a_checkpoint_says(
    signed: Audit, device: SigningKey, hands: Hands, make_event: EventMaker
) -> None:
    """The head, when, where, by whom, and the checkpoint before it."""
    signed.append(make_event(1))
    hands.forward(minutes=5)
    signed.append(make_event(2))
    signed.seal()

    (_, first), (_, second) = signed.rows.checkpoints.since(0)
    checkpoint = read_checkpoint(second)
    assert (checkpoint.sequence, checkpoint.head) == signed.rows.head()
    assert checkpoint.at == NOON + timedelta(minutes=5)
    assert (checkpoint.site, checkpoint.key) == (SITE, device.public)
    assert (checkpoint.number, checkpoint.previous) == (2, first.digest)


def test_who_closes_signs_what_it_wrote(
    path: Path, key: Key, sealer: Sealer, make_event: EventMaker
) -> None:
    """And who only read leaves it alone."""
    with Audit(path, key, sealer=sealer) as audit:
        audit.append(make_event(1))
        audit.append(make_event(2))
    with Audit(path, key) as unsigned:
        unsigned.append(make_event(3))
    with Audit(path, key, sealer=sealer) as reader:
        verified = reader.verify()
    assert (verified.entries, verified.sealed, verified.checkpoints) == (4, 3, 2)


def test_without_its_key_the_record_goes_on_unsigned(
    path: Path, key: Key, make_event: EventMaker, caplog: pytest.LogCaptureFixture
) -> None:
    """An event that is not signed is better than none; it is said once."""

    def fail() -> SigningKey:
        raise KeyFileError("it is gone")

    with caplog.at_level(logging.ERROR), Audit(path, key, sealer=Sealer(fail, site=SITE)) as audit:
        audit.append(make_event(1))
        audit.append(make_event(2))
        assert audit.verify().sealed == 0
    assert len(caplog.records) == 1


def test_two_programs_never_sign_the_same(path: Path, key: Key, tmp_path: Path) -> None:
    """Six at once, each signing after every second event: one trail of checkpoints."""
    program = (
        "import sys; from datetime import UTC, datetime, timedelta; from pathlib import Path;"
        "from edge.audit import Audit, AuditEvent, Sealer, SealPolicy;"
        "from edge.storage.key import Key;"
        "from edge.storage.signing import load_or_create_signing_key;"
        "signing = load_or_create_signing_key(Path(sys.argv[3]));"
        "sealer = Sealer(lambda: signing, site='x', policy=SealPolicy(2, timedelta(hours=1)));"
        "audit = Audit(Path(sys.argv[1]), Key(bytes.fromhex(sys.argv[2])), sealer=sealer);"
        "sys.stdin.read();"
        "[audit.append(AuditEvent('fault', datetime.now(UTC))) for _ in range(10)]; audit.close()"
    )
    arguments = (str(path), key.digits, str(tmp_path / "ostiary-signing.key"))
    children = [
        subprocess.Popen([sys.executable, "-c", program, *arguments], stdin=subprocess.PIPE)
        for _ in range(6)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.close()

    assert [child.wait() for child in children] == [0] * 6
    with Audit(path, key) as audit:
        verified = audit.verify()
        assert (verified.entries, verified.sealed) == (61, 61)
        assert verified.checkpoints >= 30
        assert len(verified.signers) == 1


def test_a_new_key_is_told(path: Path, key: Key, hands: Hands, make_event: EventMaker) -> None:
    """The record says from where on another key signs, and verifying names both."""
    both = [SigningKey.random() for _ in range(2)]
    for each in both:
        sealer = Sealer(lambda each=each: each, site=SITE, clock=hands)  # type: ignore[misc]
        with Audit(path, key, sealer=sealer) as audit:
            audit.append(make_event(1))
    with Audit(path, key) as audit:
        assert audit.verify().signers == tuple(each.public.fingerprint for each in both)
        kinds = [entry.event.kind for entry in audit.entries()]
        assert kinds.count(EventKind.CHECKPOINT) == 2


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE checkpoints SET signature = 'x'",
        "DELETE FROM checkpoints WHERE number = 2",
        "INSERT INTO checkpoints (number, body, signature) VALUES (9, '{}', 'x')",
        "UPDATE root SET sequence = 3",
        "UPDATE root SET sequence = 7, hash = 'x'",
        "DELETE FROM root",
        "INSERT INTO root VALUES (2, 7, 'x')",
        "DELETE FROM entries WHERE sequence = 1",
    ],
)
def test_the_database_refuses_to_unsign(signed: Audit, make_event: EventMaker, sql: str) -> None:
    """Slips get nowhere."""
    for number in range(12):
        signed.append(make_event(number))
    with pytest.raises(ConstraintError):
        signed._database.execute(sql)
    assert signed.verify().checkpoints == 3


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("UPDATE checkpoints SET signature = replace(signature, 'a', 'b')", "1 was changed"),
        ("UPDATE checkpoints SET signature = upper(signature) WHERE number = 2", "2 was changed"),
        ("UPDATE checkpoints SET body = replace(body, 'Light', 'Dark') WHERE number = 2", "2 was"),
        ("UPDATE checkpoints SET body = '{}' WHERE number = 2", "a checkpoint is none"),
        ("UPDATE checkpoints SET body = 'no' WHERE number = 2", "a checkpoint is none"),
        ("DELETE FROM checkpoints WHERE number = 1", "2 does not follow"),
        ("DELETE FROM checkpoints WHERE number = 2", "3 does not follow"),
        ("UPDATE root SET sequence = 2", "checkpoint 1 does not sign"),
    ],
)
def test_a_changed_checkpoint_is_named(
    signed: Audit, make_event: EventMaker, sql: str, finding: str
) -> None:
    """By somebody with the file's key and a free hand."""
    for number in range(12):
        signed.append(make_event(number))
    drop_rules(signed)
    assert signed._database.execute(sql) > 0
    with pytest.raises(AuditBrokenError, match=finding):
        signed.verify()


def _rewritten(audit: Audit, sequence: int) -> None:
    """Change one event and compute every hash behind it anew, the head's, too."""
    drop_rules(audit)
    database = audit._database
    rows = database.rows("SELECT sequence, previous, body FROM entries ORDER BY sequence")
    last = rows[0][1]
    for number, _, body in rows:
        told = body.replace("deny", "grant") if number == sequence else body
        digest = hash_of(last, told)
        database.execute(
            "UPDATE entries SET previous = ?, body = ?, hash = ? WHERE sequence = ?",
            (last, told, digest, number),
        )
        last = digest
    database.execute("UPDATE head SET hash = ?", (last,))


def test_a_chain_that_is_computed_anew_shows(signed: Audit, make_event: EventMaker) -> None:
    """The chain alone would hold; what is not known without the signing key is its signature."""
    for number in range(12):
        signed.append(make_event(number))
    _rewritten(signed, 4)
    with pytest.raises(AuditBrokenError, match="checkpoint 2 does not sign entry 7"):
        signed.verify()


def test_a_history_signed_by_somebody_else_names_the_key(
    signed: Audit, make_event: EventMaker, device: SigningKey, hands: Hands
) -> None:
    """Who has the file's key, but not the device's, can sign with a key of his own: it is named."""
    for number in range(12):
        signed.append(make_event(number))
    _rewritten(signed, 4)
    stranger = SigningKey.random()
    signed._database.execute("DELETE FROM checkpoints")
    forger = Sealer(lambda: stranger, site=SITE, clock=hands)
    head = signed.rows.head()
    signed.rows.checkpoints.add(1, forger.sign(stranger, None, head))

    assert signed.verify().signers == (stranger.public.fingerprint,)
    assert stranger.public != device.public


def test_a_checkpoint_signed_by_nobody_is_none(device: SigningKey) -> None:
    """The signature is over all of it, and only one way to write it counts."""
    with pytest.raises(AuditBrokenError):
        read_checkpoint(Stored("[]", device.sign(b"[]")))
    with pytest.raises(AuditBrokenError):
        read_checkpoint(Stored('{"number":1}', ""))
