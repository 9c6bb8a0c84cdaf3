from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.faces import Faces
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.domain import Badge, Credentials, Embedding, ModelId, fuse, normalized
from edge.errors import CollectionError, ModelMismatchError, NotFoundError, StorageError
from edge.storage.database import Database
from edge.storage.key import Key
from tests.edge.collection.conftest import CALIBRATION, MODEL, EmbeddingMaker, FaceMaker

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_an_empty_gallery_knows_nobody(gallery: Gallery, make_embedding: EmbeddingMaker) -> None:
    """Nothing is found, and that is no error."""
    assert gallery.search_people(make_embedding()) == ()
    assert gallery.candidates(make_embedding()) == ()
    assert gallery.search_faces(make_embedding(), limit=10) == ()
    assert (gallery.people_count, gallery.face_count) == (0, 0)


def test_the_person_is_found_among_others(
    gallery: Gallery, people: People, make_face: FaceMaker, make_embedding: EmbeddingMaker
) -> None:
    """With the cosine of the vectors and the similarity of the calibration."""
    face = make_embedding()
    ada = people.enroll("badges", NewPerson("Ada"), [make_face(face)])
    for _ in range(20):
        people.enroll("badges", NewPerson("Somebody"), [make_face()])
    probe = make_embedding(near=face, cosine=0.7)

    best, second = gallery.search_people(probe)

    assert best.person_id == ada.person_id
    assert best.cosine == pytest.approx(0.7, abs=1e-6)
    assert best.similarity == CALIBRATION.similarity(best.cosine)
    assert second.cosine < best.cosine


def test_a_person_is_compared_by_all_her_faces_together(
    gallery: Gallery, people: People, make_face: FaceMaker, make_embedding: EmbeddingMaker
) -> None:
    """More alike than her faces are on average, less than their mean; the best promises nothing."""
    probe = make_embedding()
    photos = [make_embedding(near=probe, cosine=cosine) for cosine in (0.4, 0.6, 0.8)]
    people.enroll("badges", NewPerson("Ada"), [make_face(photo) for photo in photos])
    fused = fuse(photos)

    (match,) = gallery.search_people(probe)

    assert match.cosine == pytest.approx(fused.cosine(probe), abs=1e-5)
    assert 0.6 < match.cosine < float(fused.vector @ probe.vector)
    assert gallery.people_count == 1
    assert gallery.face_count == 3


def test_who_is_most_alike_is_found_among_people_whose_faces_agree_more_or_less(
    gallery: Gallery, people: People, make_face: FaceMaker, make_embedding: EmbeddingMaker
) -> None:
    """The nearest by angle may be the less alike: what counts is the mean over the faces."""
    centre = make_embedding()
    enrolled = {}
    for noise in (0.95, 0.7, 0.5, 0.35, 0.3, 0.25):
        photos = [make_embedding(near=centre, cosine=noise) for _ in range(3)]
        person = people.enroll("badges", NewPerson("Ada"), [make_face(photo) for photo in photos])
        enrolled[person.person_id] = fuse(photos)
    probe = fuse([make_embedding(near=centre, cosine=0.8) for _ in range(4)])

    found = gallery.search_people(probe, limit=len(enrolled))

    expected = sorted(enrolled, key=lambda each: -enrolled[each].cosine(probe))
    assert [match.person_id for match in found] == expected
    for match in found:
        assert match.cosine == pytest.approx(enrolled[match.person_id].cosine(probe), abs=1e-5)
        assert gallery.compare(match.person_id, probe).cosine == pytest.approx(match.cosine)


def test_faces_are_found_with_whose_they_are(
    gallery: Gallery,
    people: People,
    faces: Faces,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
) -> None:
    """Also those of nobody; those less alike than the threshold are left out."""
    probe = make_embedding()
    ada = people.enroll(
        "badges", NewPerson("Ada"), [make_face(make_embedding(near=probe, cosine=0.9))]
    )
    (alone,) = faces.index(
        "badges",
        [make_face(make_embedding(near=probe, cosine=0.8), external_image_id="alone.jpg")],
    )
    faces.index("badges", [make_face(make_embedding(near=probe, cosine=0.1))])

    found = gallery.search_faces(probe, limit=10)
    similar = gallery.search_faces(probe, limit=10, threshold=99.0)

    assert len(found) == 3
    assert similar == found[:2]
    assert similar[0].person_id == ada.person_id
    assert (similar[1].face_id, similar[1].person_id) == (alone.face_id, None)
    assert similar[1].external_image_id == "alone.jpg"
    assert gallery.search_faces(probe, limit=1) == found[:1]


def test_comparing_with_one_person_agrees_with_searching(
    gallery: Gallery, people: People, make_face: FaceMaker, make_embedding: EmbeddingMaker
) -> None:
    """1:1 and 1:N give the same number, to the last bit."""
    probe = make_embedding()
    for _ in range(5):
        people.enroll("badges", NewPerson("Somebody"), [make_face()])

    for match in gallery.search_people(probe, limit=5):
        assert gallery.compare(match.person_id, probe) == match


def test_nobody_cannot_be_compared(
    gallery: Gallery, people: People, make_embedding: EmbeddingMaker
) -> None:
    """Neither somebody unknown nor somebody without a face."""
    faceless = people.enroll("badges", NewPerson("Ada"), badges=[Badge("1")])

    for person_id in ("nobody", faceless.person_id):
        with pytest.raises(NotFoundError, match="no face of a person"):
            gallery.compare(person_id, make_embedding())
    for ask in (gallery.credentials, gallery.name_of):
        with pytest.raises(NotFoundError, match="no person nobody"):
            ask("nobody")


def test_a_person_without_a_face_counts_for_no_stranger(gallery: Gallery, people: People) -> None:
    """The threshold of a gallery counts those a stranger could be taken for."""
    people.enroll("badges", NewPerson("Ada"), badges=[Badge("1")])

    assert gallery.people_count == 0


def test_a_candidate_brings_what_it_may_show(
    gallery: Gallery, people: People, make_face: FaceMaker, make_embedding: EmbeddingMaker
) -> None:
    """Validity of the person and of every badge, for the decision."""
    face = make_embedding()
    badges = (
        Badge("1", NOON, NOON + timedelta(days=1), NOON + timedelta(hours=1)),
        Badge("2"),
    )
    ada = people.enroll(
        "badges", NewPerson("Ada", valid_from=NOON, valid_until=NOON), [make_face(face)], badges
    )

    (candidate,) = gallery.candidates(face)

    expected = Credentials(ada.person_id, NOON, NOON, badges)
    assert candidate.credentials == expected == gallery.credentials(ada.person_id)
    assert gallery.name_of(ada.person_id) == "Ada"


def test_equally_alike_people_come_in_one_order(
    gallery: Gallery, people: People, make_face: FaceMaker, make_embedding: EmbeddingMaker
) -> None:
    """By id, also where the limit cuts through them: sqlite-vec's own order is that of chance."""
    photo = make_embedding()
    nearer = people.enroll("badges", NewPerson("Nearer"), [make_face(photo)])
    twins = make_embedding(near=photo, cosine=0.5)
    ids = sorted(
        people.enroll("badges", NewPerson(f"Twin {number}"), [make_face(twins)]).person_id
        for number in range(30)
    )

    for limit in (2, 3, 16, 31):
        found = [match.person_id for match in gallery.search_people(photo, limit=limit)]
        assert found == [nearer.person_id, *ids[: limit - 1]]


def test_another_models_vector_finds_nobody(
    gallery: Gallery, people: People, make_face: FaceMaker, make_embedding: EmbeddingMaker
) -> None:
    """It is an error: its nearest neighbour would be anybody."""
    ada = people.enroll("badges", NewPerson("Ada"), [make_face()])
    other = dataclasses.replace(make_embedding(), model=ModelId("sface", "b2" * 32))
    short = Embedding(np.eye(64, dtype=np.float32)[0], MODEL)

    for probe in (other, short):
        for ask in (
            gallery.search_people,
            lambda probe: gallery.search_faces(probe, limit=1),
            lambda probe: gallery.compare(ada.person_id, probe),
        ):
            with pytest.raises(ModelMismatchError):
                ask(probe)


@pytest.mark.parametrize("limit", [0, -1, 4097])
def test_a_limit_that_sqlite_vec_cannot_serve_is_refused(
    gallery: Gallery, make_embedding: EmbeddingMaker, limit: int
) -> None:
    """1 to 4096, as in Rekognition."""
    with pytest.raises(CollectionError, match="1 to 4096"):
        gallery.search_people(make_embedding(), limit=limit)
    with pytest.raises(CollectionError, match="1 to 4096"):
        gallery.search_faces(make_embedding(), limit=limit)


def test_a_gallery_needs_its_collection(database: Database, path: Path, key: Key) -> None:
    """And its key, and its file."""
    with pytest.raises(NotFoundError):
        Gallery(path, key, "nobody", calibration=CALIBRATION)
    with pytest.raises(StorageError, match="key does not open"):
        Gallery(path, Key.random(), "badges", calibration=CALIBRATION)
    with pytest.raises(StorageError, match="is gone"):
        Gallery(path / "no", key, "badges", calibration=CALIBRATION)


def test_collections_do_not_mix(
    gallery: Gallery,
    people: People,
    collections: Collections,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
) -> None:
    """A visitor is nobody at the staff's door."""
    collections.create("visitors", model=MODEL, dimension=128)
    face = make_embedding()
    people.enroll("visitors", NewPerson("Visitor"), [make_face(face)])

    assert gallery.search_people(face) == ()
    assert gallery.search_faces(face, limit=1) == ()


numbers = st.floats(-1, 1, width=32)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.tuples(numbers, numbers, numbers, numbers), min_size=1, max_size=30),
    probe=st.tuples(numbers, numbers, numbers, numbers),
    limit=st.integers(1, 12),
)
def test_search_agrees_with_the_definition(
    tmp_path_factory: pytest.TempPathFactory,
    make_face: FaceMaker,
    rows: list[tuple[float, ...]],
    probe: tuple[float, ...],
    limit: int,
) -> None:
    """The nearest are those with the largest dot product, ties and duplicates included."""
    path, key = tmp_path_factory.mktemp("gallery") / "c.db", Key.random()
    vectors = [_unit(row) for row in rows]
    with _stored(path, key, vectors, make_face) as database:
        with Gallery(path, key, "small", calibration=CALIBRATION) as gallery:
            found = gallery.search_faces(_unit(probe), limit=limit)
        faces = Faces(database)
        cosines = sorted(
            (
                float(faces.embedding(face.face_id).vector @ _unit(probe).vector)
                for face in faces.list("small")
            ),
            reverse=True,
        )

    assert [match.cosine for match in found] == pytest.approx(cosines[:limit], abs=2e-6)
    assert found == tuple(sorted(found, key=lambda match: (-match.cosine, match.face_id)))


def _unit(row: tuple[float, ...]) -> Embedding:
    vector = np.array(row, dtype=np.float32)
    if np.linalg.norm(vector) < 1e-3:
        vector = np.array([1, 0, 0, 0], dtype=np.float32)
    return normalized(vector, MODEL)


def _stored(path: Path, key: Key, vectors: list[Embedding], make_face: FaceMaker) -> Database:
    database = open_collection(path, key)
    Collections(database).create("small", model=MODEL, dimension=4)
    Faces(database).index("small", [make_face(vector) for vector in vectors])
    return database
