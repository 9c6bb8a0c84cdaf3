"""What a person may do and must show: groups, PIN, badges for duress, look-alikes by hand."""

from __future__ import annotations

import re

import pytest

from edge.access.ruleset import PinPolicy
from edge.access.shown import PinChecked, PinResult
from edge.audit import AuditEvent, EventKind
from edge.collection.memberships import Memberships
from edge.collection.people import NewPerson, People, Person
from edge.collection.pins import Pins
from edge.domain import Badge
from edge.ruling import apply_rules
from enroll.accounts import Role
from tests.enroll.conftest import Browser, House, upload
from tests.enroll.forms import form_of
from tests.enroll.test_rules import EXAMPLE

PIN, DURESS = "590372", "815946"


@pytest.fixture
def manager(house: House) -> Browser:
    """Let the example's rules hold, and sign a manager in."""
    apply_rules(house.database, house.audit, EXAMPLE, base=0, actor="user root", at=house.clock())
    return house.signed_in(Role.MANAGER)


@pytest.fixture
def ada(house: House) -> Person:
    """Enroll somebody with two badges, in a group that the rules do not know."""
    person = People(house.database).enroll(
        "badges", NewPerson("Ada Lovelace"), badges=[Badge("1"), Badge("2")]
    )
    Memberships(house.database).change(person.person_id, add=["Forgotten"])
    return person


def page_of(person: Person, more: str = "") -> str:
    """Return the address of a person's page, or of one below it."""
    return f"/admin/people/{person.person_id}{more}"


def events(house: House, kind: EventKind) -> list[AuditEvent]:
    """Return the events of *kind*."""
    return [entry.event for entry in house.audit.entries() if entry.event.kind is kind]


def checked(house: House, person: Person, typed: str) -> PinChecked:
    """Type a PIN at a door."""
    pins = Pins(house.database, house.core.key)
    return pins.check(person.person_id, typed, now=house.clock(), policy=PinPolicy())


def test_groups_are_ticked(house: House, manager: Browser, ada: Person) -> None:
    """Those of the rules, and hers that the rules do not know; a door knows it at once."""
    text = manager.get(page_of(ada)).text
    assert form_of(text, page_of(ada, "/groups"))["group"] == ["Forgotten"]
    assert "not in the rules: it opens nothing" in text
    manager.send(page_of(ada, "/groups"), {"group": ["Staff", "Guards"]}, page=page_of(ada))
    assert house.gallery.credentials(ada.person_id).groups == {"Staff", "Guards"}
    (event,) = events(house, EventKind.MEMBERSHIP_CHANGED)
    assert event.person_id == ada.person_id
    assert event.detail.startswith("joined Guards, Staff, left Forgotten, by account ")

    again = form_of(manager.get(page_of(ada)).text, page_of(ada, "/groups"))
    manager.send(page_of(ada, "/groups"), again, page=page_of(ada))
    assert len(events(house, EventKind.MEMBERSHIP_CHANGED)) == 1
    manager.send(page_of(ada, "/groups"), {}, page=page_of(ada))
    assert house.gallery.credentials(ada.person_id).groups == frozenset()


def test_a_group_that_cannot_be_is_refused(house: House, manager: Browser, ada: Person) -> None:
    """With her groups as they were."""
    manager.send(page_of(ada, "/groups"), {"group": ["Staff", "x" * 65]}, page=page_of(ada))
    assert "The groups are as they were" in manager.get(page_of(ada)).text
    assert house.gallery.credentials(ada.person_id).groups == {"Forgotten"}
    assert events(house, EventKind.MEMBERSHIP_CHANGED) == []


def test_a_pin_is_made_up_and_shown_once(house: House, ada: Person) -> None:
    """Not in the address, not in a cookie, not in the record, and never again."""
    clerk = house.signed_in(Role.ENROLLER)
    page = page_of(ada, "/pin")
    answer = clerk.send(page, {"way": "made-up", "with_duress": "on"})
    assert answer.status_code == 200
    pin, duress = re.findall(r'<code class="pin link">(\d{6})</code>', answer.text)
    assert checked(house, ada, pin) == PinChecked(ada.person_id, PinResult.RIGHT)
    assert checked(house, ada, duress) == PinChecked(ada.person_id, PinResult.RIGHT, duress=True)
    assert "Set-Cookie" not in answer.headers or pin not in answer.headers["Set-Cookie"]

    later = clerk.get(page_of(ada)).text + clerk.get(page).text
    record = repr([entry.event for entry in house.audit.entries()])
    for digits in (pin, duress):
        assert digits not in later
        assert digits not in record
    (event,) = events(house, EventKind.PIN_CHANGED)
    assert event.detail.startswith("set, by account ")


def test_a_pin_is_typed_twice(house: House, manager: Browser, ada: Person) -> None:
    """Both times the same, without a pattern, and far enough from the one for duress."""
    page = page_of(ada, "/pin")
    typed = {"way": "typed", "pin": PIN, "pin_again": PIN}
    for bad, told in (
        ({"pin_again": DURESS}, "not the same"),
        ({"pin": "1234", "pin_again": "1234"}, "stranger"),
        ({"duress": "590373", "duress_again": "590373"}, "too near"),
        ({"duress": DURESS}, "not the same"),
        ({"pin": "", "pin_again": ""}, "4 to 8 digits"),
    ):
        answer = manager.send(page, typed | bad)
        assert answer.status_code == 422
        assert told in answer.text
        for digits in (PIN, "590373"):
            assert digits not in answer.text
    assert People(house.database).get(ada.person_id).has_pin is False
    assert events(house, EventKind.PIN_CHANGED) == []

    both = typed | {"duress": DURESS, "duress_again": DURESS}
    assert manager.send(page, both).status_code == 302
    assert checked(house, ada, DURESS).duress
    assert "with one for duress" in manager.get(page_of(ada)).text


def test_a_barred_pin_is_told_unlocked_and_erased(
    house: House, manager: Browser, ada: Person
) -> None:
    """All of it from her page."""
    Pins(house.database, house.core.key).set(ada.person_id, PIN, at=house.clock())
    for _ in range(PinPolicy().tries):
        checked(house, ada, DURESS)
    assert "barred" in manager.get(page_of(ada)).text
    manager.send(page_of(ada, "/pin/unlock"), page=page_of(ada))
    assert checked(house, ada, PIN).result is PinResult.RIGHT
    manager.send(page_of(ada, "/pin/erase"), page=page_of(ada))
    assert "She has none." in manager.get(page_of(ada)).text
    assert manager.send(page_of(ada, "/pin/erase"), page=page_of(ada)).status_code == 404
    told = [event.detail.partition(",")[0] for event in events(house, EventKind.PIN_CHANGED)]
    assert told == ["unlocked", "erased"]


def test_a_badge_for_duress(house: House, manager: Browser, ada: Person) -> None:
    """One of hers, until it is one as any other again."""
    path = page_of(ada, "/badges/duress")
    manager.send(path, {"number": "2", "on": "yes"}, page=page_of(ada))
    assert "for duress</span>" in manager.get(page_of(ada)).text
    found = house.gallery.by_badge("2")
    assert found is not None
    assert {badge.number for badge in found.badges if badge.duress} == {"2"}
    manager.send(path, {"number": "2"}, page=page_of(ada))
    assert "for duress</span>" not in manager.get(page_of(ada)).text
    assert manager.send(path, {"number": "3"}, page=page_of(ada)).status_code == 404


def test_look_alikes_are_marked_by_hand(
    house: House, manager: Browser, ada: Person, portrait: bytes, driver: tuple[bytes, ...]
) -> None:
    """Two people with faces whom the clerk knows to be confused; others cannot be."""
    for name, badge, photos in (("Eileen", "5", (portrait,)), ("Karl", "6", driver)):
        manager.send(
            "/admin/people/enroll", {"name": name, "badge": badge, "photos": upload(*photos)}
        )
    people = People(house.database)
    eileen, karl = (people.find("badges", name)[0] for name in ("Eileen", "Karl"))
    page = page_of(eileen, f"/merge/{karl.person_id}")
    assert "two who look alike" in manager.get(page).text
    manager.send(page_of(eileen, f"/look-alikes/{karl.person_id}"), page=page)
    assert people.get(karl.person_id).look_alikes == (eileen.person_id,)
    assert house.gallery.credentials(eileen.person_id).look_alikes
    assert "two who look alike" not in manager.get(page).text

    manager.send(page_of(eileen, f"/look-alikes/{ada.person_id}"), page=page)
    assert "only people with faces" in manager.get(page_of(eileen)).text
    assert people.get(ada.person_id).look_alikes == ()
