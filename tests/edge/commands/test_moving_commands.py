"""``ostiary collections export`` and ``import``: from one device to another, with real faces."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.faces import Faces
from edge.demonstration.footage import CARPHONE, locate
from edge.storage.key import Key, load_key
from tests.edge.commands.conftest import Ostiary, caller

PHRASE = "four random words together"


@dataclass(frozen=True, slots=True)
class Device:
    """A device in a folder of its own."""

    ostiary: Ostiary
    data: Path

    @property
    def key(self) -> Key:
        return load_key(self.data / "ostiary.key", databases=())

    @property
    def people(self) -> list[dict[str, object]]:
        listed: list[dict[str, object]] = self.ostiary("people", "list", "--json").json
        return listed


@pytest.fixture
def here(ostiary: Ostiary, tmp_path: Path) -> Device:
    """Give the device that people come from."""
    return Device(ostiary, tmp_path / "data")


@pytest.fixture
def there(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Device:
    """Give the device that they go to: another folder, another key."""
    config = tmp_path / "there.toml"
    data = tmp_path / "there"
    config.write_text(site.read_text(encoding="utf-8").replace(f"{tmp_path}/data", str(data)))
    return Device(caller(config, capsys), data)


@pytest.fixture
def phrase(tmp_path: Path) -> Path:
    """Write the passphrase into a file."""
    path = tmp_path / "phrase"
    path.write_text(f"{PHRASE}\n", encoding="utf-8")
    return path


def enroll_man(device: Device, photos: Path, *more: str) -> str:
    """Enroll the man in the car, and return his id."""
    answer = device.ostiary(
        "enroll", photos / "man-0.png", photos / "man-20.png", photos / "man-40.png",
        "--name", "Karl Bell", "--badge", "77", "--external-id", "HR-1", "--consent", "2026-1",
        "--until", "2031-05-04", "--json", *more,
    )  # fmt: skip
    assert answer.status == 0, answer.err
    return str(answer.json["person_id"])


def enroll_woman(device: Device, photos: Path, badge: str) -> str:
    """Enroll the astronaut, and return her id."""
    answer = device.ostiary(
        "enroll", photos / "stranger.png", "--name", "Eileen C", "--badge", badge, "--json"
    )
    assert answer.status == 0, answer.err
    return str(answer.json["person_id"])


def carried(device: Device, phrase: Path, file: Path) -> Path:
    """Export the door's people of *device* into *file*."""
    answer = device.ostiary("collections", "export", "badges", file, "--passphrase-file", phrase)
    assert answer.status == 0, answer.err
    return file


def test_the_other_device_lets_the_same_man_in(
    here: Device, there: Device, photos: Path, phrase: Path, tmp_path: Path
) -> None:
    """With his id, badge, consent, groups and validity; both records tell of it and are whole."""
    person_id = enroll_man(here, photos)
    here.ostiary("people", "groups", "77", "--add", "Staff")
    file = carried(here, phrase, tmp_path / "people.ostiary")

    answer = there.ostiary("collections", "import", file, "--passphrase-file", phrase)

    assert answer.status == 0, answer.err
    assert answer.out.strip() == "1 taken in, 0 here already, 0 refused"
    (before,), (after,) = here.people, there.people
    assert after["person_id"] == person_id
    of_this_device = {"created_at", "version"}
    assert {name: after[name] for name in after if name not in of_this_device} == {
        name: before[name] for name in before if name not in of_this_device
    }
    assert after["groups"] == ["Staff"]
    assert after["consent"]
    seen = there.ostiary("door", "--camera", locate(CARPHONE))
    assert seen.out.count("GRANT MATCH") == 1
    for device, kinds in ((here, ["people-exported"]), (there, ["enrolled", "people-imported"])):
        told = [entry["event"] for entry in device.ostiary("audit", "list", "--json").json]
        moved = [event["kind"] for event in told if event["reason"] == "OTHER_DEVICE"]
        assert moved == kinds
        assert device.ostiary("audit", "verify").status == 0


def test_vectors_are_the_same_to_the_bit_and_never_in_the_clear(
    here: Device, there: Device, photos: Path, phrase: Path, tmp_path: Path
) -> None:
    """Neither a vector nor a name can be read in the file."""
    enroll_man(here, photos)
    file = carried(here, phrase, tmp_path / "people.ostiary")
    there.ostiary("collections", "import", file, "--passphrase-file", phrase)

    def vectors(device: Device) -> set[bytes]:
        with open_collection(device.data / "collection.db", device.key) as database:
            assert Collections(database).describe("badges").faces == 3
            faces = Faces(database)
            return {faces.embedding(face.face_id).vector.tobytes() for face in faces.list("badges")}

    assert vectors(here) == vectors(there)
    sealed = file.read_bytes()
    assert not any(vector[:16] in sealed for vector in vectors(here))
    assert b"Karl" not in sealed
    assert file.stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_read_changes_nothing(
    here: Device, there: Device, photos: Path, phrase: Path, tmp_path: Path
) -> None:
    """Another passphrase, cut off, altered, newer, or no such file at all: each with its words."""
    enroll_man(here, photos)
    file = carried(here, phrase, tmp_path / "people.ostiary")
    whole = file.read_bytes()
    wrong = tmp_path / "wrong"
    wrong.write_text("four other words together")
    altered = bytearray(whole)
    altered[-40] ^= 1
    spoilt = tmp_path / "spoilt"
    for content, passphrase, words in (
        (whole, wrong, "passphrase does not open"),
        (whole[:-1], phrase, "cut off"),
        (whole[:20], phrase, "cut off"),
        (bytes(altered), phrase, "changed on its way"),
        (whole.replace(b"people 1", b"people 2", 1), phrase, "newer Ostiary"),
        (b"PK\x03\x04", phrase, "no file of people"),
        (b"", phrase, "no file of people"),
    ):
        spoilt.write_bytes(content)
        answer = there.ostiary("collections", "import", spoilt, "--passphrase-file", passphrase)
        assert (answer.status, answer.out) == (5, ""), words
        assert words in answer.err
        assert "Karl" not in answer.err

    assert there.people == []
    assert there.ostiary("collections", "import", file, "--passphrase-file", phrase).status == 0


def test_conflicts_are_told_before_anything_is_written(
    here: Device, there: Device, photos: Path, phrase: Path, tmp_path: Path
) -> None:
    """Somebody there has the man's badge: nobody is taken in, until it is settled or accepted."""
    man, woman = enroll_man(here, photos), enroll_woman(here, photos, "78")
    file = carried(here, phrase, tmp_path / "people.ostiary")
    there.ostiary("enroll", "--name", "Other", "--badge", "77", "--declined")
    take = ("collections", "import", file, "--passphrase-file", phrase)

    for more in (("--dry-run",), ()):
        answer = there.ostiary(*take, *more, "--json")
        assert answer.status == 1
        assert answer.json["stored"] is False
        assert answer.json["counts"] == {"taken in": 1, "here already": 0, "refused": 1}
        assert answer.json["refused"] == [
            {"person_id": man, "reason": "badge 77 belongs to somebody already"}
        ]
        assert [each["name"] for each in there.people] == ["Other"]
    assert "--without-refused" in there.ostiary(*take).out

    taken = there.ostiary(*take, "--without-refused", "--json")

    assert (taken.status, taken.json["stored"]) == (1, True)
    assert {each["person_id"] for each in there.people if each["name"] != "Other"} == {woman}
    there.ostiary("people", "delete", "Other", "--yes")
    again = there.ostiary(*take, "--json")
    assert again.status == 0
    assert again.json["counts"] == {"taken in": 1, "here already": 1, "refused": 0}


def test_somebody_who_is_there_under_another_id_is_not_doubled(
    here: Device, there: Device, photos: Path, phrase: Path, tmp_path: Path
) -> None:
    """The man was enrolled on both devices: a door could not tell which of the two he is."""
    enroll_man(here, photos)
    file = carried(here, phrase, tmp_path / "people.ostiary")
    known = there.ostiary("enroll", photos / "man-100.png", "--name", "K. Bell", "--badge", "9",
                          "--json").json["person_id"]  # fmt: skip

    answer = there.ostiary("collections", "import", file, "--passphrase-file", phrase, "--json")

    assert answer.status == 1
    assert f"a door would take her for {known}" in answer.json["refused"][0]["reason"]
    assert len(there.people) == 1


def test_an_export_asks_for_a_passphrase_and_overwrites_nothing(
    here: Device, phrase: Path, tmp_path: Path
) -> None:
    """A short one is refused; a file that is there stays as it is."""
    here.ostiary("collections", "create", "badges")
    file, short = tmp_path / "people.ostiary", tmp_path / "short"
    short.write_text("short\n")
    refused = here.ostiary("collections", "export", "badges", file, "--passphrase-file", short)
    assert refused.status == 5
    assert "at least 12 characters" in refused.err
    assert not file.exists()
    file.write_bytes(b"mine")

    again = here.ostiary("collections", "export", "badges", file, "--passphrase-file", phrase)

    assert again.status == 5
    assert "exists already" in again.err
    assert file.read_bytes() == b"mine"
    kinds = [entry["event"]["kind"] for entry in here.ostiary("audit", "list", "--json").json]
    assert "people-exported" not in kinds
    missing = here.ostiary("collections", "export", "nowhere", tmp_path / "x", "--passphrase-file",
                           phrase)  # fmt: skip
    assert (missing.status, (tmp_path / "x").exists()) == (5, False)
