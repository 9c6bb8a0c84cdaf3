"""Who is in which group: doors know it at their next question, and it goes with the person."""

from __future__ import annotations

import pytest

from edge.collection.memberships import Memberships
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.domain import Badge
from edge.errors import CollectionError, ConstraintError, NotFoundError
from edge.storage.database import Database
from tests.edge.collection.conftest import FaceMaker


@pytest.fixture
def memberships(database: Database) -> Memberships:
    """Give the memberships."""
    return Memberships(database)


@pytest.fixture
def ada(people: People, make_face: FaceMaker) -> str:
    """Enroll Ada with one face and return her id."""
    return people.enroll("badges", NewPerson("Ada"), [make_face()]).person_id


def test_a_door_knows_a_membership_at_its_next_question(
    gallery: Gallery, memberships: Memberships, ada: str
) -> None:
    """Whoever joins or leaves does so at once, without a restart."""
    assert gallery.credentials(ada).groups == frozenset()

    assert memberships.change(ada, add=("Staff", "Cleaners")) == {"Staff", "Cleaners"}
    assert gallery.credentials(ada).groups == {"Staff", "Cleaners"}

    assert memberships.change(ada, remove=("Cleaners",), add=("Staff",)) == {"Staff"}
    assert gallery.credentials(ada).groups == {"Staff"}
    assert memberships.of(ada) == {"Staff"}


def test_people_without_a_face_have_groups_too(
    gallery: Gallery, memberships: Memberships, people: People
) -> None:
    """A badge alone may be what they carry."""
    bob = people.enroll("badges", NewPerson("Bob"), badges=[Badge("7")]).person_id
    memberships.change(bob, add=("Staff",))
    found = gallery.by_badge("7")
    assert found is not None
    assert found.groups == {"Staff"}


def test_members_are_counted_and_listed(memberships: Memberships, people: People, ada: str) -> None:
    """By group and by name."""
    bob = people.enroll("badges", NewPerson("Bob")).person_id
    memberships.change(bob, add=("Staff", "Guards"))
    memberships.change(ada, add=("Staff",))
    assert memberships.counts("badges") == {"Guards": 1, "Staff": 2}
    assert [each.name for each in memberships.members("badges", "Staff")] == ["Ada", "Bob"]
    assert memberships.members("badges", "Nobody") == ()

    people.delete(ada)
    assert memberships.counts("badges") == {"Guards": 1, "Staff": 1}


def test_people_are_counted_by_all_their_groups(
    memberships: Memberships, people: People, ada: str
) -> None:
    """Those in none as well; for what a change of the rules means to people, not to groups."""
    for name, groups in (("Bob", ("B", "A")), ("Cid", ("A", "B")), ("Dot", ("A",))):
        person = people.enroll("badges", NewPerson(name))
        memberships.change(person.person_id, add=groups)
    assert memberships.crews("badges") == {
        frozenset({"A", "B"}): 2,
        frozenset({"A"}): 1,
        frozenset(): 1,
    }
    people.delete(ada)
    assert frozenset() not in memberships.crews("badges")


@pytest.mark.parametrize("group", ["", "   ", "x" * 65, "with\nline"])
def test_bad_names_are_refused(memberships: Memberships, ada: str, group: str) -> None:
    """And nothing is changed then."""
    with pytest.raises(CollectionError, match="name of a group"):
        memberships.change(ada, add=("Staff", group))
    assert memberships.of(ada) == frozenset()


def test_joining_and_leaving_at_once_is_no_change(memberships: Memberships, ada: str) -> None:
    """Which of the two is meant, nobody knows."""
    with pytest.raises(CollectionError, match="at once"):
        memberships.change(ada, add=("Staff",), remove=("Staff",))


def test_nobody_has_no_groups(memberships: Memberships) -> None:
    """Who does not exist cannot join."""
    with pytest.raises(NotFoundError):
        memberships.change("nobody", add=("Staff",))


def test_a_membership_cannot_be_turned_into_another(
    database: Database, memberships: Memberships, ada: str
) -> None:
    """Copies in memory are told of those that come and go only."""
    memberships.change(ada, add=("Staff",))
    with pytest.raises(ConstraintError, match="membership_fixed"):
        database.execute("UPDATE memberships SET group_name = 'Guards'")


def test_whoever_is_merged_is_in_the_groups_of_both(
    memberships: Memberships, people: People, ada: str, gallery: Gallery
) -> None:
    """She is one person, and what either might do she may."""
    twice = people.enroll("badges", NewPerson("A. Lovelace")).person_id
    memberships.change(ada, add=("Staff",))
    memberships.change(twice, add=("Staff", "Guards"))
    assert people.merge(ada, twice).groups == {"Staff", "Guards"}
    assert gallery.credentials(ada).groups == {"Staff", "Guards"}
