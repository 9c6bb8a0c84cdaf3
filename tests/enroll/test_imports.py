"""Importing many people: rehearsed, then done."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from werkzeug.datastructures import FileStorage

from edge.audit import EventKind
from edge.collection.people import NewPerson, People
from edge.domain import Badge
from enroll.accounts import Role
from enroll.imports import Phase
from enroll.office import Office
from tests.enroll.conftest import Browser, House, upload

PATH = "/admin/people/import"
TABLE = "name,badge,photo\nEileen,1,e.jpg\nDriver,2,d.jpg\nNobody,3,none.jpg\n"


@pytest.fixture
def manager(house: House) -> Browser:
    """Sign a manager in."""
    return house.signed_in(Role.MANAGER)


@pytest.fixture
def archive(portrait: bytes, driver: tuple[bytes, ...]) -> bytes:
    """Pack two people, and one whose photo is missing."""
    return packed({"people.csv": TABLE.encode(), "e.jpg": portrait, "d.jpg": driver[0]})


def packed(files: dict[str, bytes]) -> bytes:
    """Return *files* as a ZIP."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def send(browser: Browser, files: dict[str, bytes]) -> tuple[int, str]:
    """Send *files* and return the status and the page."""
    storages = [FileStorage(io.BytesIO(data), filename=name) for name, data in files.items()]
    answer = browser.send(PATH, {"files": storages}, page="/admin/people")
    return answer.status_code, answer.text


def office_of(house: House) -> Office:
    """Return what stands behind the pages."""
    office: Office = house.app.extensions["ostiary"]
    return office


def rehearsed(house: House) -> None:
    """Wait until every row was looked at."""
    current = office_of(house).imports.current
    assert current is not None
    while current.progress().phase is Phase.REHEARSING:
        current.wait(0.02)


def ended(house: House) -> None:
    """Wait for the end."""
    current = office_of(house).imports.current
    assert current is not None
    assert current.wait(60)


def test_looked_at_then_imported(house: House, manager: Browser, archive: bytes) -> None:
    """First every row's fate is shown and nothing stored; then it is done, row by row."""
    assert send(manager, {"people.zip": archive})[0] == 302
    rehearsed(house)
    page = manager.get(PATH).text
    assert "Nothing is stored yet" in page
    assert "2 to enroll" in page
    assert "none.jpg" in page
    assert People(house.database).list("badges") == ()

    manager.send(f"{PATH}/run", page=PATH)
    ended(house)
    page = manager.get(PATH).text
    assert "The import is done" in page
    assert "2 enrolled" in page
    people = People(house.database).list("badges")
    assert [person.name for person in people] == ["Driver", "Eileen"]
    report = list(
        csv.DictReader(io.StringIO(manager.get(f"{PATH}/report.csv").text.removeprefix("\ufeff")))
    )
    assert [row["result"] for row in report] == ["enrolled", "enrolled", "refused"]
    event = list(house.audit.entries())[-1].event
    assert event.kind is EventKind.PEOPLE_IMPORTED
    assert event.detail.startswith("rows 3, enrolled 2, refused 1, by account ")


def test_a_second_run_goes_on(house: House, manager: Browser, archive: bytes) -> None:
    """Stopped wherever it may be, the same archive sent again enrolls the rest, nobody twice."""
    for _ in range(2):
        send(manager, {"people.zip": archive})
        rehearsed(house)
        manager.send(f"{PATH}/run", page=PATH)
        if not People(house.database).list("badges"):
            manager.send(f"{PATH}/stop", page=PATH)
        ended(house)
        manager.send(f"{PATH}/stop", page=PATH)
    send(manager, {"people.zip": archive})
    rehearsed(house)
    manager.send(f"{PATH}/run", page=PATH)
    ended(house)
    assert len(People(house.database).list("badges")) == 2
    send(manager, {"people.zip": archive})
    rehearsed(house)
    page = manager.get(f"{PATH}/progress").text
    assert "2 enrolled before" in page
    assert "/run" not in page
    office_of(house).imports.forget()
    ended(house)


def test_a_double_is_named(house: House, manager: Browser, driver: tuple[bytes, ...]) -> None:
    """Whoever is enrolled already is named with a way to her page, not only by her id."""
    form = {"name": "First One", "badge": "9", "photos": upload(*driver)}
    manager.send("/admin/people/enroll", form)
    send(manager, {"people.csv": b"name,badge,photo\nAgain,1,d.jpg\n", "d.jpg": driver[0]})
    rehearsed(house)
    (person,) = People(house.database).list("badges")
    assert f'href="/admin/people/{person.person_id}">First One</a>' in manager.get(PATH).text
    office_of(house).imports.forget()
    ended(house)


def test_a_table_and_its_photos(
    house: House, manager: Browser, portrait: bytes, driver: tuple[bytes, ...]
) -> None:
    """A table may be sent with its photos beside it instead of a ZIP."""
    send(manager, {"people.csv": TABLE.encode(), "e.jpg": portrait, "d.jpg": driver[0]})
    rehearsed(house)
    assert "2 to enroll" in manager.get(PATH).text
    office_of(house).imports.forget()
    ended(house)


def test_stopping(house: House, manager: Browser, archive: bytes) -> None:
    """Dropped after the rehearsal, nothing was stored and another can begin."""
    send(manager, {"people.zip": archive})
    rehearsed(house)
    manager.send(f"{PATH}/stop", page=PATH)
    ended(house)
    assert "Nothing was stored" in manager.get(PATH).text
    manager.send(f"{PATH}/stop", page=PATH)
    assert 'type="file"' in manager.get(PATH).text
    manager.send(f"{PATH}/run", page=PATH)
    assert "There is nothing to import" in manager.get(PATH).text
    assert People(house.database).list("badges") == ()


def test_one_at_a_time(house: House, manager: Browser, archive: bytes) -> None:
    """A second archive waits for the end of the first."""
    send(manager, {"people.zip": archive})
    send(manager, {"people.zip": archive})
    assert "Another import is under way" in manager.get(PATH).text
    office_of(house).imports.forget()
    ended(house)


def bomb() -> bytes:
    """Pack 50 MB of nothing into 50 kB."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("people.csv", TABLE)
        archive.writestr("e.jpg", bytes(50 * 2**20))
    return buffer.getvalue()


def link() -> bytes:
    """Pack a symbolic link to a secret."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        member = zipfile.ZipInfo("1_Eve.jpg")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "no file was chosen"),
        ({"people.zip": b"PK nonsense"}, "is not a ZIP archive"),
        ({"people.zip": b""}, "is not a ZIP archive"),
        ({"people.zip": bomb()}, "100 times its size"),
        ({"people.zip": link()}, "is a link"),
        ({"people.zip": packed({"../1_Eve.jpg": b"x"})}, "lead out of the archive"),
        ({"people.zip": packed({"/etc/1_Eve.jpg": b"x"})}, "lead out of the archive"),
        ({"people.zip": packed({"readme.txt": b"x"})}, "names nobody"),
        ({"people.csv": b"name,badge,photo\n"}, "names nobody"),
        ({"people.csv": b"\xff\xfe\x00"}, "cannot be read as a table"),
        ({"people.csv": b"<script>,badge,photo\nx,1,y\n"}, "&lt;script&gt;"),
        ({"a.csv": b"x", "b.csv": b"y"}, "2 tables"),
        ({"a.csv": b"x", "a/1.jpg": b"x", "b/1.jpg": b"y"}, "was chosen twice"),
        ({"a.csv": b"x", "1" * 300 + ".jpg": b"x"}, "lead out of the archive"),
    ],
)
def test_refused(house: House, manager: Browser, files: dict[str, bytes], words: str) -> None:
    """What is no import, or would harm the machine, is refused in words before anything begins."""
    status, page = send(manager, files)
    assert status == 422
    assert words in page
    assert office_of(house).imports.current is None


def test_hostile_words_of_a_row(house: House, manager: Browser, portrait: bytes) -> None:
    """Names out of a table are text on every page, and no formula in the report."""
    table = "name,badge,photo\n<script>alert(1)</script>,=1+1,e.jpg\n"
    People(house.database).enroll("badges", NewPerson("Owner"), badges=[Badge("=1+1")])
    send(manager, {"people.csv": table.encode(), "e.jpg": portrait})
    rehearsed(house)
    page = manager.get(PATH).text
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert ",'=1+1," in manager.get(f"{PATH}/report.csv").text
    office_of(house).imports.forget()
    ended(house)


def test_too_much(house: House, manager: Browser) -> None:
    """An archive beyond the limit is refused before it is read."""
    status, page = send(manager, {"people.zip": bytes(49 * 2**20)})
    assert status == 413
    assert "send it in parts" in page
