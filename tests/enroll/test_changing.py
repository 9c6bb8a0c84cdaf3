"""Changing what is told about a person, and her badges."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from edge.audit import EventKind
from edge.collection.badges import Badges
from edge.collection.people import Consent, NewPerson, People, Person
from edge.days import beginning_of, end_of, first_day, last_day
from edge.domain import Badge
from edge.errors import CollectionError
from enroll.accounts import Role
from enroll.admin.changing import Told, put_together
from tests.enroll.conftest import Browser, House, fields_of

HOSTILE = "\"><script>alert('x')</script>{{ 7 * 7 }}"


@pytest.fixture
def clerk(house: House) -> Browser:
    """Sign in somebody at the desk."""
    return house.signed_in(Role.ENROLLER)


@pytest.fixture
def ada(house: House) -> Person:
    """Enroll somebody with everything told, at odd times of the day."""
    at = house.clock() + timedelta(hours=3, minutes=14)
    return People(house.database).enroll(
        "badges",
        NewPerson(
            "Ada Lovelace",
            external_id="HR-1",
            valid_from=at,
            valid_until=at + timedelta(days=90),
            consent=Consent("2026-1", at, "paper"),
            retention_until=at + timedelta(days=900),
        ),
        badges=[Badge("7001")],
    )


def path_of(person: Person) -> str:
    """Return the address of a person's page."""
    return f"/admin/people/{person.person_id}"


def opened(browser: Browser, person: Person) -> dict[str, str]:
    """Open the form and return what is in its fields."""
    text = browser.get(f"{path_of(person)}/edit").text
    return fields_of(text)


def test_untouched_is_unchanged(house: House, clerk: Browser, ada: Person) -> None:
    """Storing the form as it is changes nothing, not even the times of the day."""
    answer = clerk.send(f"{path_of(ada)}/edit", opened(clerk, ada))
    assert answer.status_code == 302
    assert People(house.database).get(ada.person_id).told == ada.told


def test_everything_can_be_changed(house: House, clerk: Browser, ada: Person) -> None:
    """Name, ids, days, consent and retention; the last day counts in full."""
    form = opened(clerk, ada) | {
        "name": "Ada King",
        "external_id": "",
        "valid_from": "",
        "valid_until": "2027-12-31",
        "consent_text": "2027-1",
        "consent_on": "2027-01-05",
        "consent_method": "at the kiosk",
        "retention_until": "2028-12-31",
    }
    assert clerk.send(f"{path_of(ada)}/edit", form).status_code == 302
    now = People(house.database).get(ada.person_id)
    assert (now.name, now.external_id, now.valid_from) == ("Ada King", None, None)
    assert now.valid_until == datetime(2028, 1, 1).astimezone()
    assert now.retention_until == datetime(2029, 1, 1).astimezone()
    assert now.consent is not None
    assert now.consent.text_version == "2027-1"
    page = clerk.get(path_of(ada)).text
    assert "until 31 Dec 2027" in page
    assert "to be erased after 31 Dec 2028" in page
    event = list(house.audit.entries())[-1].event
    assert (event.kind, event.reason, event.person_id) == (
        EventKind.PERSON_CHANGED,
        "TOLD",
        ada.person_id,
    )
    assert "Ada" not in repr(event)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": ""}, "the name is empty"),
        ({"name": "x" * 201}, "too long"),
        ({"valid_until": "tomorrow"}, "is no day"),
        ({"valid_until": "0001-01-01"}, "cannot be meant"),
        ({"valid_from": "2027-06-01", "valid_until": "2027-05-01"}, "ends before it begins"),
        ({"consent_text": ""}, "a consent needs"),
        ({"consent_text": "x" * 101}, "at most 100"),
        ({"external_id": "HR-2"}, "somebody"),
    ],
)
def test_mistakes(
    house: House, clerk: Browser, ada: Person, form: dict[str, str], words: str
) -> None:
    """A mistake is explained, what was typed stays, and nothing is stored."""
    People(house.database).enroll("badges", NewPerson("Eve", external_id="HR-2"))
    answer = clerk.send(f"{path_of(ada)}/edit", opened(clerk, ada) | form)
    assert answer.status_code == 422
    assert words in answer.text
    assert all(f'value="{value}"' in answer.text for value in form.values())
    assert People(house.database).get(ada.person_id) == ada


def test_two_clerks_change_different_things(house: House, clerk: Browser, ada: Person) -> None:
    """The second clerk is shown both changes together, and stores both."""
    other = house.signed_in(Role.MANAGER)
    mine, theirs = opened(clerk, ada), opened(other, ada)
    path = f"{path_of(ada)}/edit"
    assert other.send(path, theirs | {"external_id": "HR-9"}).status_code == 302

    answer = clerk.send(path, mine | {"name": "Ada King"})
    assert answer.status_code == 409
    assert "Nothing is lost" in answer.text
    assert "You changed different things" in answer.text
    assert People(house.database).get(ada.person_id).name == "Ada Lovelace"

    assert clerk.send(path, fields_of(answer.text)).status_code == 302
    now = People(house.database).get(ada.person_id)
    assert (now.name, now.external_id) == ("Ada King", "HR-9")


def test_two_clerks_change_the_same(house: House, clerk: Browser, ada: Person) -> None:
    """Where both changed the same, the second one sees both before she decides."""
    other = house.signed_in(Role.MANAGER)
    mine, theirs = opened(clerk, ada), opened(other, ada)
    path = f"{path_of(ada)}/edit"
    other.send(path, theirs | {"name": "Ada Byron"})
    answer = clerk.send(path, mine | {"name": "Ada King"})
    assert answer.status_code == 409
    assert 'value="Ada King"' in answer.text
    assert "<strong>Ada Byron</strong>" in answer.text
    assert People(house.database).get(ada.person_id).name == "Ada Byron"


def test_a_mistake_does_not_hide_a_conflict(house: House, clerk: Browser, ada: Person) -> None:
    """A form that was sent back for a mistake still stands on what its clerk had opened."""
    other = house.signed_in(Role.MANAGER)
    mine, theirs = opened(clerk, ada), opened(other, ada)
    path = f"{path_of(ada)}/edit"
    other.send(path, theirs | {"external_id": "HR-9"})
    answer = clerk.send(path, mine | {"valid_until": "never"})
    assert answer.status_code == 422
    answer = clerk.send(path, fields_of(answer.text) | {"valid_until": ""})
    assert answer.status_code == 409
    assert 'value="HR-9"' in answer.text


def test_without_a_version_nothing_is_stored(house: House, clerk: Browser, ada: Person) -> None:
    """A form that does not say what it stands on is a conflict."""
    form = opened(clerk, ada) | {"name": "Ada King"}
    for version in ("", "x", "-1", "9999999999999999999999"):
        answer = clerk.send(f"{path_of(ada)}/edit", form | {"version": version})
        assert answer.status_code == 409
    assert People(house.database).get(ada.person_id) == ada


def test_hostile_words(house: House, clerk: Browser, ada: Person) -> None:
    """Whatever is typed is kept and shown as text, in the form and in a conflict, too."""
    form = opened(clerk, ada)
    path = f"{path_of(ada)}/edit"
    hostile = dict.fromkeys(("name", "external_id", "consent_text", "consent_method"), HOSTILE)
    assert clerk.send(path, form | hostile).status_code == 302
    other = clerk.send(path, form | dict.fromkeys(hostile, f"{HOSTILE}2"))
    assert other.status_code == 409
    for text in (other.text, clerk.get(path).text, clerk.get(path_of(ada)).text):
        assert escape(HOSTILE) in text
        assert "<script>" not in text


def test_declining_erases_the_faces(
    house: House, clerk: Browser, portrait: bytes, ada: Person
) -> None:
    """Who declines later has no faces any more."""
    assert (
        clerk.send(f"{path_of(ada)}/edit", opened(clerk, ada) | {"declined": "yes"}).status_code
        == 302
    )
    page = clerk.get(path_of(ada)).text
    assert "declined face recognition" in page
    assert "New photos" not in page


def test_suspending(house: House, clerk: Browser, ada: Person) -> None:
    """The desk may suspend; only a manager lifts it."""
    path = path_of(ada)
    assert clerk.send(f"{path}/suspend", page=path).status_code == 302
    assert "suspended</span>" in clerk.get(path).text
    assert "Lift the suspension" not in clerk.get(path).text
    assert clerk.send(f"{path}/resume", page=path).status_code == 403
    manager = house.signed_in(Role.MANAGER)
    manager.send(f"{path}/resume", page=path)
    assert People(house.database).get(ada.person_id).suspended_at is None
    reasons = [
        entry.event.reason
        for entry in house.audit.entries()
        if entry.event.kind is EventKind.PERSON_CHANGED
    ]
    assert reasons == ["SUSPENDED", "RESUMED"]


def test_badges(house: House, ada: Person) -> None:
    """A badge is added, revoked, reinstated and removed, each recorded by the person's id."""
    manager, path = house.signed_in(Role.MANAGER), path_of(ada)

    def send(verb: str, **form: str) -> int:
        return manager.send(f"{path}/badges/{verb}", form, page=path).status_code

    assert send("add", number="7002", valid_until="2027-01-31") == 302
    assert "until 31 Jan 2027" in manager.get(path).text
    send("revoke", number="7002")
    assert "revoked 2 Nov 2026" in manager.get(path).text
    send("reinstate", number="7002")
    send("remove", number="7001")
    person = People(house.database).get(ada.person_id)
    assert [(badge.number, badge.revoked_at) for badge in person.badges] == [("7002", None)]
    events = [entry.event for entry in house.audit.entries()][1:]
    assert [event.kind for event in events] == [
        EventKind.BADGE_ADDED,
        EventKind.BADGE_REVOKED,
        EventKind.BADGE_REINSTATED,
        EventKind.BADGE_REMOVED,
    ]
    assert {event.person_id for event in events} == {ada.person_id}


def test_badges_that_cannot_be_added(house: House, clerk: Browser, ada: Person) -> None:
    """A number that is taken, empty or endless is refused in words, and recorded nowhere."""
    path = path_of(ada)
    for number in ("7001", "", "x" * 65):
        clerk.send(f"{path}/badges/add", {"number": number}, page=path)
        assert "No badge was added" in clerk.get(path).text
    assert len(People(house.database).get(ada.person_id).badges) == 1
    assert [entry.event.kind for entry in house.audit.entries()] == [EventKind.SIGN_IN]


@pytest.mark.parametrize("verb", ["revoke", "reinstate", "remove"])
def test_somebody_else_s_badge(house: House, ada: Person, verb: str) -> None:
    """A person's page does nothing to the badges of others."""
    People(house.database).enroll("badges", NewPerson("Eve"), badges=[Badge("8001")])
    manager = house.signed_in(Role.MANAGER)
    for number in ("8001", "none", ""):
        path = f"{path_of(ada)}/badges/{verb}"
        answer = manager.send(path, {"number": number}, page=path_of(ada))
        assert answer.status_code == 404
    assert Badges(house.database).owner("badges", "8001").badges == (Badge("8001"),)


texts = st.sampled_from(["", "a", "b", "c"])
told = st.builds(Told, **dict.fromkeys(Told().values(), texts))


@given(mine=told, was=told, theirs=told)
def test_putting_changes_together(mine: Told, was: Told, theirs: Told) -> None:
    """Of each field the one who changed it wins; if both did, mine stands and theirs is told."""
    together, hidden = put_together(mine, was, theirs)
    for name, value in together.values().items():
        my, their, old = (each.values()[name] for each in (mine, theirs, was))
        assert value == (their if my == old else my)
        assert (name in hidden) == (my != old and their not in (old, my))
        assert hidden.get(name, their) == their


@given(st.dates(date(1900, 1, 1), date(8999, 12, 31)))
def test_days_come_back(day: date) -> None:
    """A first and a last day read back as they were written."""
    text = day.isoformat()
    assert first_day(beginning_of(text)) == text
    assert last_day(end_of(text)) == text
    assert beginning_of("") is end_of("") is None


@pytest.mark.parametrize("text", ["x", "2026-13-01", "2026-02-30", "99999-01-01", "0000-00-00"])
def test_no_days(text: str) -> None:
    """What is no day is refused."""
    with pytest.raises(CollectionError):
        end_of(text)
