"""Where people are: the last area each entered, kept over a restart, gone with the person."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from edge.access.whereabouts import Stay, Whereabouts
from edge.collection.database import open_collection
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.collection.whereabouts import WhereaboutsStore
from edge.errors import NotFoundError
from edge.storage.database import Database
from edge.storage.key import Key
from tests.edge.collection.test_people import NOON


@pytest.fixture
def store(database: Database) -> WhereaboutsStore:
    """Give the whereabouts."""
    return WhereaboutsStore(database)


@pytest.fixture
def ada(people: People) -> str:
    """Enroll Ada and return her id."""
    return people.enroll("badges", NewPerson("Ada")).person_id


@pytest.fixture
def bob(people: People) -> str:
    """Enroll Bob and return his id."""
    return people.enroll("badges", NewPerson("Bob")).person_id


def test_people_are_where_they_went_last(store: WhereaboutsStore, ada: str) -> None:
    """Out again leaves nothing of it."""
    assert store.of(ada) is None
    store.note(ada, Stay("House", NOON, "front"))
    store.note(ada, Stay("Vault", NOON + timedelta(minutes=1), "vault"))
    assert store.of(ada) == Stay("Vault", NOON + timedelta(minutes=1), "vault")
    store.note(ada, None)
    assert store.of(ada) is None
    with pytest.raises(NotFoundError):
        store.note("nobody", Stay("House", NOON, "front"))


def test_the_muster_list_names_everybody_inside(
    store: WhereaboutsStore, ada: str, bob: str, people: People
) -> None:
    """By area and name; whoever is erased is not on it."""
    store.note(bob, Stay("House", NOON, "front"))
    store.note(ada, Stay("House", NOON, "front"))
    cid = people.enroll("badges", NewPerson("Cid")).person_id
    store.note(cid, Stay("Garage", NOON, "gate"))
    assert [(each.stay.area, each.name) for each in store.inside("badges")] == [
        ("Garage", "Cid"),
        ("House", "Ada"),
        ("House", "Bob"),
    ]
    people.delete(ada)
    assert store.among([ada, bob, "nobody"]) == Whereabouts({bob: Stay("House", NOON, "front")})
    assert [each.name for each in store.inside("badges", "House")] == ["Bob"]


def test_a_reset_takes_everybody_for_outside(store: WhereaboutsStore, ada: str, bob: str) -> None:
    """Of one area, or of all."""
    store.note(ada, Stay("House", NOON, "front"))
    store.note(bob, Stay("Garage", NOON, "gate"))
    assert store.reset("badges", "House") == 1
    assert store.of(ada) is None
    assert store.of(bob) is not None
    assert store.reset("badges") == 1
    assert store.inside("badges") == ()


def test_whereabouts_survive_a_restart(
    store: WhereaboutsStore, ada: str, database: Database, path: Path, key: Key
) -> None:
    """Else everybody inside would be locked in, or might come in twice."""
    store.note(ada, Stay("House", NOON, "front"))
    database.close()
    with open_collection(path, key) as reopened:
        presence = WhereaboutsStore(reopened).of(ada)
    assert presence is not None
    assert presence.area == "House"


def test_moving_is_no_change_to_a_doors_copy(
    store: WhereaboutsStore, ada: str, gallery: Gallery, database: Database
) -> None:
    """A thousand people who come to work are not copied anew for it."""
    gallery.refresh()
    before = database.rows("SELECT * FROM changes")
    store.note(ada, Stay("House", NOON, "front"))
    assert database.rows("SELECT * FROM changes") == before


@pytest.mark.parametrize("first", ["ada", "twice"])
def test_whoever_is_merged_is_where_she_was_seen_last(
    store: WhereaboutsStore, people: People, ada: str, first: str
) -> None:
    """Under whichever of the two names."""
    twice = people.enroll("badges", NewPerson("Augusta")).person_id
    earlier, later = NOON, NOON + timedelta(hours=1)
    store.note(ada, Stay("House", earlier if first == "ada" else later, "front"))
    store.note(twice, Stay("Vault", later if first == "ada" else earlier, "vault"))
    people.merge(ada, twice)
    presence = store.of(ada)
    assert presence is not None
    assert presence.area == ("Vault" if first == "ada" else "House")
    assert len(store.inside("badges")) == 1
