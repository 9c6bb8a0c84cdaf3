"""The people's pages, with real photos."""

from __future__ import annotations

from urllib.parse import quote

import cv2
import numpy as np
import pytest
from markupsafe import escape

from edge.audit import EventKind
from edge.collection.people import NewPerson, People
from edge.domain import Pixels
from enroll.accounts import Role
from tests.enroll.conftest import Browser, House, jpeg, upload

FORM = {"name": "Alexander Bell", "badge": "7001", "external_id": "HR-1", "consent": "2026-1"}

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE people; --",
    "{{ 7 * 7 }}{% raw %}",
    "%s %d %n ../../etc/passwd",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "O’Brien-Łukasiewicz 北京 🚪",
)


@pytest.fixture
def clerk(house: House) -> Browser:
    """Sign in somebody who may enroll and erase."""
    return house.signed_in(Role.MANAGER)


def enroll(browser: Browser, *photos: bytes, **form: str) -> str:
    """Enroll and return the address of the person's page."""
    answer = browser.send("/admin/people/enroll", FORM | form | {"photos": upload(*photos)})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def test_enrolled_listed_found_erased(
    house: House, clerk: Browser, driver: tuple[bytes, ...], carphone: list[Pixels]
) -> None:
    """From the form to the gallery that a door searches, and back to nothing."""
    page = enroll(clerk, *driver)
    person = clerk.get(page).text
    assert all(told in person for told in ("Alexander Bell", "7001", "HR-1", "2026-1"))
    assert "Alexander Bell" in clerk.get("/admin/people").text

    enroller = house.app.extensions["ostiary"].enroller
    seen = enroller.examine(carphone[100]).embedding
    (match,) = house.gallery.search_people(seen)
    assert page.endswith(match.person_id)
    assert match.similarity > 99

    answer = clerk.send(f"{page}/delete", {"name": "alexander bell"})
    assert answer.status_code == 422
    assert clerk.get(page).status_code == 200
    answer = clerk.send(f"{page}/delete", {"name": " Alexander  Bell "})
    assert answer.status_code == 302
    assert clerk.get(page).status_code == 404
    assert "Alexander" not in clerk.get("/admin/people").text
    assert house.gallery.search_people(seen) == ()
    assert b"Alexander" not in b"".join(
        file.read_bytes() for file in house.folder.iterdir() if file.is_file()
    )


def test_it_is_recorded(house: House, clerk: Browser, driver: tuple[bytes, ...]) -> None:
    """The audit tells who enrolled and who erased somebody; of whom, nothing is left."""
    page = enroll(clerk, *driver)
    clerk.send(f"{page}/delete", {"name": "Alexander Bell"})
    events = [entry.event for entry in house.audit.entries()]
    kinds = [EventKind.SIGN_IN, EventKind.ENROLLED, EventKind.PERSON_DELETED]
    assert [event.kind for event in events] == kinds
    assert page.rsplit("/", 1)[1] not in repr(events)
    assert all("by account " in event.detail for event in events[1:])
    assert "Alexander" not in repr(events)


def test_bad_photos_are_explained_one_by_one(
    house: House, clerk: Browser, astronaut: Pixels, coffee: Pixels, portrait: bytes
) -> None:
    """Each bad photo is named with its reason; what was typed stays; nothing is stored."""
    blurred = cv2.GaussianBlur(astronaut, (0, 0), 5).astype(np.uint8)
    photos = upload(portrait, jpeg(blurred), jpeg(coffee), b"%PDF-1.7 no picture", b"")
    answer = clerk.send("/admin/people/enroll", FORM | {"photos": photos})
    assert answer.status_code == 422
    assert "Photo 1" not in answer.text
    assert "Photo 2: too blurred" in answer.text
    assert "Photo 3: no face was found" in answer.text
    assert "Photo 4 is not a picture" in answer.text
    assert "Photo 5 is empty" in answer.text
    assert 'value="Alexander Bell"' in answer.text
    assert "Nobody is enrolled yet" in clerk.get("/admin/people").text


def test_photos_of_two_people(clerk: Browser, driver: tuple[bytes, ...], portrait: bytes) -> None:
    """The photo of somebody else is named."""
    photos = upload(*driver, portrait)
    answer = clerk.send("/admin/people/enroll", FORM | {"photos": photos})
    assert answer.status_code == 422
    assert "Photo 4: not the same person as in the other photos." in answer.text


def test_somebody_enrolled_already(house: House, clerk: Browser, driver: tuple[bytes, ...]) -> None:
    """Who is enrolled already is shown; a twin may be enrolled on purpose."""
    page = enroll(clerk, *driver)
    form = FORM | {"name": "Somebody Else", "badge": "7002", "external_id": ""}
    answer = clerk.send("/admin/people/enroll", form | {"photos": upload(driver[0])})
    assert answer.status_code == 409
    assert f'href="{page}">Alexander Bell</a>' in answer.text

    form["somebody_else"] = page.rsplit("/", 1)[1]
    answer = clerk.send("/admin/people/enroll", form | {"photos": upload(driver[0])})
    assert answer.status_code == 302
    one, other = People(house.database).list("badges")
    assert (one.look_alikes, other.look_alikes) == ((other.person_id,), (one.person_id,))
    assert "look-alike" in clerk.get(page).text


def test_a_taken_badge(
    house: House, clerk: Browser, driver: tuple[bytes, ...], portrait: bytes
) -> None:
    """A number that is somebody's already is said to be so."""
    enroll(clerk, *driver)
    form = FORM | {"external_id": "", "photos": upload(portrait)}
    answer = clerk.send("/admin/people/enroll", form)
    assert answer.status_code == 422
    assert "badge 7001 belongs to somebody already" in answer.text
    assert len(People(house.database).list("badges")) == 1


@pytest.mark.parametrize("form", [{"name": ""}, {"name": "x" * 201}, {"badge": "x" * 65}])
def test_bad_words(clerk: Browser, portrait: bytes, form: dict[str, str]) -> None:
    """A missing or endless name or number is refused with a reason."""
    answer = clerk.send("/admin/people/enroll", FORM | form | {"photos": upload(portrait)})
    assert answer.status_code == 422
    assert "Nothing was stored" in answer.text


def test_no_photo_and_too_many(clerk: Browser) -> None:
    """One to ten photos."""
    answer = clerk.send("/admin/people/enroll", FORM | {"photos": upload()})
    assert "at least one photo" in answer.text
    answer = clerk.send("/admin/people/enroll", FORM | {"photos": upload(*[b"x"] * 11)})
    assert "too many photos" in answer.text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words(house: House, clerk: Browser, portrait: bytes, text: str) -> None:
    """Whatever is typed into whichever field is kept and shown as text, on every page."""
    page = enroll(clerk, portrait, **dict.fromkeys(FORM, text))
    for path in (page, f"{page}/delete", "/admin/people", f"/admin/people?q={quote(text)}"):
        shown = clerk.get(path).text
        assert escape(text) in shown
        assert "<script>" not in shown
        assert "<img src=x" not in shown
    (person,) = People(house.database).list("badges")
    assert person.consent is not None
    assert {
        person.name,
        person.badges[0].number,
        person.external_id,
        person.consent.text_version,
    } == {text}


def test_hostile_searches(house: House, clerk: Browser) -> None:
    """A search is only ever a search."""
    People(house.database).enroll("badges", NewPerson(name="Ada Lovelace"))
    for text in (*HOSTILE, "%", "_", "*", '"', "\\", "x" * 5000, "\x00"):
        answer = clerk.get("/admin/people", query_string={"q": text})
        assert answer.status_code == 200
        assert "Ada Lovelace" not in answer.text
        assert "<script>" not in answer.text
    assert len(People(house.database).list("badges")) == 1


def test_hostile_names_of_accounts(house: House) -> None:
    """An account's name is text, too."""
    house.account(HOSTILE[0], Role.OWNER)
    browser = house.browser()
    assert browser.sign_in(HOSTILE[0]).status_code == 302
    for path in ("/admin/people", "/admin/accounts"):
        assert "<script>" not in browser.get(path).text
