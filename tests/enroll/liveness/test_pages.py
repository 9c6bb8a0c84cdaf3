"""The page of a session and its pictures, with the real recognizer and a man who moves as he likes."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pytest
from werkzeug.test import TestResponse

from edge.domain import Pixels
from enroll.liveness.pages import LARGEST_FRAME
from enroll.liveness.session import Session, Status
from enroll.office import Office
from tests.appliance import contents
from tests.browser.footage import enlarged
from tests.enroll.conftest import Browser, House, jpeg


@dataclass
class Visitor:
    """A browser with the page of one session open."""

    browser: Browser
    path: str
    token: str = ""

    def open(self) -> str:
        page = self.browser.get(self.path).text
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found is not None
        self.token = found[1]
        return page

    def post(self, what: str, data: Any = None, content_type: str | None = None) -> TestResponse:
        return self.browser.client.post(
            f"{self.path}/{what}",
            data=data,
            content_type=content_type,
            headers={"X-CSRFToken": self.token},
        )

    def show(self, pixels: Pixels) -> TestResponse:
        return self.post("frame", jpeg(pixels), "image/jpeg")


@pytest.fixture
def office(house: House) -> Office:
    """Give what stands behind the pages."""
    found: Office = house.app.extensions["ostiary"]
    return found


@pytest.fixture
def session(office: Office) -> Session:
    """Make a session."""
    made = office.liveness.create("key")
    assert made is not None
    return made


@pytest.fixture
def visitor(house: House, session: Session) -> Visitor:
    """Open its page, not signed in."""
    visitor = Visitor(house.browser(), f"/liveness/{session.session_id}")
    visitor.open()
    return visitor


def status(office: Office, session: Session) -> Status:
    """Return how a session is."""
    return session.result(office.liveness.now()).status


def test_a_man_who_does_not_do_what_he_is_asked(
    office: Office, session: Session, visitor: Visitor, carphone: list[Pixels], house: House
) -> None:
    """He is told what to do, then that it could not be confirmed; nothing of him is on a disk."""
    before = contents(house.folder)
    assert visitor.post("begin").json == {"begun": True}
    assert status(office, session) is Status.IN_PROGRESS
    said: set[str] = set()
    answer: dict[str, Any] = {}
    while not answer.get("over"):
        for frame in carphone[:96:3]:
            answer = visitor.show(enlarged(frame)).json or {}
            said.add(answer.get("text", ""))
            if answer.get("over"):
                break
    assert "Look straight at the camera" in said
    assert answer["confirmed"] is False
    assert answer["text"].startswith("It could not be confirmed.")
    assert status(office, session) is Status.FAILED
    assert contents(house.folder) == before
    assert visitor.show(enlarged(carphone[0])).json == answer


def test_a_photo_held_still(
    office: Office, session: Session, visitor: Visitor, astronaut: Pixels
) -> None:
    """It looks straight ahead, and at nothing else."""
    visitor.post("begin")
    answer: dict[str, Any] = {}
    while not answer.get("over"):
        answer = visitor.show(astronaut).json or {}
        assert not re.search(r"\d", answer.get("text", "")), "a score"
    assert answer["confirmed"] is False
    assert status(office, session) is Status.FAILED


def test_one_browser(house: House, visitor: Visitor, astronaut: Pixels) -> None:
    """Whoever comes second, or has not begun, is not looked at."""
    assert visitor.show(astronaut).status_code == 403
    assert visitor.post("begin").status_code == 200
    other = Visitor(house.browser(), visitor.path)
    assert "This link was used or is too old." in other.open()
    assert other.post("begin").status_code == 410
    assert other.show(astronaut).status_code == 403
    assert visitor.show(astronaut).json == {
        "over": False,
        "text": "Look straight at the camera",
        "hint": "look-straight",
    }


def test_looking_at_the_page_uses_nothing_up(
    office: Office, session: Session, visitor: Visitor
) -> None:
    """A program that looks at links before people do does not spoil them."""
    for _ in range(3):
        visitor.open()
    assert status(office, session) is Status.CREATED


def test_the_camera_is_allowed_here(visitor: Visitor) -> None:
    """And everything else is forbidden, as everywhere."""
    headers = visitor.browser.get(visitor.path).headers
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_another_sites_form(visitor: Visitor) -> None:
    """Without the page's token nothing begins."""
    visitor.token = visitor.token[::-1]
    assert visitor.post("begin").status_code == 400


def test_no_such_session(house: House) -> None:
    """An id that was never given, or is none, has no page."""
    for wrong in (str(uuid.uuid4()), "1", "..%2f"):
        assert house.browser().get(f"/liveness/{wrong}").status_code == 404


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"no picture", "image/jpeg", 415),
        (b"<svg/>", "image/svg+xml", 415),
        (b"\xff" * (LARGEST_FRAME + 1), "image/jpeg", 413),
        (jpeg(np.zeros((1300, 1300, 3), np.uint8)), "image/jpeg", 413),
        (cv2.imencode(".png", np.zeros((9, 9, 3), np.uint8))[1].tobytes(), "image/png", 415),
    ],
)
def test_what_is_no_frame(visitor: Visitor, body: bytes, kind: str, code: int) -> None:
    """Is refused, and nothing falls over."""
    visitor.post("begin")
    assert visitor.post("frame", body, kind).status_code == code


def test_languages(visitor: Visitor) -> None:
    """The page speaks the language that is chosen on it."""
    visitor.browser.send(f"{visitor.path}/language", {"language": "de"}, page=visitor.path)
    page = visitor.open()
    assert '<html lang="de">' in page
    assert "Zeigen Sie, dass Sie selbst hier sind" in page
