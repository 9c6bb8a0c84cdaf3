"""The system page: the threshold in words, health without devices, a backup that restores."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.audit import Audit, EventKind
from edge.backup import back_up
from edge.collection.changeover import begin
from edge.collection.collections import Former
from edge.collection.database import open_collection
from edge.collection.people import NewPerson, People
from edge.domain import ModelId, Pixels
from edge.enrolling import Photo
from edge.errors import StorageError
from edge.storage.key import Key
from enroll.accounts import Accounts, Role
from enroll.admin.system import Threshold
from enroll.store import open_web
from tests.enroll.conftest import House, jpeg


def test_the_threshold_in_words(house: House, carphone: list[Pixels]) -> None:
    """With nobody enrolled nobody gets in; with one, one stranger in a hundred thousand."""
    browser = house.signed_in(Role.AUDITOR)
    assert "nobody can be let in" in browser.get("/admin/system").text
    photos = [Photo(f"{at}", jpeg(carphone[at])) for at in (0, 20, 40)]
    house.core.enroller.enroll(NewPerson(name="Man"), photos, actor="test")
    page = " ".join(browser.get("/admin/system").text.split())
    assert "1 person</strong> enrolled with a face" in page
    assert "one stranger in 100,000</strong>" in page
    assert Threshold.of(house.core).needed == 99.0


def test_a_door_without_the_optional_network_says_so(house: House) -> None:
    """What is less sure than it could be is told, with what to do about it."""
    page = house.signed_in(Role.AUDITOR).get("/admin/system").text
    assert "everybody is asked to move" in page
    assert "ostiary models fetch" in page


def test_health_is_checked_when_asked(house: House) -> None:
    """Nothing is checked by looking; what is found stays, and no camera or lock is touched."""
    browser = house.signed_in(Role.AUDITOR)
    assert "Not checked" in browser.get("/admin/system").text
    assert browser.send("/admin/system/check", page="/admin/system").status_code == 302
    page = browser.get("/admin/system").text
    for subject in ("models", "recognizer", "key", "database", "audit", "clock", "threshold"):
        assert f'<th scope="row">{subject}</th>' in page
    assert '<th scope="row">camera</th>' not in page


def test_a_backup_restores(house: House) -> None:
    """The copies open with the key and hold everything; the record says that it was made."""
    browser = house.signed_in(Role.MANAGER)
    ada = People(house.database).enroll("badges", NewPerson(name="Ada"))
    answer = browser.send("/admin/system/backup", page="/admin/system")
    assert answer.status_code == 302
    page = browser.get("/admin/system").text
    assert "Backed up and verified" in page
    assert "There is 1 in" in page

    (copy,) = (house.folder / "backups").iterdir()
    names = {path.name for path in copy.iterdir()}
    assert names >= {"audit.db", "collection.db", "web.db", "contents.sealed"}
    key = house.core.key
    with open_collection(copy / "collection.db", key) as people:
        assert People(people).get(ada.person_id).name == "Ada"
    with Audit(copy / "audit.db", key) as audit:
        assert audit.verify().entries == house.audit.count - 1
    with open_web(copy / "web.db", key) as web:
        assert Accounts(web).by_name("the manager") is not None
    assert [entry.event.kind for entry in house.audit.entries()][-1] is EventKind.BACKED_UP


def test_a_backup_is_encrypted(house: House) -> None:
    """Who finds a copy finds no name, and no key in it."""
    People(house.database).enroll("badges", NewPerson(name="Ada Lovelace"))
    made = back_up(house.core, now=house.clock(), actor="test")
    content = b"".join(path.read_bytes() for path in made.path.iterdir())
    assert b"Lovelace" not in content
    assert b"SQLite format 3" not in content
    with pytest.raises(StorageError):
        open_collection(made.path / "collection.db", Key.random())
    assert made.path.stat().st_mode & 0o007 == 0


def test_a_backup_that_does_not_verify_is_no_backup(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that is damaged while it is written is told and removed."""
    whole = Audit.copy_to

    def damaged(audit: Audit, path: Path) -> None:
        whole(audit, path)
        content = bytearray(path.read_bytes())
        content[5000] ^= 1
        path.write_bytes(content)

    monkeypatch.setattr(Audit, "copy_to", damaged)
    browser = house.signed_in(Role.OWNER)
    browser.send("/admin/system/backup", page="/admin/system")
    assert "does not verify and was removed" in browser.get("/admin/system").text
    assert list((house.folder / "backups").iterdir()) == []


def test_a_folder_that_cannot_be_written(house: House) -> None:
    """What stands in the way is told with its path."""
    (house.folder / "backups").write_text("in the way", encoding="utf-8")
    with pytest.raises(StorageError, match="cannot be written"):
        back_up(house.core, now=house.clock(), actor="test")


def test_a_change_of_the_embedder_is_followed(house: House, carphone: list[Pixels]) -> None:
    """Who is missing is one click away; without a change nothing is said of it."""
    browser = house.signed_in(Role.MANAGER)
    photos = [Photo(f"{at}", jpeg(carphone[at])) for at in (0, 20, 40)]
    man = house.core.enroller.enroll(NewPerson(name="Karl Bell"), photos, actor="test")
    assert "Change of the embedder" not in browser.get("/admin/system").text
    # The pages are never open meanwhile; but what they show can be seen so.
    former = Former("sface-int8", house.core.embedder.model, 128, house.clock())
    newer = ModelId("newer", "c3" * 32)
    begin(house.database, "badges", former=former, model=newer, dimension=128)

    page = browser.get("/admin/system").text

    assert "Change of the embedder" in page
    assert "<td>sface-int8</td><td>newer</td>" in page
    assert 'state=to-enroll-anew">1</a>' in page
    listed = browser.get("/admin/people?state=to-enroll-anew").text
    assert "Karl Bell" in listed
    assert "to be enrolled anew" in listed
    assert "no face" not in listed
    shown = browser.get(f"/admin/people/{man.person_id}").text
    assert "And 3 by the embedder of before" in shown
    form = browser.get(f"/admin/people/{man.person_id}/photos").text
    assert 'value="add" checked' in form
