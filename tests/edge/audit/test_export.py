"""An export is verified anywhere, and shows whatever was done to it."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.audit import Audit, Sealer, SealPolicy
from edge.audit.chain import FIRST_HASH
from edge.audit.events import AuditEvent, EventKind
from edge.audit.export import FORM, export_lines, line_of, signed_part
from edge.audit.offline import verify_export, verify_stream
from edge.errors import AuditBrokenError, AuditError
from edge.storage.key import Key
from edge.storage.signing import SigningKey
from edge.storage.times import to_text
from tests.edge.audit.conftest import NOON, SITE, EventMaker, Hands

DAY = timedelta(days=1)


def exported(
    audit: Audit,
    key: SigningKey,
    path: Path,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Path:
    """Write an export to *path*."""
    lines = export_lines(audit, key, site=SITE, now=NOON, since=since, until=until)
    path.write_bytes(b"".join(lines))
    return path


@pytest.fixture
def days(signed: Audit, hands: Hands) -> Audit:
    """Record ten days with seven events each, signed every five events and every morning."""
    for day in range(10):
        for number in range(7):
            at = NOON + day * DAY + timedelta(minutes=number)
            signed.append(AuditEvent(EventKind.DECISION, at, "main", "deny", "NO_MATCH"))
        hands.forward(days=1)
    return signed


def test_the_whole_record(days: Audit, device: SigningKey, tmp_path: Path) -> None:
    """Every event, signed by the device."""
    found = verify_export(exported(days, device, tmp_path / "all"))

    assert (found.first, found.last, found.entries) == (1, 71, 71)
    assert (found.head, found.site, found.made) == (days.verify().head, SITE, NOON)
    assert found.whole
    assert found.signers == (device.public.fingerprint,)
    assert found.checkpoints == days.verify().checkpoints


def test_some_days_of_it(days: Audit, device: SigningKey, tmp_path: Path) -> None:
    """From the checkpoint before them to the one behind them, and hardly more."""
    since, until = NOON + 4 * DAY, NOON + 6 * DAY
    path = exported(days, device, tmp_path / "some", since, until)

    found = verify_export(path)
    assert not found.whole
    numbers = days.search.numbers
    wanted = [entry.sequence for entry in days.entries() if since <= entry.event.at < until]
    assert numbers is not None
    assert wanted[0] - 5 <= found.first <= wanted[0]
    assert wanted[-1] <= found.last <= wanted[-1] + 5


def test_days_without_events(days: Audit, device: SigningKey, tmp_path: Path) -> None:
    """There is nothing in it, and it says so verifiably."""
    path = exported(days, device, tmp_path / "none", NOON + 400 * DAY, NOON + 500 * DAY)
    assert verify_export(path).entries == 0
    early = exported(days, device, tmp_path / "early", None, NOON - 400 * DAY)
    assert verify_export(early).first == 1


def test_an_empty_record(audit: Audit, device: SigningKey, tmp_path: Path) -> None:
    """Is an export, too."""
    assert verify_export(exported(audit, device, tmp_path / "empty")).entries == 0


def test_the_fingerprint_that_was_written_down(
    days: Audit, device: SigningKey, tmp_path: Path
) -> None:
    """Who made a history of their own and signed it is found by the key."""
    path = exported(days, device, tmp_path / "all")
    verify_export(path, fingerprints=[device.public.fingerprint_digits])
    with pytest.raises(AuditBrokenError, match="signed by another key"):
        verify_export(path, fingerprints=[SigningKey.random().public.fingerprint_digits])

    forged = exported(days, SigningKey.random(), tmp_path / "forged")
    with pytest.raises(AuditBrokenError, match="signed by another key"):
        verify_export(forged, fingerprints=[device.public.fingerprint_digits])


def test_whom_it_is_about_is_not_in_it(signed: Audit, device: SigningKey, tmp_path: Path) -> None:
    """Neither the id nor what was said of her."""
    person = "7d1f2b5e-0000-4000-8000-00000000ada0"
    signed.append(
        AuditEvent(EventKind.BADGE_ADDED, NOON, person_id=person, detail="badge 4711, by account 7")
    )
    told = exported(signed, device, tmp_path / "all").read_bytes()
    assert person.encode() not in told
    assert b"4711" not in told
    assert b"by account 7" in told


def test_an_entry_that_was_changed_is_named(
    days: Audit, device: SigningKey, tmp_path: Path
) -> None:
    """Also one that was changed in the record before it was exported."""
    lines = exported(days, device, tmp_path / "all").read_bytes().splitlines(keepends=True)
    place = next(at for at, line in enumerate(lines) if b'"sequence":34}' in line)
    bad = tmp_path / "bad"
    bad.write_bytes(b"".join(lines).replace(lines[place], lines[place].replace(b"deny", b"gran")))
    with pytest.raises(AuditBrokenError, match="entry 34 was changed"):
        verify_export(bad)
    bad.write_bytes(b"".join(lines[:place] + lines[place + 1 :]))
    with pytest.raises(AuditBrokenError, match="entry 34 is missing"):
        verify_export(bad)
    bad.write_bytes(b"".join(lines[: place + 1]))
    with pytest.raises(AuditBrokenError, match="cut off behind entry 34"):
        verify_export(bad)


@pytest.fixture(scope="module")
def small() -> Iterator[bytes]:
    """Make a small export: events about somebody and nobody, three checkpoints."""
    device, hands = SigningKey.random(), Hands()
    sealer = Sealer(lambda: device, site=SITE, policy=SealPolicy(3, DAY), clock=hands)
    with (
        tempfile.TemporaryDirectory() as folder,
        Audit(Path(folder) / "audit.db", Key.random(), sealer=sealer) as audit,
    ):
        for number in range(6):
            audit.append(
                AuditEvent(EventKind.DECISION, NOON, person_id="ada" if number % 2 else None)
            )
        yield exported(audit, device, Path(folder) / "small").read_bytes()


def refused(content: bytes) -> bool:
    """Tell whether *content* is refused as an export."""
    try:
        verify_stream(io.BytesIO(content))
    except AuditBrokenError:
        return True
    return False


def test_every_single_byte_counts(small: bytes) -> None:
    """Whichever is changed: a letter's case, or a bit of anything else."""
    assert not refused(small)
    for place, byte in enumerate(small):
        other = byte ^ 32 if chr(byte).isalpha() else byte ^ 1
        assert refused(small[:place] + bytes([other]) + small[place + 1 :]), place


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_whatever_is_done_to_it_shows(small: bytes, data: st.DataObject) -> None:
    """A byte changed, taken out or put in; lines lost, doubled or swapped; the end cut off."""
    lines = small.splitlines(keepends=True)
    at = data.draw(st.integers(0, len(small) - 1))
    first, second = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    swapped = list(lines)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    changes = [
        small[:at] + data.draw(st.binary(min_size=1, max_size=1)) + small[at + 1 :],
        small[:at] + small[at + 1 :],
        small[:at] + data.draw(st.binary(min_size=1, max_size=3)) + small[at:],
        small[:at],
        small + data.draw(st.binary(min_size=1, max_size=3)),
        b"".join(lines[:first] + lines[first + 1 :]),
        b"".join([*lines[:first], lines[second], *lines[first:]]),
        b"".join(swapped),
    ]
    for changed in changes:
        assert changed == small or refused(changed)


def test_what_is_no_export(tmp_path: Path) -> None:
    """Another file, or none, is told from a broken one."""
    for content in (b"", b"{}\n", b"[1]\n", b"\x00\xff", b'{"header":{}}\n', b"[" * 100_000):
        assert refused(content)
    with pytest.raises(AuditError, match="cannot be read"):
        verify_export(tmp_path)


def test_it_takes_no_memory(
    signed: Audit,
    device: SigningKey,
    make_event: EventMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lines come one by one: many more than are ever kept at a time."""
    for room in ("rows", "checkpoint_rows"):
        monkeypatch.setattr(f"edge.audit.{room}.PAGE", 50)
    with signed._database.transaction():
        for number in range(3000):
            signed.append(make_event(number))
    tracemalloc.start()
    try:
        size = sum(map(len, export_lines(signed, device, site=SITE, now=NOON)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 1_000_000
    assert peak < size / 3


def test_the_form_is_this(small: bytes) -> None:
    """Other programs read it: a header, entries with checkpoints, an end."""
    values = [json.loads(line) for line in small.splitlines()]
    assert list(values[0]) == ["header"]
    assert set(values[0]["header"]) == {"form", "key", "made", "root", "site"}
    kinds = [next(iter(value)) for value in values[1:-1]]
    assert kinds == [
        "entry", "entry", "checkpoint", "entry", "entry", "entry", "checkpoint",
        "entry", "entry", "checkpoint",
    ]  # fmt: skip
    assert set(values[-1]) == {"end", "signature"}


@pytest.mark.parametrize("site", ["\ud800", "x\x1b[2J", "a\nThe export is whole"], ids=ascii)
def test_a_stranger_s_words_are_only_words(site: str, tmp_path: Path) -> None:
    """Whoever signs a file may call his site what he likes; a screen shows it without obeying."""
    stranger, path = SigningKey.random(), tmp_path / "strange.jsonl"
    root = {"hash": FIRST_HASH, "sequence": 0}
    told = {"form": FORM, "key": stranger.public.digits, "made": to_text(NOON), "root": root}
    header = line_of({"header": told | {"site": site}})
    end = {
        "entries": 0,
        "head": FIRST_HASH,
        "sequence": 0,
        "sha256": hashlib.sha256(header).hexdigest(),
    }
    last = line_of({"end": end, "signature": stranger.sign(signed_part(end))})
    path.write_bytes(header + last)

    found = verify_export(path)

    assert found.site.isprintable()
    assert found.signers == (stranger.public.fingerprint,)
