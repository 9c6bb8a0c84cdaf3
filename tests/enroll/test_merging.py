"""Two people who are one, and two who only look it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from edge.audit import EventKind
from edge.collection.people import NewPerson, People, Person
from edge.domain import Badge
from enroll.accounts import Role
from tests.enroll.conftest import Browser, House, upload


@pytest.fixture
def manager(house: House) -> Browser:
    """Sign a manager in."""
    return house.signed_in(Role.MANAGER)


@pytest.fixture
def pair(house: House) -> tuple[Person, Person]:
    """Enroll somebody twice."""
    people = People(house.database)
    one = people.enroll("badges", NewPerson("Ada Lovelace"), badges=[Badge("1")])
    other = people.enroll("badges", NewPerson("Ada King", external_id="HR-1"), badges=[Badge("2")])
    return one, other


def test_one_stays_with_the_badges_of_both(
    house: House, manager: Browser, pair: tuple[Person, Person]
) -> None:
    """Found by name, compared, merged; both are recorded, the one who is erased without her id."""
    one, other = pair
    page = f"/admin/people/{one.person_id}/merge"
    path = f"{page}/{other.person_id}"
    assert path in manager.get(f"{page}?q=king").text
    shown = manager.get(path).text
    assert "2 badges in all" in shown
    answer = manager.send(path, {"keep": other.person_id})
    assert answer.headers["Location"].endswith(other.person_id)
    (kept,) = People(house.database).list("badges")
    assert kept.person_id == other.person_id
    assert {badge.number for badge in kept.badges} == {"1", "2"}
    events = [entry.event for entry in house.audit.entries()][1:]
    assert {(event.kind, event.person_id) for event in events} == {
        (EventKind.PERSON_DELETED, None),
        (EventKind.PERSON_CHANGED, other.person_id),
    }


def test_who_stays_must_be_one_of_them(
    house: House, manager: Browser, pair: tuple[Person, Person]
) -> None:
    """Nothing is merged without a choice between the two."""
    one, other = pair
    path = f"/admin/people/{one.person_id}/merge/{other.person_id}"
    for keep in ("", "both", str(uuid4())):
        assert manager.send(path, {"keep": keep}, page=path).status_code == 422
    assert len(People(house.database).list("badges")) == 2


def test_nobody_is_merged_with_herself(
    house: House, manager: Browser, pair: tuple[Person, Person]
) -> None:
    """One person is one person already."""
    one, _ = pair
    path = f"/admin/people/{one.person_id}/merge/{one.person_id}"
    answer = manager.send(path, {"keep": one.person_id})
    assert answer.status_code == 422
    assert "herself" in answer.text


def test_two_faces_are_two_people(
    house: House, manager: Browser, portrait: bytes, driver: tuple[bytes, ...]
) -> None:
    """People who do not look alike are not merged by mistake."""
    for name, photos in (("Eileen", upload(portrait)), ("Driver", upload(*driver))):
        form = {"name": name, "photos": photos}
        assert manager.send("/admin/people/enroll", form).status_code == 302
    one, other = People(house.database).list("badges")
    path = f"/admin/people/{one.person_id}/merge/{other.person_id}"
    answer = manager.send(path, {"keep": one.person_id})
    assert answer.status_code == 422
    assert "do not look like one person" in answer.text


def test_a_mark_is_shown_and_removed(
    house: House, manager: Browser, pair: tuple[Person, Person]
) -> None:
    """Look-alikes name each other on their pages until the mark is removed."""
    one, other = pair
    People(house.database).mark_look_alikes(one.person_id, other.person_id, 99.5)
    page = f"/admin/people/{one.person_id}"
    assert "Ada King" in manager.get(page).text
    path = f"{page}/look-alikes/{other.person_id}/remove"
    assert manager.send(path, page=page).status_code == 302
    assert "Look-alikes" not in manager.get(page).text
    assert manager.send(path, page=page).status_code == 404
    event = list(house.audit.entries())[-1].event
    assert (event.reason, event.person_id) == ("LOOK_ALIKE_REMOVED", one.person_id)
    herself = f"{page}/look-alikes/{one.person_id}/remove"
    assert manager.send(herself, page=page).status_code == 404
