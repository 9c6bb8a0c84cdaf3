from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from edge.collection.badges import Badges
from edge.collection.collections import Collections
from edge.collection.people import NewPerson, People
from edge.domain import Badge, ModelId
from edge.errors import AlreadyExistsError, CollectionError, ConstraintError, NotFoundError
from edge.storage.database import Database

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_badge_is_added_to_a_person(badges: Badges, people: People) -> None:
    """Its owner is found by its number."""
    ada = people.enroll("badges", NewPerson("Ada"), badges=[Badge("1")])

    badges.add(ada.person_id, Badge("2", NOON, NOON + timedelta(days=1)))

    owner = badges.owner("badges", "2")
    assert owner == people.get(ada.person_id)
    assert owner.badges == (Badge("1"), Badge("2", NOON, NOON + timedelta(days=1)))


def test_a_number_is_one_persons_in_a_collection(
    badges: Badges, people: People, collections: Collections, model: ModelId
) -> None:
    """Another collection has numbers of its own."""
    collections.create("visitors", model=model, dimension=128)
    people.enroll("badges", NewPerson("Ada"), badges=[Badge("1")])
    bob = people.enroll("badges", NewPerson("Bob"))
    people.enroll("visitors", NewPerson("Cid"), badges=[Badge("1")])

    with pytest.raises(AlreadyExistsError, match=r"badge 1 belongs.*ostiary badges"):
        badges.add(bob.person_id, Badge("1"))

    assert badges.owner("badges", "1").name == "Ada"
    assert badges.owner("visitors", "1").name == "Cid"


@pytest.mark.parametrize("number", ["", " ", "9" * 65, "1\n2", "\x00"])
def test_numbers_that_no_list_can_show_are_refused(
    badges: Badges, people: People, number: str
) -> None:
    """1 to 64 characters, none of them a control character."""
    ada = people.enroll("badges", NewPerson("Ada"))

    with pytest.raises(CollectionError, match="cannot be the number of a badge"):
        badges.add(ada.person_id, Badge(number))


def test_a_validity_that_ends_before_it_begins_is_refused(badges: Badges, people: People) -> None:
    """It would never hold."""
    ada = people.enroll("badges", NewPerson("Ada"))

    with pytest.raises(CollectionError, match="badge 1 ends before it begins"):
        badges.add(ada.person_id, Badge("1", NOON, NOON - timedelta(seconds=1)))


def test_a_badge_is_revoked_and_reinstated(badges: Badges, people: People) -> None:
    """It stays its owner's all the while."""
    ada = people.enroll("badges", NewPerson("Ada"), badges=[Badge("1"), Badge("2")])

    badges.revoke("badges", "1", NOON)
    assert people.get(ada.person_id).badges == (Badge("1", revoked_at=NOON), Badge("2"))

    badges.reinstate("badges", "1")
    assert people.get(ada.person_id).badges == (Badge("1"), Badge("2"))


def test_a_removed_number_is_free_again(badges: Badges, people: People) -> None:
    """For somebody else."""
    people.enroll("badges", NewPerson("Ada"), badges=[Badge("1")])
    bob = people.enroll("badges", NewPerson("Bob"))

    badges.remove("badges", "1")
    badges.add(bob.person_id, Badge("1"))

    assert badges.owner("badges", "1").name == "Bob"


def test_badges_are_listed_by_number(badges: Badges, people: People) -> None:
    """With whose they are, page by page."""
    ada = people.enroll("badges", NewPerson("Ada"), badges=[Badge("3"), Badge("1")])
    people.enroll("badges", NewPerson("Bob"), badges=[Badge("2")])

    listed = badges.list("badges", limit=2)

    assert [(each.badge.number, each.name) for each in listed] == [("1", "Ada"), ("2", "Bob")]
    (last,) = badges.list("badges", after="2")
    assert (last.badge, last.person_id, last.name) == (Badge("3"), ada.person_id, "Ada")


def test_an_unknown_badge_or_person_is_told(badges: Badges) -> None:
    """By every operation that names one."""
    for ask in (
        lambda: badges.revoke("badges", "9", NOON),
        lambda: badges.reinstate("badges", "9"),
        lambda: badges.remove("badges", "9"),
        lambda: badges.owner("badges", "9"),
    ):
        with pytest.raises(NotFoundError, match="no badge 9 in collection badges"):
            ask()
    with pytest.raises(NotFoundError, match="no person nobody"):
        badges.add("nobody", Badge("9"))


def test_a_badge_cannot_be_a_person_of_another_collections(
    people: People, collections: Collections, model: ModelId, database: Database
) -> None:
    """The database itself refuses it."""
    collections.create("visitors", model=model, dimension=128)
    people.enroll("badges", NewPerson("Ada"))

    with pytest.raises(ConstraintError, match="FOREIGN KEY"):
        database.execute(
            "INSERT INTO badges (collection, person, number, created_at)"
            " SELECT (SELECT row FROM collections WHERE collection_id = 'visitors'), row, '1', ''"
            " FROM people"
        )
