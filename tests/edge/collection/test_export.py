"""What a person is given when she asks what is stored about her."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from edge.access.whereabouts import Stay
from edge.collection.memberships import Memberships
from edge.collection.people import Consent, NewPerson, People
from edge.collection.pins import Pins
from edge.collection.whereabouts import WhereaboutsStore
from edge.domain import Badge
from edge.errors import NotFoundError
from edge.storage.database import Database
from edge.storage.key import Key
from tests.edge.collection.conftest import FaceMaker
from tests.edge.collection.test_people import NOON


def test_everything_is_in_it(people: People, make_face: FaceMaker) -> None:
    """Names, numbers, times, consent, badges, and each face with its vector bit for bit."""
    faces = [make_face(external_image_id="a.jpg"), make_face()]
    told = NewPerson(
        "Zoë", external_id="HR-7", valid_until=NOON, retention_until=NOON,
        consent=Consent("v1", NOON, "paper"),
    )  # fmt: skip
    zoe = people.enroll("badges", told, faces, [Badge("7001", revoked_at=NOON)])

    document = json.loads(people.export(zoe.person_id).to_json())

    person = document["person"]
    assert (person["name"], person["external_id"]) == ("Zoë", "HR-7")
    assert person["valid_until"] == person["retention_until"] == NOON.isoformat()
    assert person["consent"] == {
        "text_version": "v1", "agreed_at": NOON.isoformat(), "method": "paper",
    }  # fmt: skip
    assert person["badges"][0]["number"] == "7001"
    vectors = {
        np.frombuffer(base64.b64decode(face["vector"]), "<f4").tobytes()
        for face in document["faces"]
    }
    assert vectors == {face.embedding.vector.tobytes() for face in faces}
    assert {face["stored"]["external_image_id"] for face in document["faces"]} == {"a.jpg", None}
    assert len(base64.b64decode(document["searched_vector"])) == 4 * 128
    assert "No picture" in document["note"]


def test_groups_are_told_and_that_there_is_a_pin(
    people: People, database: Database, key: Key
) -> None:
    """Where she is, too; but nothing from which the PIN could be found."""
    zoe = people.enroll("badges", NewPerson("Zoë")).person_id
    nothing = json.loads(people.export(zoe).to_json())
    assert nothing["person"]["groups"] == []
    assert nothing["pin_changed_at"] is nothing["pin_for_duress"] is nothing["whereabouts"] is None

    Memberships(database).change(zoe, add=["Staff", "Guards"])
    Pins(database, key).set(zoe, "590372", duress="815946", at=NOON)
    WhereaboutsStore(database).note(zoe, Stay("House", NOON, "front"))
    text = people.export(zoe).to_json()

    document = json.loads(text)
    assert document["person"]["groups"] == ["Guards", "Staff"]
    assert document["person"]["has_pin"] is True
    assert (document["pin_changed_at"], document["pin_for_duress"]) == (NOON.isoformat(), True)
    assert document["whereabouts"]["area"] == "House"
    (kept,) = database.rows("SELECT salt, hash, duress_hash FROM pins")
    for secret in (b"590372", b"815946", *map(bytes, kept)):
        for form in (secret.hex(), base64.b64encode(secret).decode(), secret.decode("latin-1")):
            assert form not in text


def test_every_column_about_a_person_is_exported(people: People, database: Database) -> None:
    """A column that is added one day must not be forgotten here."""
    not_told = {"row", "collection", "sort_name", "vector"}
    columns = {name for _, name, *_ in database.rows("PRAGMA table_info(people)")} - not_told
    zoe = people.enroll("badges", NewPerson("Zoë", consent=Consent("v1", NOON, "paper")))

    document = json.loads(people.export(zoe.person_id).to_json())
    person = document["person"]

    exported = {*document, *person} | {f"consent_{name}" for name in person["consent"]}
    assert columns <= exported


def test_nobody_is_not_exported(people: People) -> None:
    """Who was erased has nothing to be given."""
    with pytest.raises(NotFoundError):
        people.export("nobody")
