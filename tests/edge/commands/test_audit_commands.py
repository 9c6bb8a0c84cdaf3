"""``ostiary audit``: signed, exported, verified elsewhere, pruned."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.__main__ import main
from edge.audit import AuditEvent, EventKind
from edge.commands.program import Program
from tests.edge.commands.conftest import Ostiary

NOW = datetime.now(UTC)
OLD = NOW - timedelta(days=50)


@pytest.fixture
def recorded(site: Path) -> None:
    """Record ten events of fifty days ago, and ten of now, each ten by a run of the program."""
    for at in (OLD, NOW):
        with Program(site) as program:
            audit = program.core.audit
            # A clock that is fifty days behind signs the old ones.
            audit._writer._sealer._clock = lambda at=at: at + timedelta(seconds=1)  # type: ignore[union-attr]
            for _ in range(10):
                audit.append(AuditEvent(EventKind.DECISION, at, "door", "deny", "NO_MATCH"))


def anywhere(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Call ``ostiary`` on a machine without settings, databases and keys."""
    with pytest.raises(SystemExit) as end:
        main(["--config", "/nowhere/ostiary.toml", *map(str, arguments)])
    told = capsys.readouterr()
    return int(str(end.value.code)), told.out + told.err


def test_an_export_is_verified_on_any_machine(
    ostiary: Ostiary, recorded: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the fingerprint that was written down, or by the public key as a file."""
    file, pem = tmp_path / "events.jsonl", tmp_path / "key.pem"
    key = ostiary("audit", "key", "--json").json
    pem.write_text(key["public_key"], encoding="ascii")

    assert ostiary("audit", "export", file).status == 0
    assert file.stat().st_mode & 0o777 == 0o600
    for known in ((), ("--key", key["fingerprint"]), ("--key", pem)):
        status, told = anywhere(capsys, "audit", "verify", file, *known)
        assert (status, "export is whole: events 1 to 22" in told) == (0, True)
        assert key["fingerprint"] in told
        assert ("Compare this" in told) is (not known)
    assert anywhere(capsys, "audit", "verify", file, "--key", "ab" * 32)[0] == 7
    assert anywhere(capsys, "audit", "verify", file, "--key", "nonsense")[0] == 2

    file.write_bytes(file.read_bytes().replace(b"NO_MATCH", b"MATCH", 1))
    status, told = anywhere(capsys, "audit", "verify", file)
    assert (status, "entry 1 was changed" in told) == (7, True)


def test_openssl_knows_the_key(ostiary: Ostiary, recorded: None, tmp_path: Path) -> None:
    """It is an ordinary Ed25519 key in PEM, not a form of our own."""
    pem = tmp_path / "key.pem"
    pem.write_text(ostiary("audit", "key", "--json").json["public_key"], encoding="ascii")
    told = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", str(pem), "-noout", "-text"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ED25519" in told.stdout
    secret = tmp_path / "data" / "ostiary-signing.key"
    assert secret.stat().st_mode & 0o777 == 0o600


def test_some_days_are_exported(ostiary: Ostiary, recorded: None, tmp_path: Path) -> None:
    """From a checkpoint on; a file that is there is not overwritten."""
    file = tmp_path / "today.jsonl"
    since = (NOW - timedelta(days=2)).date()
    assert ostiary("audit", "export", file, "--from", since).status == 0
    told = ostiary("audit", "verify", file, "--json").json
    assert (told["first"], told["last"], told["whole"]) == (12, 22, False)
    assert "not in it" in ostiary("audit", "verify", file).out
    again = ostiary("audit", "export", file)
    assert (again.status, "exists already" in again.err) == (7, True)


def test_the_record_of_this_machine(ostiary: Ostiary, recorded: None) -> None:
    """How far it is signed, and by whom."""
    told = ostiary("audit", "verify").out
    assert "signed up to event 21" in told
    assert "(this device)" in told
    assert ostiary("audit", "verify", "--json").json["sealed"] == 21


def test_old_events_are_pruned(ostiary: Ostiary, recorded: None, site: Path) -> None:
    """For ever unless the settings say how long; then up to a checkpoint, and it is recorded."""
    assert "for ever" in ostiary("audit", "prune").out
    with site.open("a", encoding="utf-8") as file:
        file.write("[audit]\nkeep_days = 30\n")
    # The recorded events are of months ago: for all one knows, the clock went forward.
    assert ostiary("audit", "prune").status == 1
    believing = ("audit", "prune", "--believe-clock")
    assert "Removed events 1 to 11" in ostiary(*believing).out
    assert "Nothing signed is older" in ostiary(*believing).out
    assert "Events 1 to 11 were removed" in ostiary("audit", "verify").out
    kinds = [entry["event"]["kind"] for entry in ostiary("audit", "list", "--json").json]
    assert kinds[-1] == "audit-pruned"
    assert len(kinds) == 11
    assert ostiary(*believing, "--keep-days", "1", "--json").json["entries"] == 0


def test_a_text_is_erased(ostiary: Ostiary, site: Path) -> None:
    """It asks first; who let somebody in stays."""
    with Program(site) as program:
        program.core.audit.append(
            AuditEvent(EventKind.REMOTE_UNLOCK, NOW, "door", "grant", detail="account 7: for Ada")
        )
    assert "for Ada" in ostiary("audit", "list", "--json").out
    assert ostiary("audit", "redact", "1", "--yes").status == 0
    told = ostiary("audit", "list", "--json").out
    assert "for Ada" not in told
    assert "account 7" in told
    assert ostiary("audit", "redact", "1", "--yes").status == 5
    assert ostiary("audit", "verify").status == 0


def test_doctor_tells_how_the_record_is(ostiary: Ostiary, recorded: None) -> None:
    """Signed up to where, how large, for how long."""
    findings = {each["subject"]: each for each in ostiary("doctor", "--json").json}
    assert "signed up to event" in findings["audit"]["text"]
    assert findings["audit"]["health"] == "ok"
    assert "kept for ever" in findings["record"]["text"]
    # The recorded events are of months ago.
    assert findings["clock"]["health"] == "notice"
    assert "nothing is removed by its date" in findings["clock"]["text"]
