"""When a gallery is held in sqlite-vec, when in arrays, and that nobody notices."""

from __future__ import annotations

import pytest

from edge.collection import copy, exact, vec0
from edge.collection.exact import ExactVectors
from edge.collection.memberships import Memberships
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.collection.vec0 import Vec0Vectors
from edge.domain import Badge, Match
from edge.errors import StorageError
from edge.storage.database import Database
from tests.edge.collection.conftest import EmbeddingMaker, FaceMaker, in_arrays, in_sqlite_vec


def kind_of(gallery: Gallery) -> type[object]:
    """Return how the people are held."""
    return type(gallery._follower.people._vectors)


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ten people be the most that a load puts into sqlite-vec."""
    monkeypatch.setattr(copy, "MANY", 10)
    monkeypatch.setattr(vec0, "MOST_HERE", 12)
    monkeypatch.setattr(exact, "FEWEST_HERE", 8)


@in_sqlite_vec
@pytest.mark.usefixtures("sizes")
def test_a_gallery_moves_when_it_grows_and_when_it_shrinks(
    gallery: Gallery,
    people: People,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
) -> None:
    """Not to and fro: between two sizes it stays where it is; the answers are the same anywhere."""
    probe, kinds, enrolled = make_embedding(), {}, []
    for _ in range(14):
        enrolled.append(people.enroll("badges", NewPerson("Somebody"), [make_face()]).person_id)
        gallery.refresh()
        kinds[len(enrolled)] = kind_of(gallery)
    assert [size for size, kind in kinds.items() if kind is ExactVectors] == [13, 14]

    found = gallery.search_people(probe, 14)
    for match in found[9:]:
        people.delete(match.person_id)
    assert gallery.search_people(probe, 14) == found[:9]
    assert kind_of(gallery) is ExactVectors

    for match in found[7:9]:
        people.delete(match.person_id)
    assert gallery.search_people(probe, 14) == found[:7]
    assert kind_of(gallery) is Vec0Vectors


@in_arrays
def test_only_what_has_a_vector_counts_as_many(
    gallery: Gallery, people: People, make_face: FaceMaker
) -> None:
    """Whoever carries a badge only is found by it, and compared with nobody."""
    people.enroll("badges", NewPerson("Ada"), [], [Badge("1")])
    assert gallery.people_count == 0
    assert kind_of(gallery) is Vec0Vectors

    people.enroll("badges", NewPerson("Bea"), [make_face()], [Badge("2")])

    assert gallery.people_count == 1
    assert kind_of(gallery) is ExactVectors
    for number in ("1", "2"):
        found = gallery.by_badge(number)
        assert found is not None
        assert found.badges == (Badge(number),)


@in_arrays
def test_a_refresh_that_fails_in_the_arrays_leaves_all_as_it_was(
    gallery: Gallery,
    people: People,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Names and vectors are of one moment; when memory can be had again, it answers."""
    face = make_embedding()
    ada = people.enroll("badges", NewPerson("Ada"), [make_face(face)])
    assert gallery.name_of(ada.person_id) == "Ada"
    people.update(ada.person_id, NewPerson("Ada King"))
    people.enroll("badges", NewPerson("Bea"), [make_face()])

    def fail(*_: object) -> None:
        raise StorageError("no memory is left")

    with monkeypatch.context() as patch:
        patch.setattr(exact, "rounded", fail)
        with pytest.raises(StorageError, match="no memory"):
            gallery.search_people(face)
        held = gallery._follower.people
        assert held.size == 1
        assert (held.get(ada.person_id) or ())[:1] == ("Ada",)

    assert gallery.people_count == 2
    assert gallery.name_of(ada.person_id) == "Ada King"
    assert gallery.search_people(face)[0].person_id == ada.person_id


def test_the_people_of_a_group_are_searched_alone(
    gallery: Gallery,
    people: People,
    database: Database,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
) -> None:
    """As if nobody else were enrolled, and as the groups are at that moment."""
    memberships, probe = Memberships(database), make_embedding()
    for number in range(40):
        groups = frozenset(
            {"Staff"} if number % 3 == 0 else {"Visitors"} if number % 3 == 1 else ()
        )
        person = people.enroll("badges", NewPerson(f"Person {number}"), [make_face()])
        memberships.change(person.person_id, add=groups)
    faceless = people.enroll("badges", NewPerson("Faceless"))
    memberships.change(faceless.person_id, add=["Staff"])
    everybody = gallery.search_people(probe, 100)

    def among(group: str) -> tuple[Match, ...]:
        return tuple(match for match in everybody if group in memberships.of(match.person_id))

    for group in ("Staff", "Visitors", "Nobody's"):
        assert gallery.search_people(probe, 100, group=group) == among(group)
        assert gallery.search_people(probe, 2, group=group) == among(group)[:2]

    best = gallery.search_people(probe, 1, group="Staff")[0].person_id
    memberships.change(best, remove=["Staff"], add=["Visitors"])
    assert gallery.search_people(probe, 100, group="Staff") == among("Staff")
    assert gallery.search_people(probe, 100, group="Visitors") == among("Visitors")


@in_sqlite_vec
def test_few_people_need_no_arrays(gallery: Gallery, people: People, make_face: FaceMaker) -> None:
    """What is loaded for large galleries is not made for small ones."""
    people.enroll("badges", NewPerson("Ada"), [make_face()])

    assert gallery.people_count == 1
    assert kind_of(gallery) is Vec0Vectors
