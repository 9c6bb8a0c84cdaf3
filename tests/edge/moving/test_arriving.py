"""Whom another device's file brings, whom not, and what is written of it; made-up faces."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.audit import Audit, EventKind
from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.faces import NewFace
from edge.collection.memberships import Memberships
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.domain import Badge, Box, Embedding, ModelId, Pose, Quality, normalized
from edge.errors import AuditError, CollectionError, KeyFileError, ModelMismatchError
from edge.moving.arriving import Arrivals, Fate
from edge.moving.document import MovedPeople
from edge.moving.leaving import people_of
from edge.similarity import Calibration
from edge.storage.database import Database
from edge.storage.key import Key
from edge.storage.passphrase import seal_with_passphrase, unseal_with_passphrase

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MODEL = ModelId("sface", "a1" * 32)
CALIBRATION = Calibration((-0.2, 0.305, 0.511, 0.8), (-0.01, -2.0, -5.0, -9.0), "made up for tests")


@dataclass(frozen=True, slots=True)
class Device:
    """One device: its collection and its record."""

    database: Database
    audit: Audit
    gallery: Gallery

    @property
    def people(self) -> People:
        return People(self.database)

    @property
    def leaving(self) -> MovedPeople:
        return people_of(self.database, "badges", site="Lighthouse", now=NOW)

    @property
    def arrivals(self) -> Arrivals:
        return Arrivals(
            database=self.database,
            gallery=self.gallery,
            audit=self.audit,
            collection_id="badges",
            clock=lambda: NOW,
            actor="user test",
        )

    @property
    def ids(self) -> set[str]:
        return {person.person_id for person in self.people.list("badges")}


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Callable[[str], Device]]:
    """Give a function that makes devices by name."""
    opened: list[Device] = []

    def make(name: str) -> Device:
        key, folder = Key.random(), tmp_path / name
        database = open_collection(folder / "collection.db", key)
        Collections(database).create("badges", model=MODEL, dimension=8)
        gallery = Gallery(folder / "collection.db", key, "badges", calibration=CALIBRATION)
        opened.append(Device(database, Audit(folder / "audit.db", key), gallery))
        return opened[-1]

    yield make
    for each in opened:
        each.gallery.close()
        each.audit.close()
        each.database.close()


def face(*numbers: float) -> NewFace:
    """Return a face whose vector points along *numbers*."""
    vector = np.zeros(8, dtype=np.float32)
    vector[: len(numbers)] = numbers
    return face_of(normalized(vector, MODEL))


def face_of(embedding: Embedding) -> NewFace:
    """Return a face with this vector."""
    quality = Quality(80.5, 60.25, Pose(-3.5, 4.25, 0.5), 112.0, 0.125, 0.8)
    return NewFace(embedding, Box(0.25, 0.125, 0.5, 0.75), 99.5, quality)


def test_marks_suspensions_and_revoked_badges_come_along(device: Callable[[str], Device]) -> None:
    """Twins who were told apart are told apart there, too, and nothing opens that did not."""
    here, there = device("here"), device("there")
    ada = here.people.enroll(
        "badges", NewPerson("Ada"), [face(1, 0.1)], [Badge("1", revoked_at=NOW)]
    )
    bea = here.people.enroll("badges", NewPerson("Bea"), [face(1)], [Badge("2", duress=True)])
    here.people.mark_look_alikes(ada.person_id, bea.person_id, 99.95)
    here.people.suspend(bea.person_id, NOW)
    Memberships(here.database).change(ada.person_id, add=["Staff"])

    arrival = there.arrivals.take_in(MovedPeople.from_json(here.leaving.to_json()))

    assert (arrival.stored, arrival.words) == (True, "2 taken in, 0 here already, 0 refused")
    for person_id in (ada.person_id, bea.person_id):
        before, after = here.people.get(person_id), there.people.get(person_id)
        assert after == replace(before, created_at=after.created_at, version=after.version)
    assert [entry.event.kind for entry in there.audit.entries()] == [
        EventKind.ENROLLED,
        EventKind.ENROLLED,
        EventKind.PEOPLE_IMPORTED,
    ]


def test_a_twin_who_comes_later_is_marked(device: Callable[[str], Device]) -> None:
    """One of two who were told apart is there already: the mark is made when the other comes."""
    here, there = device("here"), device("there")
    ada = here.people.enroll("badges", NewPerson("Ada"), [face(1, 0.1)], [])
    there.arrivals.take_in(here.leaving)
    bea = here.people.enroll("badges", NewPerson("Bea"), [face(1)], [])
    assert there.arrivals.take_in(here.leaving).count(Fate.REFUSED) == 1
    here.people.mark_look_alikes(ada.person_id, bea.person_id, 99.95)

    arrival = there.arrivals.take_in(here.leaving)

    assert arrival.words == "1 taken in, 1 here already, 0 refused"
    assert there.people.get(ada.person_id).look_alikes == (bea.person_id,)


def test_who_is_here_stays_as_she_is_here(device: Callable[[str], Device]) -> None:
    """A file that was made before somebody was suspended does not let her in again."""
    here, there = device("here"), device("there")
    ada = here.people.enroll("badges", NewPerson("Ada"), [face(1)], [Badge("1")])
    file = here.leaving
    there.arrivals.take_in(file)
    there.people.suspend(ada.person_id, NOW)

    assert there.arrivals.take_in(file).words == "0 taken in, 1 here already, 0 refused"
    assert there.people.get(ada.person_id).suspended_at == NOW


@pytest.mark.parametrize("changed", [{"model_digest": "b2" * 32}, {"model_name": "other"}])
def test_vectors_of_another_embedder_are_refused(
    device: Callable[[str], Device], changed: dict[str, str]
) -> None:
    """Of another name, or another file of the same name; it says what to do."""
    here, there = device("here"), device("there")
    here.people.enroll("badges", NewPerson("Ada"), [face(1)], [])
    other = MovedPeople.from_json(json.dumps(json.loads(here.leaving.to_json()) | changed).encode())

    with pytest.raises(ModelMismatchError, match="same embedder"):
        there.arrivals.take_in(other)

    assert there.ids == set()


def test_all_or_nobody(device: Callable[[str], Device]) -> None:
    """Of three, one carries somebody's badge: nobody is stored, and nothing is recorded."""
    here, there = device("here"), device("there")
    for number, name in enumerate(("Ada", "Bea", "Cy"), start=1):
        direction = [0.0] * number + [1.0]
        here.people.enroll("badges", NewPerson(name), [face(*direction)], [Badge(str(number))])
    other = there.people.enroll("badges", NewPerson("Di"), [], [Badge("2")])

    arrival = there.arrivals.take_in(here.leaving)

    assert not arrival.stored
    assert arrival.words == "2 taken in, 0 here already, 1 refused"
    assert there.ids == {other.person_id}
    assert not there.gallery.people_count
    assert not list(there.audit.entries())


def test_nobody_comes_unrecorded(device: Callable[[str], Device]) -> None:
    """Where the record cannot be written, nobody is taken in."""
    here, there = device("here"), device("there")
    here.people.enroll("badges", NewPerson("Ada"), [face(1)], [])
    there.audit.close()

    with pytest.raises(AuditError):
        there.arrivals.take_in(here.leaving)

    assert there.ids == set()


def test_whose_time_has_come_neither_leaves_nor_arrives(device: Callable[[str], Device]) -> None:
    """A file that lay around for too long brings nobody back."""
    here, there = device("here"), device("there")
    soon = NewPerson("Ada", retention_until=NOW + timedelta(days=1))
    here.people.enroll("badges", soon, [face(1)], [])
    here.people.enroll("badges", NewPerson("Bea", retention_until=NOW), [face(0, 1)], [])
    file = here.leaving
    assert [person.name for person in file.people] == ["Ada"]
    later = Arrivals(
        database=there.database,
        gallery=there.gallery,
        audit=there.audit,
        collection_id="badges",
        clock=lambda: NOW + timedelta(days=2),
        actor="user test",
    )

    (refused,) = later.take_in(file).refused

    assert refused.reason == "she may not be kept any longer"


def test_somebody_of_another_collection_is_not_doubled(device: Callable[[str], Device]) -> None:
    """An id is somebody's on the whole device."""
    here, there = device("here"), device("there")
    ada = here.people.enroll("badges", NewPerson("Ada"), [face(1)], [])
    Collections(there.database).create("visitors", model=MODEL, dimension=8)
    there.people.enroll("visitors", NewPerson("Ada"), [face(1)], [], person_id=ada.person_id)

    (refused,) = there.arrivals.take_in(here.leaving).refused

    assert "collection visitors" in refused.reason


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        ({"format": 2}, "another format"),
        ({"format": 2, "new": True}, "another format"),
        ({"dimension": 0}, "dimension is not as it should be"),
        ({"people": [{"name": "Secret"}]}, "people.0"),
        ({"surprise": "Secret"}, "surprise"),
    ],
)
def test_what_a_newer_or_another_program_wrote_is_told_without_its_values(
    device: Callable[[str], Device], spoilt: dict[str, object], words: str
) -> None:
    """Whoever reads the message learns where, and nothing of what."""
    content = json.dumps(json.loads(device("here").leaving.to_json()) | spoilt).encode()

    with pytest.raises(CollectionError, match=words) as refused:
        MovedPeople.from_json(content)

    assert "Secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_somebody_twice_is_no_file_of_ours(device: Callable[[str], Device]) -> None:
    """An id stands once."""
    here = device("here")
    here.people.enroll("badges", NewPerson("Ada"), [face(1)], [])
    moved = here.leaving

    with pytest.raises(CollectionError, match="twice"):
        MovedPeople.from_json(replace(moved, people=moved.people * 2).to_json())


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.binary(max_size=200), cut=st.integers(min_value=1, max_value=300))
def test_a_sealed_file_opens_whole_or_not_at_all(content: bytes, cut: int) -> None:
    """Whatever is in it, and wherever it was cut or changed."""
    sealed = seal_with_passphrase("four random words", content)
    assert unseal_with_passphrase(" four random words\n", sealed) == content
    at = cut % len(sealed)
    for spoilt in (sealed[:at], sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]):
        with pytest.raises(KeyFileError):
            unseal_with_passphrase("four random words", spoilt)


def test_keyboards_may_compose_letters_as_they_like() -> None:
    """An ü is an ü, typed as one letter or as two."""
    sealed = seal_with_passphrase("viele gr\u00fcne W\u00f6rter", b"people")

    assert unseal_with_passphrase("viele gru\u0308ne Wo\u0308rter", sealed) == b"people"
