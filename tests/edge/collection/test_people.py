from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta, timezone

import pytest

from edge.collection.collections import Collections
from edge.collection.faces import Faces
from edge.collection.people import Consent, NewPerson, People
from edge.domain import Badge, ModelId
from edge.errors import AlreadyExistsError, CollectionError, ModelMismatchError, NotFoundError
from edge.storage.database import Database
from tests.edge.collection.conftest import EmbeddingMaker, FaceMaker

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADA = NewPerson(
    "Ada Lovelace",
    external_id="HR-7",
    valid_from=NOON,
    valid_until=NOON + timedelta(days=365),
    consent=Consent("2026-01", NOON - timedelta(days=1), "signed at the kiosk"),
)


def _nothing_is_stored(database: Database) -> bool:
    tables = "SELECT row FROM people UNION SELECT row FROM faces UNION SELECT row FROM badges"
    return not database.rows(tables)


def test_what_is_enrolled_comes_back(people: People, make_face: FaceMaker) -> None:
    """Everything told, to the microsecond."""
    badge = Badge("4711", NOON, NOON + timedelta(days=30), None)

    person = people.enroll("badges", ADA, [make_face(), make_face()], [badge, Badge("4712")])

    assert people.get(person.person_id) == person
    assert (person.name, person.external_id) == ("Ada Lovelace", "HR-7")
    assert (person.valid_from, person.valid_until) == (ADA.valid_from, ADA.valid_until)
    assert person.consent == ADA.consent
    assert person.badges == (badge, Badge("4712"))
    assert person.faces == 2


def test_times_of_any_zone_are_kept_as_utc(people: People) -> None:
    """So that they can be compared."""
    tokyo = datetime(2026, 6, 1, 21, tzinfo=timezone(timedelta(hours=9)))

    person = people.enroll("badges", NewPerson("Ada", valid_from=tokyo))

    assert person.valid_from == NOON
    assert person.valid_from is not None
    assert person.valid_from.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(people: People, database: Database) -> None:
    """Nobody could tell when it is."""
    with pytest.raises(ValueError, match="no time zone"):
        people.enroll("badges", NewPerson("Ada", valid_from=datetime(2026, 6, 1)))  # noqa: DTZ001 - the fault

    assert _nothing_is_stored(database)


def test_a_person_may_have_a_badge_and_no_face(people: People) -> None:
    """Whoever declines the camera carries a badge."""
    person = people.enroll("badges", NewPerson("Ada"), badges=[Badge("1")])

    assert (person.faces, person.badges) == (0, (Badge("1"),))


def test_a_refused_badge_refuses_the_whole_enrolment(
    people: People, database: Database, make_face: FaceMaker
) -> None:
    """Nothing half-written."""
    with pytest.raises(AlreadyExistsError, match="badge 1 belongs to somebody"):
        people.enroll("badges", ADA, [make_face()], [Badge("1"), Badge("1")])

    assert _nothing_is_stored(database)


def test_a_refused_face_refuses_the_whole_enrolment(
    people: People, database: Database, make_face: FaceMaker, make_embedding: EmbeddingMaker
) -> None:
    """A vector of another model, though the other face is right."""
    stranger = dataclasses.replace(make_embedding(), model=ModelId("sface", "b2" * 32))

    with pytest.raises(ModelMismatchError):
        people.enroll("badges", ADA, [make_face(), make_face(stranger)], [Badge("1")])

    assert _nothing_is_stored(database)


def test_at_most_100_faces_a_person(
    people: People, make_face: FaceMaker, database: Database
) -> None:
    """At once or one after the other."""
    with pytest.raises(CollectionError, match="at most 100"):
        people.enroll("badges", ADA, [make_face()] * 101)
    assert _nothing_is_stored(database)

    person = people.enroll("badges", ADA, [make_face()] * 100)
    with pytest.raises(CollectionError, match="100 and 1 are too many"):
        people.add_faces(person.person_id, [make_face()])
    assert people.get(person.person_id).faces == 100


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb", "a\0b", "\ud800", "\x1b[31mred"])
def test_names_that_no_list_can_show_are_refused(people: People, name: str) -> None:
    """Empty, endless, or with control characters."""
    with pytest.raises(CollectionError, match="name is empty, too long, or holds control"):
        people.enroll("badges", NewPerson(name))


@pytest.mark.parametrize(
    "name",
    ["'; DROP TABLE people; --", "<script>alert(1)</script>", "%_", "Żółć 李雷 🦉", '"', "é"],
)
def test_any_other_name_is_a_name(people: People, name: str) -> None:
    """Kept as it was told, found by itself."""
    person = people.enroll("badges", NewPerson(name))

    assert people.get(person.person_id).name == name
    assert people.find("badges", name) == (person,)


@pytest.mark.parametrize("external_id", ["", " ", "x" * 129, "a\tb"])
def test_external_ids_that_no_list_can_show_are_refused(people: People, external_id: str) -> None:
    """As names."""
    with pytest.raises(CollectionError, match="external id is empty"):
        people.enroll("badges", NewPerson("Ada", external_id=external_id))


def test_an_external_id_is_one_persons(people: People) -> None:
    """In one collection; people without one do not disturb each other."""
    people.enroll("badges", ADA)
    people.enroll("badges", NewPerson("Bob"))
    people.enroll("badges", NewPerson("Cid"))

    with pytest.raises(AlreadyExistsError, match="external id HR-7"):
        people.enroll("badges", NewPerson("Eve", external_id="HR-7"))


def test_a_validity_that_ends_before_it_begins_is_refused(people: People) -> None:
    """It would never hold."""
    with pytest.raises(CollectionError, match="ends before it begins"):
        people.enroll(
            "badges", NewPerson("Ada", valid_from=NOON, valid_until=NOON - timedelta(seconds=1))
        )


def test_updating_replaces_what_is_told_and_nothing_else(
    people: People, make_face: FaceMaker
) -> None:
    """Faces, badges and the day of enrolling stay."""
    person = people.enroll("badges", ADA, [make_face()], [Badge("1")])

    changed = people.update(person.person_id, NewPerson("Ada King", valid_until=NOON))

    assert changed == people.get(person.person_id)
    assert changed == dataclasses.replace(
        person,
        name="Ada King",
        external_id=None,
        valid_from=None,
        valid_until=NOON,
        consent=None,
        version=person.version + 1,
    )


def test_updating_to_somebody_elses_external_id_is_refused(people: People) -> None:
    """And changes nothing."""
    people.enroll("badges", ADA)
    bob = people.enroll("badges", NewPerson("Bob"))

    with pytest.raises(AlreadyExistsError):
        people.update(bob.person_id, NewPerson("Robert", external_id="HR-7"))

    assert people.get(bob.person_id) == bob


def test_people_are_listed_by_name_page_by_page(people: People) -> None:
    """Case and accents do not matter to the order; nobody is missed or shown twice."""
    names = ["Zoe", "élise", "Adam", "Elise", "eve", "Ökonom", "adam", "Bob"]
    for name in names:
        people.enroll("badges", NewPerson(name))

    pages, after = [], None
    while page := people.list("badges", after=after, limit=3):
        pages.append([person.name for person in page])
        after = page[-1].person_id

    assert [len(page) for page in pages] == [3, 3, 2]
    listed = [name for page in pages for name in page]
    assert {*listed[:2]} == {"Adam", "adam"}
    assert listed[2] == "Bob"
    assert {*listed[3:5]} == {"Elise", "élise"}
    assert listed[5:] == ["eve", "Ökonom", "Zoe"]


def test_going_on_from_a_person_who_was_deleted_is_told(people: People) -> None:
    """Rather than a page from anywhere."""
    person = people.enroll("badges", ADA)
    people.delete(person.person_id)

    with pytest.raises(NotFoundError, match="any more to go on from"):
        people.list("badges", after=person.person_id)


@pytest.mark.parametrize("query", ["love", "ADA", "a l", "HR-7", "4711", " 4711 "])
def test_people_are_found_by_what_a_clerk_knows(people: People, query: str) -> None:
    """A part of the name, the whole external id or badge number."""
    ada = people.enroll("badges", ADA, badges=[Badge("4711")])
    people.enroll("badges", NewPerson("Bob", external_id="HR-70"), badges=[Badge("47110")])

    assert people.find("badges", query) == (ada,)


def test_people_are_found_by_the_beginning_of_their_id(people: People) -> None:
    """As a log shows it; four characters at least."""
    person = people.enroll("badges", NewPerson("Zoe"))

    assert people.find("badges", person.person_id[:8].upper()) == (person,)
    assert people.find("badges", person.person_id) == (person,)
    assert people.find("badges", person.person_id[:3] + "!") == ()


def test_people_are_found_in_their_collection_only(
    people: People, collections: Collections, model: ModelId
) -> None:
    """Also by their ids."""
    collections.create("visitors", model=model, dimension=128)
    person = people.enroll("visitors", ADA, badges=[Badge("4711")])

    for query in ("Ada", "HR-7", "4711", person.person_id):
        assert people.find("badges", query) == ()
        assert people.find("visitors", query) == (person,)


def test_deleting_takes_faces_and_badges_along(
    people: People, faces: Faces, make_face: FaceMaker, database: Database
) -> None:
    """And says how many; faces of nobody stay."""
    (alone,) = faces.index("badges", [make_face()])
    person = people.enroll("badges", ADA, [make_face(), make_face()], [Badge("1")])

    erased = people.delete(person.person_id)

    assert (erased.person_id, erased.faces, erased.badges) == (person.person_id, 2, 1)
    assert people.list("badges") == ()
    assert faces.list("badges") == (alone,)
    assert database.row("SELECT count(*) FROM badges") == (0,)
    assert people.enroll("badges", ADA, badges=[Badge("1")]).badges == (Badge("1"),)


def test_an_unknown_person_is_told(people: People, make_face: FaceMaker) -> None:
    """By every operation that names one."""
    for ask in (
        lambda: people.get("nobody"),
        lambda: people.delete("nobody"),
        lambda: people.update("nobody", ADA),
        lambda: people.add_faces("nobody", [make_face()]),
    ):
        with pytest.raises(NotFoundError, match="no person nobody"):
            ask()
