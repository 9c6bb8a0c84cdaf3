"""The kiosk's questions and answers, with the real recognizer and a man who moves his head."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pytest
from werkzeug.test import TestResponse

from edge.collection.people import People, Person
from edge.domain import Pixels
from enroll.accounts import Role
from enroll.kiosk import reception
from tests.browser.footage import enlarged
from tests.enroll.conftest import Browser, House, jpeg
from tests.enroll.kiosk.test_codes import card, printed

ENROLLED, WANTED = 5, 6


@dataclass
class Kiosk:
    """The page as its script uses it."""

    browser: Browser
    token: str = ""

    def open(self) -> None:
        self.browser.send("/kiosk/open", page="/kiosk")
        page = self.browser.get("/kiosk").text
        found = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert found is not None
        self.token = found[1]

    def post(self, path: str, data: Any = None, content_type: str | None = None) -> TestResponse:
        return self.browser.client.post(
            f"/kiosk/{path}",
            data=data,
            content_type=content_type,
            headers={"X-CSRFToken": self.token},
        )

    def begin(self, *, agreed: bool = True) -> TestResponse:
        form = {"agreed": "yes" if agreed else "no", "text": reception.CONSENT_TEXT}
        return self.post("begin", form)

    def show(self, pixels: Pixels, path: str = "frame") -> TestResponse:
        return self.post(path, jpeg(pixels), "image/jpeg")

    def look_at(self, frames: list[Pixels]) -> dict[str, Any]:
        """Show frames until no more is wanted; return the last answer."""
        answer: dict[str, Any] = {}
        for frame in frames:
            answer = self.show(frame).json or {}
            if answer["done"]:
                break
        return answer

    def save(self, **form: str) -> TestResponse:
        return self.post("save", {"name": "Ada Example", "badge": "E-1"} | form)


@pytest.fixture
def kiosk(house: House) -> Kiosk:
    """Open a kiosk in a browser."""
    kiosk = Kiosk(house.signed_in(Role.ENROLLER))
    kiosk.open()
    return kiosk


@pytest.fixture(scope="session")
def man(carphone: list[Pixels]) -> list[Pixels]:
    """Show the man as a webcam does; every pose the clip has, and straight ahead again."""
    return [enlarged(carphone[number]) for number in (0, 30, 32, 60, 87, 90, 36, 39, 75, 0, 10)]


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the man as he is: the clip does not look down as far as the kiosk asks."""
    monkeypatch.setattr("enroll.kiosk.guide.PATIENCE", 0.0)


def people(house: House) -> tuple[Person, ...]:
    """Return everybody who is enrolled, by name."""
    return People(house.database).list("badges")


@pytest.mark.usefixtures("patience")
def test_from_consent_to_the_door(house: House, kiosk: Kiosk, man: list[Pixels]) -> None:
    """Five pictures are stored with the consent, and the door finds her by a sixth."""
    assert kiosk.begin().status_code == 200
    answer = kiosk.look_at(man)
    assert (answer["done"], answer["kept"], answer["wanted"]) == (True, WANTED, WANTED)
    saved = kiosk.save(external_id="P4711")
    assert saved.json is not None
    assert saved.json["known"] is True
    (person,) = people(house)
    assert (person.name, person.external_id, person.faces) == ("Ada Example", "P4711", ENROLLED)
    assert [badge.number for badge in person.badges] == ["E-1"]
    assert person.consent is not None
    assert person.consent.text_version == f"{reception.CONSENT_TEXT}/en"
    assert person.consent.agreed_at == house.clock()
    assert person.consent.method == "kiosk"
    assert person.retention_until == house.clock() + reception.RETENTION
    # The visit is over: nothing of it is left to be saved again.
    assert kiosk.save().status_code == 410


def test_declining(house: House, kiosk: Kiosk, man: list[Pixels]) -> None:
    """Whoever says no is stored with a badge alone, and no picture of her is looked at."""
    kiosk.begin(agreed=False)
    assert kiosk.show(man[0]).status_code == 409
    assert kiosk.show(man[0], "badge").status_code == 409
    assert kiosk.save().status_code == 200
    (person,) = people(house)
    assert (person.faces, person.declined, person.consent) == (0, True, None)


@pytest.mark.parametrize("path", ["frame", "badge", "save"])
def test_nothing_without_consent(kiosk: Kiosk, man: list[Pixels], path: str) -> None:
    """Before the agreement, and after the visit, no picture is looked at."""
    assert kiosk.show(man[0], "frame").status_code == 410
    kiosk.begin()
    kiosk.post("leave")
    content = (jpeg(man[0]), "image/jpeg") if path != "save" else ({"name": "A"}, None)
    assert kiosk.post(path, *content).status_code == 410


def test_an_older_text(kiosk: Kiosk) -> None:
    """Nobody agrees to a text that is not the one recorded."""
    assert kiosk.post("begin", {"agreed": "yes", "text": "kiosk-0"}).status_code == 409
    assert kiosk.post("begin", {}).status_code == 400


def test_not_before_all_is_there(house: House, kiosk: Kiosk, man: list[Pixels]) -> None:
    """A page that asks too early saves nothing."""
    kiosk.begin()
    kiosk.show(man[0])
    assert kiosk.save().status_code == 409
    assert people(house) == ()


def test_guidance(kiosk: Kiosk, man: list[Pixels], coffee: Pixels) -> None:
    """The instruction is that of the picture, in words."""
    kiosk.begin()

    def told(pixels: Pixels) -> str:
        return str((kiosk.show(pixels).json or {})["text"])

    small = np.zeros((480, 640, 3), np.uint8)
    small[120:360, 200:440] = cv2.resize(man[0], (320, 240))[:, 40:280]
    dark = (man[0] // 14).astype(np.uint8)
    both = np.hstack([man[0][:, 100:500], man[0][:, 100:500]])
    assert told(enlarged(coffee)) == "Look at the camera"
    assert told(small) == "Come closer"
    assert told(both) == "Only one person, please"
    assert told(cv2.GaussianBlur(man[0], (0, 0), 12).astype(np.uint8)) == "Hold still"
    assert told(dark) in {"It is too dark: more light, please", "Look at the camera"}
    assert told(man[0]) == "Turn your head a little to your left"


@pytest.mark.usefixtures("patience")
def test_somebody_steps_in(kiosk: Kiosk, man: list[Pixels], astronaut: Pixels) -> None:
    """Pictures of two people are never mixed."""
    kiosk.begin()
    before = (kiosk.show(man[0]).json or {})["kept"]
    answer = kiosk.show(enlarged(astronaut[:300, 60:400])).json or {}
    assert (answer["instruction"], answer["kept"]) == ("same-person", before)


@pytest.mark.usefixtures("patience")
def test_enrolled_before(house: House, kiosk: Kiosk, man: list[Pixels]) -> None:
    """Whoever comes again is asked, and keeps one entry with both badges."""
    for badge in ("E-1", "E-2"):
        kiosk.begin()
        kiosk.look_at(man)
        answer = kiosk.save(badge=badge)
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["alike"] is True
    assert "Ada" not in answer.text  # nobody learns who it is
    assert kiosk.save(badge="E-2", choice="me").status_code == 200
    (person,) = people(house)
    assert person.faces == 2 * ENROLLED
    assert {badge.number for badge in person.badges} == {"E-1", "E-2"}


@pytest.mark.usefixtures("patience")
def test_a_look_alike(house: House, kiosk: Kiosk, man: list[Pixels]) -> None:
    """A twin is a person of her own, and both are marked for the door."""
    for badge in ("E-1", "E-2"):
        kiosk.begin()
        kiosk.look_at(man)
        kiosk.save(badge=badge)
    answer = kiosk.save(name="Bea Example", badge="E-2", choice="somebody-else")
    assert answer.status_code == 200
    one, other = people(house)
    assert one.look_alikes == (other.person_id,)
    assert other.look_alikes == (one.person_id,)


@pytest.mark.usefixtures("patience")
def test_a_badge_of_somebody(house: House, kiosk: Kiosk, man: list[Pixels]) -> None:
    """A number that is taken is said so, without whose it is; another one may be given."""
    kiosk.begin(agreed=False)
    kiosk.save(name="First")
    kiosk.begin()
    kiosk.look_at(man)
    answer = kiosk.save()
    assert answer.status_code == 409
    assert "First" not in answer.text
    assert kiosk.save(badge="").status_code == 422
    assert kiosk.save(name=" ").status_code == 422
    assert kiosk.save(badge="E-2").status_code == 200
    assert len(people(house)) == 2


def a_card(portrait: Pixels, number: str) -> Pixels:
    """Return a badge with a small portrait beside a code."""
    picture = card(printed(number, "QRCode"))
    picture[300:480, 60:240] = cv2.resize(portrait, (180, 180))
    return picture


@pytest.mark.usefixtures("patience")
def test_a_printed_badge(kiosk: Kiosk, man: list[Pixels], astronaut: Pixels) -> None:
    """The number is read and the printed face compared with the live one."""
    kiosk.begin()
    kiosk.look_at(man)
    own = kiosk.show(a_card(man[10][20:420, 120:520], "E-7"), "badge").json or {}
    assert (own["number"], own["alike"]) == ("E-7", True)
    assert "looks like you" in own["text"]
    others = kiosk.show(a_card(astronaut[0:320, 60:380], "E-8"), "badge").json or {}
    assert (others["number"], others["alike"]) == ("E-8", False)
    assert "does not look like you" in others["text"]
    # Only the person herself behind a plain card: she is not compared with herself.
    plain = man[0].copy()
    code = printed("E-9", "QRCode")
    plain[380 : 380 + code.shape[0], 20 : 20 + code.shape[1]] = code
    bare = kiosk.show(plain, "badge").json or {}
    assert (bare["number"], bare["text"]) == ("E-9", "")


class Writes:
    """Notes which files this thread opens for writing; hooks stay, so it can be told to rest."""

    def __init__(self) -> None:
        self.thread: int | None = None
        self.paths: list[str] = []
        sys.addaudithook(self._heard)

    def _heard(self, event: str, args: tuple[Any, ...]) -> None:
        if self.thread != threading.get_ident() or event != "open":
            return
        path, mode, _flags = args
        if isinstance(mode, str) and set(mode) & set("wax+"):
            self.paths.append(str(path))


@pytest.fixture(scope="module")
def writes() -> Iterator[Writes]:
    """Listen to Python opening files."""
    writes = Writes()
    yield writes
    writes.thread = None


@pytest.mark.usefixtures("patience")
def test_no_picture_on_a_disk(
    house: House, kiosk: Kiosk, man: list[Pixels], writes: Writes
) -> None:
    """While pictures are looked at, no file is written, and none but the databases is left."""
    kiosk.begin()
    writes.thread = threading.get_ident()
    kiosk.look_at(man)
    kiosk.show(a_card(man[0][20:420, 120:520], "E-7"), "badge")
    writes.thread = None
    assert writes.paths == []
    suffixes = {path.suffix for path in house.folder.rglob("*") if path.is_file()}
    assert suffixes <= {".db", ".db-wal", ".db-shm"}


def test_what_is_no_picture(kiosk: Kiosk) -> None:
    """Other bodies are refused before anything looks at them."""
    kiosk.begin()
    assert kiosk.post("frame", b"GIF89a", "image/gif").status_code == 415
    assert kiosk.post("frame", b"\xff\xd8\xff nonsense", "image/jpeg").status_code == 415
    assert kiosk.post("frame", b"x" * (17 * 2**20), "image/jpeg").status_code == 413


def test_without_the_token(kiosk: Kiosk, man: list[Pixels]) -> None:
    """Another site cannot send pictures into a visit."""
    kiosk.begin()
    kiosk.token = "guessed"  # noqa: S105 - that is the point
    assert kiosk.show(man[0]).status_code == 400


def test_confined(house: House, kiosk: Kiosk) -> None:
    """From an open kiosk no other page can be reached, until somebody signs in."""
    for path in ("/", "/admin/people", "/admin/password"):
        answer = kiosk.browser.get(path)
        assert (answer.status_code, answer.location) == (302, "/kiosk")
    sent = kiosk.browser.client.post("/admin/password", headers={"X-CSRFToken": kiosk.token})
    assert sent.status_code == 403
    assert kiosk.browser.get("/sign-in").status_code == 200
    assert kiosk.browser.sign_in("the enroller").status_code == 302
    assert kiosk.browser.get("/admin/people").status_code == 200


def test_the_camera_is_for_the_kiosk_alone(kiosk: Kiosk) -> None:
    """No other page may ask the browser for a camera."""
    allowed = kiosk.browser.get("/kiosk").headers["Permissions-Policy"]
    assert "camera=(self)" in allowed
    assert "camera=()" in kiosk.browser.get("/sign-in").headers["Permissions-Policy"]
