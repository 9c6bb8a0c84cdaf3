"""The live page: what it shows, who may see it, and the way of a request to the door and back."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from edge.audit import AuditEvent, EventKind
from edge.collection.people import NewPerson, People
from edge.desk import Answer, Command
from edge.domain import Frame, InputName, Pixels
from edge.hardware import LockState
from edge.hardware.lock_fake import FakeLock
from edge.live import DoorState
from edge.portal import Alarm, DoorCondition, Position, Why
from edge.wiring import wired_door
from enroll.accounts import Role
from enroll.sessions import IDLE
from tests.enroll.conftest import Browser, House

JSON = {"Accept": "application/json"}


def ask(browser: Browser, reason: str = "parcel") -> str:
    """Press the button as the script does, and return the request's id."""
    token = browser.get("/admin/live").text.split('name="csrf_token" value="')[1].split('"')[0]
    answer = browser.client.post(
        "/admin/live/unlock", data={"csrf_token": token, "reason": reason}, headers=JSON
    )
    assert answer.status_code == 202
    return str(answer.get_json()["request"])


def verdict(browser: Browser, request: str) -> tuple[str, str]:
    """Return what the page tells about a request."""
    told = browser.get(f"/admin/live/requests/{request}").get_json()
    return told["mark"], told["text"]


def test_a_request_waits_and_is_answered(house: House) -> None:
    """The page says that it asks, and then what the door said."""
    browser = house.signed_in(Role.MANAGER)
    request = ask(browser)
    assert verdict(browser, request)[0] == "wait"

    (taken,) = house.core.desk.take()
    assert (taken.door, taken.reason) == ("front", "parcel")
    account = house.web.row("SELECT account_id FROM accounts")
    assert account is not None
    assert taken.actor == f"account {account[0]}"
    house.core.desk.answer(request, Answer.BUSY)
    assert verdict(browser, request) == ("bad", "Refused: the door was open already.")


def test_without_a_door_the_page_says_so(house: House) -> None:
    """Nobody waits for ever for a program that does not run."""
    browser = house.signed_in(Role.OWNER)
    request = ask(browser)
    house.clock.forward(seconds=13)
    mark, text = verdict(browser, request)
    assert (mark, "not running" in text) == ("bad", True)
    house.core.desk.take()
    assert "stopped before it answered" in verdict(browser, request)[1]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "a\x00b"])
def test_a_reason_is_needed(house: House, reason: str) -> None:
    """Nothing is asked of the door without a reason that can be recorded."""
    browser = house.signed_in(Role.OWNER)
    answer = browser.send("/admin/live/unlock", {"reason": reason}, page="/admin/live")
    assert answer.status_code == 400
    assert house.core.desk.take() == ()


def test_without_a_script(house: House) -> None:
    """A form and a page are enough; the result is on the page it leads to."""
    browser = house.signed_in(Role.OWNER)
    answer = browser.send("/admin/live/unlock", {"reason": "parcel"}, page="/admin/live")
    assert answer.status_code == 302
    assert "Asking the door" in browser.get(answer.location).text
    assert "long past" in browser.get(f"/admin/live?request={uuid4()}").text


def test_unknown_requests(house: House) -> None:
    """There is nothing to learn about requests that do not exist."""
    browser = house.signed_in(Role.OWNER)
    assert browser.get(f"/admin/live/requests/{uuid4()}").status_code == 404


def test_the_picture(house: House) -> None:
    """Looking says that somebody looks; a picture is there once the door shows one."""
    browser = house.signed_in(Role.OWNER)
    assert browser.get("/admin/live/picture").status_code == 204
    assert house.core.live.is_fresh("viewer")
    house.core.live.write("picture.jpg", b"\xff\xd8 a picture")
    answer = browser.get("/admin/live/picture?1")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data == b"\xff\xd8 a picture"


@pytest.mark.parametrize(
    ("fault", "face", "words"),
    [
        (None, None, "Nobody is in front"),
        (None, (), "Somebody is there."),
        (None, ("LOW_SHARPNESS",), "not seen well enough"),
        ("CameraError", None, "camera is lost"),
        ("MemoryError", None, "fault"),
    ],
)
def test_the_state_in_words(
    house: House, fault: str | None, face: tuple[str, ...] | None, words: str
) -> None:
    """How the door is, in a sentence."""
    browser = house.signed_in(Role.OWNER)
    assert browser.get("/admin/live/state").get_json()["door"] is None
    state = DoorState(
        "front",
        DoorCondition(released=True, why=Why.GRANT),
        fault=fault,
        face=face,
        decision=None,
    )
    house.core.live.write("state.json", state.to_bytes())
    door = browser.get("/admin/live/state").get_json()["door"]
    assert door["released"]
    assert words in door["text"]


def test_the_door_in_words(house: House) -> None:
    """Alarms first, then why it is as it is; the buttons are those that make sense."""
    browser = house.signed_in(Role.MANAGER)
    condition = DoorCondition(
        position=Position.OPEN,
        alarms=(Alarm.FORCED_OPEN,),
        lockdown=True,
        dead=(InputName.REX,),
    )
    house.core.live.prepare()
    state = DoorState("front", condition, fault=None, face=None, decision=None)
    browser.get("/admin/live/state")
    house.core.live.write("state.json", state.to_bytes())
    door = browser.get("/admin/live/state").get_json()["door"]
    assert door["notes"] == [
        "The door was forced open.",
        "Lockdown: nobody is let in; the way out is free.",
        "The input “rex” is dead.",
        "The door is open.",
    ]
    assert (door["alarm"], door["lockdown"], door["office"]) == (True, True, False)
    page = browser.get("/admin/live").text
    assert "The door was forced open." in page
    assert 'value="begin-lockdown" hidden' in page
    assert 'value="end-lockdown" hidden' not in page


@pytest.mark.parametrize("command", [each for each in Command if each is not Command.UNLOCK])
def test_a_command_goes_to_the_door_and_its_answer_comes_back(
    house: House, command: Command
) -> None:
    """With account and reason, as to unlock."""
    browser = house.signed_in(Role.MANAGER)
    form = {"reason": "drill", "command": command.value}
    answer = browser.send("/admin/live/command", form, page="/admin/live")
    assert answer.status_code == 302
    (taken,) = house.core.desk.take()
    assert (taken.command, taken.reason) == (command, "drill")
    house.core.desk.answer(taken.request_id, Answer.DONE)
    assert verdict(browser, taken.request_id)[0] == "good"


@pytest.mark.parametrize("command", ["", "open-sesame"])
def test_an_unknown_command_is_refused(house: House, command: str) -> None:
    """Nothing reaches the desk."""
    browser = house.signed_in(Role.OWNER)
    form = {"reason": "drill", "command": command}
    assert browser.send("/admin/live/command", form, page="/admin/live").status_code == 400
    assert house.core.desk.take() == ()


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.OWNER, Role.MANAGER)])
def test_only_managers_command_the_door(house: House, role: Role) -> None:
    """Whoever enrolls people locks nobody out, and leaves no door unlocked."""
    browser = house.signed_in(role)
    answer = browser.client.post("/admin/live/command", data={"command": "begin-lockdown"})
    assert answer.status_code in (400, 403)
    assert house.core.desk.take() == ()


def test_events_as_they_happen(house: House) -> None:
    """Only what is new is sent, with the name of who was recognized."""
    browser = house.signed_in(Role.OWNER)
    ada = People(house.database).enroll("badges", NewPerson(name="Ada <b>"))
    before = browser.get("/admin/live/state").get_json()["last"] or 0
    for person, reason in ((ada.person_id, "MATCH"), (str(uuid4()), "BADGE_EXPIRED")):
        house.audit.append(
            AuditEvent(EventKind.DECISION, house.clock(), "front", "grant", reason, 99.5, person)
        )
    house.audit.append(AuditEvent(EventKind.SIGN_IN, house.clock()))
    told = browser.get(f"/admin/live/state?after={before}").get_json()
    assert [(event["who"], event["why"]) for event in told["events"]] == [
        ("an erased person", "badge expired"),
        ("Ada <b>", "recognized"),
    ]
    assert browser.get(f"/admin/live/state?after={told['last']}").get_json()["events"] == []
    assert "Ada &lt;b&gt;" in browser.get("/admin/live").text


def test_an_open_page_keeps_nobody_signed_in(house: House) -> None:
    """A page that asks by itself does not count as somebody being there."""
    browser = house.signed_in(Role.OWNER)
    for _ in range(4):
        house.clock.now += IDLE / 3
        status = browser.get("/admin/live/state").status_code
    assert status == 302


def test_the_whole_way(house: House, carphone: list[Pixels]) -> None:
    """Page, desk, running door, lock, and back: the door opens, and the audit says who asked."""
    house.clock.now = datetime.now(UTC)
    browser, lock, stop = house.signed_in(Role.MANAGER), FakeLock(), threading.Event()
    told: list[tuple[str, str]] = []
    pictures: list[int] = []

    class Camera:
        name = "camera"
        count = 0

        def read(self, timeout: float) -> Frame | None:
            self.count += 1
            told.append(verdict(browser, request))
            pictures.append(browser.get("/admin/live/picture").status_code)
            if self.count == 4:
                stop.set()
            return Frame(carphone[0], datetime.now(UTC), self.count / 10, self.count)

        def close(self) -> None: ...

    house.core.desk.request_unlock(
        door="front", reason="yesterday", actor="x", now=house.clock() - timedelta(hours=23)
    )
    request = ask(browser)
    with wired_door(house.core, camera=Camera(), lock=lock) as loop:
        loop.run(stop)

    assert told[0] == ("good", "The door is unlocked.")
    assert pictures[-1] == 200
    assert LockState.RELEASED in [change.state for change in lock.history]
    events = [entry.event for entry in house.audit.entries()]
    asked = [event for event in events if event.kind is EventKind.REMOTE_UNLOCK]
    assert [event.outcome for event in asked] == ["deny", "grant"]  # the first was stale
    assert asked[1].detail.endswith(": parcel")
