"""Suspended people and marked look-alikes: a door knows of them at its next question."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edge.collection.collections import Collections
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.errors import CollectionError, NotFoundError
from tests.edge.collection.conftest import MODEL, FaceMaker
from tests.edge.collection.test_people import NOON


@pytest.fixture
def pair(people: People, make_face: FaceMaker) -> tuple[str, str]:
    """Enroll two people and return their ids."""
    ada = people.enroll("badges", NewPerson("Ada"), [make_face()])
    bob = people.enroll("badges", NewPerson("Bob"), [make_face()])
    return ada.person_id, bob.person_id


def test_a_suspension_holds_at_the_next_question(
    gallery: Gallery, people: People, pair: tuple[str, str]
) -> None:
    """Of the one who is suspended alone, until it is taken back."""
    ada, bob = pair
    assert not gallery.credentials(ada).suspended

    assert people.suspend(ada, NOON).suspended_at == NOON
    assert gallery.credentials(ada).suspended
    assert not gallery.credentials(bob).suspended

    assert people.resume(ada).suspended_at is None
    assert not gallery.credentials(ada).suspended


def test_who_is_suspended_already_stays_so_since_then(
    people: People, pair: tuple[str, str]
) -> None:
    """A second suspension does not hide the first one's day."""
    people.suspend(pair[0], NOON)
    assert people.suspend(pair[0], NOON + timedelta(days=1)).suspended_at == NOON


def test_suspending_nobody(people: People) -> None:
    """Who does not exist cannot be suspended."""
    with pytest.raises(NotFoundError):
        people.suspend("nobody", NOON)


def test_a_mark_holds_for_both_at_the_next_question(
    gallery: Gallery, people: People, pair: tuple[str, str]
) -> None:
    """In whichever order they are named, until it is taken back."""
    ada, bob = pair
    assert not gallery.credentials(ada).look_alikes

    people.mark_look_alikes(bob, ada, 99.5)
    assert people.get(ada).look_alikes == (bob,)
    assert people.get(bob).look_alikes == (ada,)
    assert gallery.credentials(ada).look_alikes
    assert gallery.credentials(bob).look_alikes

    people.unmark_look_alikes(ada, bob)
    assert people.get(ada).look_alikes == ()
    assert not gallery.credentials(ada).look_alikes
    assert not gallery.credentials(bob).look_alikes


def test_whoever_looked_like_an_erased_person_is_free(
    gallery: Gallery, people: People, pair: tuple[str, str]
) -> None:
    """The mark goes with either of the two."""
    ada, bob = pair
    people.mark_look_alikes(ada, bob, 99.5)
    assert gallery.credentials(bob).look_alikes

    people.delete(ada)

    assert not gallery.credentials(bob).look_alikes
    assert people.get(bob).look_alikes == ()


def test_marking_twice_is_one_mark(people: People, pair: tuple[str, str]) -> None:
    """Which one call takes back."""
    people.mark_look_alikes(*pair, 99.5)
    people.mark_look_alikes(*pair, 99.7)
    people.unmark_look_alikes(*pair)
    assert people.get(pair[0]).look_alikes == ()


def test_marks_that_make_no_sense_are_refused(
    people: People, collections: Collections, pair: tuple[str, str]
) -> None:
    """Oneself, nobody, somebody of another collection, an impossible similarity, no mark at all."""
    ada, bob = pair
    collections.create("visitors", model=MODEL, dimension=128)
    visitor = people.enroll("visitors", NewPerson("Cid")).person_id
    with pytest.raises(CollectionError, match="two people are meant"):
        people.mark_look_alikes(ada, ada, 99.5)
    with pytest.raises(CollectionError, match="two collections"):
        people.mark_look_alikes(ada, visitor, 99.5)
    for similarity in (-1.0, 101.0, float("nan")):
        with pytest.raises(CollectionError, match="no similarity"):
            people.mark_look_alikes(ada, bob, similarity)
    with pytest.raises(NotFoundError):
        people.mark_look_alikes(ada, "nobody", 99.5)
    with pytest.raises(NotFoundError, match="not marked"):
        people.unmark_look_alikes(ada, bob)
    assert people.get(ada).look_alikes == ()
