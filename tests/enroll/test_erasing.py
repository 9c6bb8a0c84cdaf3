"""The sweep of people whose data may be kept no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edge.audit import EventKind
from edge.collection.collections import Collections
from edge.collection.people import NewPerson, People
from enroll.accounts import Role
from tests.enroll.conftest import Browser, House, fields_of

PATH = "/admin/people/sweep"


@pytest.fixture
def manager(house: House) -> Browser:
    """Sign a manager in."""
    return house.signed_in(Role.MANAGER)


def enroll(house: House, name: str, days: int, *, collection: str = "badges") -> str:
    """Enroll somebody who may be kept for so many *days*; return the id."""
    until = house.clock() + timedelta(days=days)
    person = People(house.database).enroll(collection, NewPerson(name, retention_until=until))
    return person.person_id


def test_shown_then_erased(house: House, manager: Browser) -> None:
    """The preview names exactly those who are erased then, and the record does not tell whom."""
    enroll(house, "Long Gone", -9)
    enroll(house, "Just Gone", -1)
    enroll(house, "Still Here", 9)
    preview = manager.get(PATH).text
    assert "Long Gone" in preview
    assert "Just Gone" in preview
    assert "Still Here" not in preview
    assert manager.send(PATH, fields_of(preview)).status_code == 302
    assert [person.name for person in People(house.database).list("badges")] == ["Still Here"]
    events = [entry.event for entry in house.audit.entries()][1:]
    assert [(event.kind, event.reason) for event in events] == [
        (EventKind.PERSON_DELETED, "RETENTION")
    ] * 2
    assert all(event.person_id is None for event in events)
    assert "Gone" not in repr(events)


def test_only_those_who_were_shown(house: House, manager: Browser) -> None:
    """Whoever becomes overdue after the preview waits for the next one."""
    enroll(house, "Gone", -1)
    enroll(house, "Tomorrow", 1)
    form = fields_of(manager.get(PATH).text)
    house.clock.forward(minutes=5)
    enroll(house, "Meanwhile", 0)
    house.clock.forward(minutes=5)
    manager.send(PATH, form)
    names = [person.name for person in People(house.database).list("badges")]
    assert names == ["Meanwhile", "Tomorrow"]


def test_whoever_may_stay_after_all_stays(house: House, manager: Browser) -> None:
    """A retention that was extended after the preview counts."""
    person_id = enroll(house, "Gone", -1)
    form = fields_of(manager.get(PATH).text)
    People(house.database).update(person_id, NewPerson("Back Again"))
    manager.send(PATH, form)
    assert len(People(house.database).list("badges")) == 1


def test_no_sweep_into_the_future(house: House, manager: Browser) -> None:
    """Nobody can ask for the retention of tomorrow."""
    enroll(house, "Tomorrow", 1)
    later = (house.clock() + timedelta(days=2)).isoformat()
    for until in (later, "", "x", "2020-01-01T00:00:00", "0001-01-01T00:00:00+14:00"):
        assert manager.send(PATH, {"until": until}, page="/admin/people").status_code == 400
    assert len(People(house.database).list("badges")) == 1


def test_other_collections_are_left_alone(house: House, manager: Browser) -> None:
    """The sweep is this door's."""
    badges = Collections(house.database).describe("badges")
    Collections(house.database).create("others", model=badges.model, dimension=badges.dimension)
    enroll(house, "Elsewhere", -1, collection="others")
    assert "Nobody is past the day" in manager.get(PATH).text
    manager.send(PATH, {"until": house.clock().isoformat()}, page="/admin/people")
    assert len(People(house.database).list("others")) == 1
