"""What is packed for whoever helps: everything about the machine, no byte about anybody."""

from __future__ import annotations

import base64
import json
import os
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import pytest

from edge.collection.people import NewPerson
from edge.collection.pins import Pins
from edge.config import load_settings
from edge.core import Core
from edge.diagnosis.bundle import machine
from edge.domain import Badge, Pixels
from edge.examining import Photo
from tests.edge.commands.conftest import Ostiary, ostiary, site

__all__ = ["ostiary", "site"]  # fixtures

NAMES = (
    "Zoë “Ünï” O'Näme",
    "Максим Горький",
    "Bobby'); DROP TABLE people;--",
    "X Æ A-Xii Quillfeather",
)
BADGES = ("8844221177", "0-55443322", "ÄQ-77/1", "60606060")
PINS = ("739146", "918273", "5550192", "284719")
EXTERNAL = ("HR-5521", "hr/ö/9", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "EMP_000123")
PASSWORDS = ("c4mer4-p4ss", "stream-s3cret", "hook-t0ken", "broker-user-name", "f1le-passw0rd")


@pytest.fixture
def people(site: Path, carphone: list[Pixels]) -> list[str]:
    """Enroll odd people with odd badges; return all that must be nowhere else."""
    with site.open("a", encoding="utf-8") as more:
        more.write(
            f'[camera]\nsource = "rtsp://admin:{PASSWORDS[0]}@127.0.0.1:1/stream?pwd={PASSWORDS[0]}"\n'
            "timeout_seconds = 1.0\n"
            f'[rekognition]\ncameras = {{ lobby = "rtsp://u:{PASSWORDS[1]}@10.0.0.7/s" }}\n'
            f'[webhooks]\naddresses = {{ desk = "https://desk.example/{PASSWORDS[2]}" }}\n'
            'keys = { desk = "/etc/ostiary/desk.key" }\n'
            f'[site]\nname = "House of {NAMES[0].split()[0]}"\n'
            f'[live]\nfolder = "{site.parent}/live"\n[mqtt]\nusername = "{PASSWORDS[3]}"\n'
            f'password_file = "{site.parent}/broker"\n'
        )
    (site.parent / "broker").write_text(f"{PASSWORDS[4]}\n")
    core = Core(load_settings(site, environment={}))
    secrets = [*NAMES, *BADGES, *PINS, *EXTERNAL, *PASSWORDS, "Zoë", "Горький", "Quillfeather"]
    for number, name in enumerate(NAMES):
        photos = [
            Photo("a photo", cv2.imencode(".png", carphone[each])[1].tobytes())
            for each in ((0, 20, 40) if number == 0 else ())
        ]
        person = core.enroller.enroll(
            NewPerson(name, external_id=EXTERNAL[number], declined=not photos),
            photos,
            [Badge(BADGES[number])],
            actor="a test",
        )
        Pins(core.database, core.key).set(person.person_id, PINS[number], at=datetime.now(UTC))
        secrets += [person.person_id, person.person_id.replace("-", "")]
    for key in (core.key.secret, core.signing_key_path.read_bytes() if core.signing_key else b""):
        secrets += [key.hex(), base64.b64encode(key).decode()]
    core.close()
    return secrets


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: list[str]) -> None:
    """Put a machine of systemd here whose journal holds what it never should."""
    lines = [f"2026-11-02T08:00:00+0000 ostiary[7]: {each} was here" for each in people]
    lines += [f"2026-11-02T08:00:01+0000 ostiary[7]: {each.lower()}!" for each in NAMES]
    lines += ["2026-11-02T08:00:02+0000 systemd[1]: Started ostiary-door.service."]
    lines = [line.replace(pin, "a PIN") for line in lines for pin in [_pin_in(line)]]
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "lines").write_text("\n".join(lines), encoding="utf-8")
    units = "Id=ostiary-door.service\nActiveState=active\nNRestarts=3\n\nId=ostiary-web.service\n"
    (folder / "units").write_text(units, encoding="utf-8")
    for name, shown in (("journalctl", "lines"), ("systemctl", "units")):
        script = folder / name
        script.write_text(f'#!/bin/sh\necho "$@" > {folder}/{name}.asked\ncat {folder}/{shown}\n')
        script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr(machine, "SYSTEMD", folder)


def _pin_in(line: str) -> str:
    """Return the PIN in *line*: a PIN is stored nowhere, so nothing could look for it."""
    return next((pin for pin in PINS if f" {pin} " in line), "\0")


def read(bundle: Path) -> dict[str, str]:
    """Return all files in *bundle* by name."""
    with zipfile.ZipFile(bundle) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_nobody_is_in_a_bundle(
    ostiary: Ostiary, tmp_path: Path, people: list[str], journal: None
) -> None:
    """Every byte of every file, also of a journal that a program filled with everybody."""
    bundle = tmp_path / "help.zip"
    answer = ostiary("doctor", "--json", "--bundle", bundle)

    assert answer.status == 1, answer.err  # no camera here
    files = read(bundle)
    whole = "\n".join((*files, *files.values())) + bundle.read_bytes().decode("latin-1")
    forms = {each: (each, each.casefold(), json.dumps(each)[1:-1]) for each in people}
    for text in (whole, whole.casefold()):
        assert [each for each, told in forms.items() if any(form in text for form in told)] == []
    assert files["journal.txt"].count("<known>") > 10
    assert "Started ostiary-door.service." in files["journal.txt"]


def test_what_helps_is_in_it(
    ostiary: Ostiary, tmp_path: Path, people: list[str], journal: None
) -> None:
    """Versions, settings, findings, units, sizes and soundness, digests, figures."""
    bundle = tmp_path / "help.zip"
    told = ostiary("doctor", "--json", "--bundle", bundle, "--lines", 7)

    files = read(bundle)
    assert set(files) == {
        "machine.json", "settings.json", "findings.json", "databases.json", "models.json",
        "units.json", "journal.txt", "figures.prom", "door.json", "README.txt",
    }  # fmt: skip
    loaded: dict[str, Any] = {
        name: json.loads(text) for name, text in files.items() if name.endswith(".json")
    }
    assert loaded["machine.json"]["packages"]["apsw-sqlite3mc"]
    assert loaded["settings.json"]["camera"]["source"] == "rtsp://127.0.0.1:1"
    assert loaded["settings.json"]["webhooks"]["addresses"] == {"desk": "https://desk.example"}
    assert loaded["settings.json"]["site"] == {"name": "***"}
    assert loaded["settings.json"]["lock"]["kind"] == "fake"
    subjects = [each["subject"] for each in told.json]
    assert [each["subject"] for each in loaded["findings.json"]] == subjects
    databases = {each["file"]: each for each in loaded["databases.json"]}
    assert databases["collection.db"]["integrity"] == databases["audit.db"]["integrity"] == "ok"
    assert databases["collection.db"]["bytes"] > 0
    digests = {each["found"] for each in loaded["models.json"] if each["state"] == "ready"}
    assert all(len(digest) == 64 for digest in digests)
    assert len(digests) >= 3
    assert loaded["units.json"][0]["NRestarts"] == "3"
    assert "ostiary_disk_free_bytes" in files["figures.prom"]
    assert loaded["door.json"] == "no sign of life"
    assert "--lines=7" in (tmp_path / "bin/journalctl.asked").read_text()
    assert f"Packed: {bundle}" in told.err


def test_a_damaged_database_is_told_and_the_rest_is_packed(
    ostiary: Ostiary, tmp_path: Path, site: Path
) -> None:
    """A tool for what is broken must not break on it; it says what it could not look for."""
    ostiary("collections", "list")
    damaged = tmp_path / "data/collection.db"
    content = bytearray(damaged.read_bytes())
    content[1000:] = os.urandom(len(content) - 1000)
    damaged.write_bytes(content)
    bundle = tmp_path / "help.zip"

    answer = ostiary("doctor", "--bundle", bundle)

    files = read(bundle)
    assert "README.txt" in files
    (told,) = (
        each for each in json.loads(files["databases.json"]) if each["file"] == "collection.db"
    )
    assert told["integrity"] != "ok"
    assert "Without names to look for:" in answer.err


def test_only_its_owner_may_read_it_and_nothing_is_overwritten(
    ostiary: Ostiary, tmp_path: Path
) -> None:
    """It is about a door, after all."""
    bundle = tmp_path / "help.zip"
    ostiary("doctor", "--bundle", bundle)
    first = bundle.read_bytes()

    again = ostiary("doctor", "--bundle", bundle)

    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    assert again.status == 2
    assert "File exists" in again.err
    assert bundle.read_bytes() == first


def test_without_systemd_it_says_so(
    ostiary: Ostiary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container, or on a developer's machine."""
    monkeypatch.setattr(machine, "SYSTEMD", tmp_path / "nowhere")
    bundle = tmp_path / "help.zip"
    ostiary("doctor", "--bundle", bundle)

    assert read(bundle)["journal.txt"] == "systemd does not run this machine"


def test_a_journal_that_may_not_be_read_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not everybody may."""
    script = tmp_path / "journalctl"
    script.write_text("#!/bin/sh\necho 'No journal files were opened' >&2\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(machine, "SYSTEMD", tmp_path)

    assert machine.journal(5) == "journalctl: No journal files were opened"
