from __future__ import annotations

from datetime import UTC, datetime

import pytest

from edge.collection.collections import Collections
from edge.collection.faces import Faces
from edge.collection.people import NewPerson, People
from edge.domain import Badge, ModelId
from edge.errors import (
    AlreadyExistsError,
    CollectionError,
    ConstraintError,
    ModelMismatchError,
    NotFoundError,
)
from edge.storage.database import Database
from tests.edge.collection.conftest import FaceMaker


def test_a_new_collection_is_empty(collections: Collections, model: ModelId) -> None:
    """It knows its model, its dimension and when it was made."""
    before = datetime.now(UTC)

    made = collections.create("visitors", model=model, dimension=128)

    assert made == collections.describe("visitors")
    assert (made.model, made.dimension, made.faces, made.people) == (model, 128, 0, 0)
    assert before <= made.created_at <= datetime.now(UTC)


@pytest.mark.parametrize("name", ["a", "Z" * 255, "visitors_2026.v1-b", "0", "..", "-"])
def test_names_that_rekognition_allows(collections: Collections, model: ModelId, name: str) -> None:
    """1 to 255 letters, digits, underscores, dots and hyphens."""
    assert collections.create(name, model=model, dimension=128).collection_id == name


@pytest.mark.parametrize(
    "name", ["", "Z" * 256, "a b", "a/b", "é", "a\n", "a\0b", "a'; DROP TABLE people; --", "%"]
)
def test_names_that_rekognition_refuses(
    collections: Collections, model: ModelId, name: str
) -> None:
    """Nothing is made of them."""
    with pytest.raises(CollectionError, match="cannot name a collection"):
        collections.create(name, model=model, dimension=128)

    assert [each.collection_id for each in collections.list()] == ["badges"]


@pytest.mark.parametrize("name", ["", "Z" * 256, "a b", "é", "a/b"])
def test_the_database_refuses_those_names_too(database: Database, name: str) -> None:
    """Also from somebody who does not ask the code above it."""
    with pytest.raises(ConstraintError, match="collection_id_form"):
        database.execute(
            "INSERT INTO collections (collection_id, model_name, model_digest, dimension,"
            " created_at) VALUES (?, 'm', 'd', 128, '')",
            (name,),
        )


def test_a_name_exists_once(collections: Collections, model: ModelId) -> None:
    """The second maker is told."""
    with pytest.raises(AlreadyExistsError, match="badges exists already"):
        collections.create("badges", model=model, dimension=128)


def test_names_differ_by_case(collections: Collections, model: ModelId) -> None:
    """As in Rekognition."""
    collections.create("Badges", model=model, dimension=128)

    assert [each.collection_id for each in collections.list()] == ["Badges", "badges"]


@pytest.mark.parametrize("dimension", [0, -1, 8193])
def test_a_dimension_without_sense_is_refused(
    collections: Collections, model: ModelId, dimension: int
) -> None:
    """No vector has it."""
    with pytest.raises(CollectionError, match="dimension"):
        collections.create("odd", model=model, dimension=dimension)


def test_ensuring_makes_or_finds(collections: Collections, model: ModelId) -> None:
    """Every program may begin with it."""
    made = collections.ensure("staff", model=model, dimension=128)

    assert collections.ensure("staff", model=model, dimension=128) == made


def test_a_collection_is_of_one_model(collections: Collections, model: ModelId) -> None:
    """The digest counts, not the name alone: retrained, it is another."""
    with pytest.raises(ModelMismatchError, match=r"sface.*not of sface.*new collection"):
        collections.ensure("badges", model=ModelId("sface", "b2" * 32), dimension=128)


def test_a_collections_model_never_changes(database: Database) -> None:
    """Its vectors would be compared with strangers' measures."""
    with pytest.raises(ConstraintError, match="collection_fixed"):
        database.execute("UPDATE collections SET model_digest = 'other'")


def test_an_unknown_collection_is_told(
    collections: Collections, people: People, faces: Faces, make_face: FaceMaker
) -> None:
    """By every operation that names one."""
    for ask in (
        lambda: collections.describe("nobody"),
        lambda: collections.delete("nobody"),
        lambda: people.enroll("nobody", NewPerson("A")),
        lambda: people.list("nobody"),
        lambda: people.find("nobody", "x"),
        lambda: faces.index("nobody", [make_face()]),
        lambda: faces.list("nobody"),
        lambda: faces.delete("nobody", ["x"]),
    ):
        with pytest.raises(NotFoundError, match="no collection nobody"):
            ask()


def test_deleting_takes_everybody_in_it_and_nobody_else(
    collections: Collections,
    people: People,
    faces: Faces,
    model: ModelId,
    make_face: FaceMaker,
    database: Database,
) -> None:
    """People, faces with and without a person, badges."""
    collections.create("visitors", model=model, dimension=128)
    kept = people.enroll("badges", NewPerson("Kept"), [make_face()], [Badge("1")])
    people.enroll("visitors", NewPerson("Gone"), [make_face(), make_face()], [Badge("1")])
    faces.index("visitors", [make_face()])

    gone = collections.delete("visitors")

    assert (gone.people, gone.faces) == (1, 3)
    assert [each.collection_id for each in collections.list()] == ["badges"]
    assert people.list("badges") == (kept,)
    for table, rows in (("people", 1), ("faces", 1), ("badges", 1)):
        assert database.row(f"SELECT count(*) FROM {table}") == (rows,)  # noqa: S608 - a constant
    database.check_integrity()
