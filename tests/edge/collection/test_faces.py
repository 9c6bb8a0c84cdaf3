from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from edge.collection.collections import Collections
from edge.collection.faces import Faces, NewFace
from edge.collection.people import NewPerson, People
from edge.domain import Embedding, ModelId, QualityReason, fuse
from edge.errors import CollectionError, ModelMismatchError, NotFoundError
from edge.storage.database import Database
from tests.edge.collection.conftest import EmbeddingMaker, FaceMaker


def _fused(database: Database, person_id: str) -> bytes | None:
    row = database.row("SELECT vector FROM people WHERE person_id = ?", (person_id,))
    assert row is not None
    return None if row[0] is None else bytes(row[0])


def test_what_is_indexed_comes_back(faces: Faces, make_face: FaceMaker, model: ModelId) -> None:
    """Box, quality and reasons as measured; the model that made the vector."""
    face = make_face(external_image_id="staff:ada_1.jpg")
    poor = dataclasses.replace(
        face,
        quality=dataclasses.replace(
            face.quality, reasons=(QualityReason.LOW_SHARPNESS, QualityReason.EXTREME_POSE)
        ),
        external_image_id=None,
    )

    good, bad = faces.index("badges", [face, poor])

    assert (good.box, good.confidence, good.quality) == (face.box, face.confidence, face.quality)
    assert (good.external_image_id, good.person_id) == ("staff:ada_1.jpg", None)
    assert (good.collection_id, good.model) == ("badges", model)
    assert bad.quality.reasons == poor.quality.reasons
    assert faces.get(good.face_id) == good


def test_a_vector_comes_back_bit_for_bit(faces: Faces, make_face: FaceMaker) -> None:
    """What was measured is what is compared."""
    face = make_face()

    (stored,) = faces.index("badges", [face])

    embedding = faces.embedding(stored.face_id)
    assert embedding.vector.tobytes() == face.embedding.vector.tobytes()
    assert embedding.model == face.embedding.model


def test_faces_are_indexed_all_or_none(
    faces: Faces, make_face: FaceMaker, collections: Collections
) -> None:
    """One malformed among good ones refuses them all."""
    with pytest.raises(CollectionError, match="external image id"):
        faces.index("badges", [make_face(), make_face(external_image_id="a b")])

    assert collections.describe("badges").faces == 0


@pytest.mark.parametrize("image", ["", "a b", "a/b", "é", "x" * 256])
def test_external_image_ids_as_in_rekognition(
    faces: Faces, make_face: FaceMaker, image: str
) -> None:
    """1 to 255 letters, digits, _ . - and :."""
    with pytest.raises(CollectionError, match="cannot be an external image id"):
        faces.index("badges", [make_face(external_image_id=image)])


def test_vectors_of_another_model_are_refused(
    faces: Faces, make_face: FaceMaker, make_embedding: EmbeddingMaker
) -> None:
    """The same network retrained is another model."""
    other = dataclasses.replace(make_embedding(), model=ModelId("sface", "b2" * 32))

    with pytest.raises(ModelMismatchError, match="not of sface"):
        faces.index("badges", [make_face(other)])


def test_vectors_of_another_length_are_refused(
    faces: Faces, make_face: FaceMaker, model: ModelId
) -> None:
    """They could not be compared."""
    short = Embedding(np.eye(64, dtype=np.float32)[0], model)

    with pytest.raises(ModelMismatchError, match="128 numbers, not 64"):
        faces.index("badges", [make_face(short)])


def test_faces_are_listed_page_by_page(faces: Faces, people: People, make_face: FaceMaker) -> None:
    """By id; all of a collection or those of one person."""
    alone = faces.index("badges", [make_face() for _ in range(5)])
    person = people.enroll("badges", NewPerson("Ada"), [make_face(), make_face()])

    pages, after = [], None
    while page := faces.list("badges", after=after, limit=3):
        pages.append(page)
        after = page[-1].face_id

    listed = [face for page in pages for face in page]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [face.face_id for face in listed] == sorted({face.face_id for face in listed})
    assert {face.face_id for face in alone} < {face.face_id for face in listed}
    of_ada = faces.list("badges", person_id=person.person_id)
    assert {face.person_id for face in of_ada} == {person.person_id}
    assert len(of_ada) == 2


def test_deleting_returns_what_was_there(faces: Faces, make_face: FaceMaker) -> None:
    """Unknown and repeated ids are passed over, as in Rekognition."""
    one, two = faces.index("badges", [make_face(), make_face()])

    deleted = faces.delete("badges", [two.face_id, "nothing", two.face_id])

    assert deleted == (two.face_id,)
    assert faces.list("badges") == (one,)
    for ask in (faces.get, faces.embedding):
        with pytest.raises(NotFoundError):
            ask(two.face_id)


def test_a_face_of_another_collection_is_not_deleted(
    faces: Faces, collections: Collections, model: ModelId, make_face: FaceMaker
) -> None:
    """Rights to one collection are none to another."""
    collections.create("visitors", model=model, dimension=128)
    (face,) = faces.index("visitors", [make_face()])

    assert faces.delete("badges", [face.face_id]) == ()
    assert faces.list("visitors") == (face,)


def test_the_fused_vector_is_the_weighted_mean_of_the_faces(
    people: People, database: Database, make_face: FaceMaker
) -> None:
    """After enrolling and after every addition."""
    first = [make_face(weight=0.9), make_face(weight=0.2)]
    more = [make_face(weight=0.5)]
    person = people.enroll("badges", NewPerson("Ada"), first)
    assert _fused(database, person.person_id) == _mean(first)

    people.add_faces(person.person_id, more)

    assert _fused(database, person.person_id) == _mean(first + more)


def test_the_fused_vector_follows_deleted_faces(
    people: People, faces: Faces, database: Database, make_face: FaceMaker
) -> None:
    """Down to nobody to compare with."""
    kept, gone = make_face(), make_face()
    person = people.enroll("badges", NewPerson("Ada"), [kept, gone])
    ids = {
        faces.embedding(face.face_id).vector.tobytes(): face.face_id
        for face in faces.list("badges", person_id=person.person_id)
    }

    faces.delete("badges", [ids[gone.embedding.vector.tobytes()]])
    assert _fused(database, person.person_id) == _mean([kept])

    faces.delete("badges", [ids[kept.embedding.vector.tobytes()]])
    assert _fused(database, person.person_id) is None


def test_faces_without_any_weight_have_a_mean_too(
    people: People, database: Database, make_face: FaceMaker
) -> None:
    """The worst photos are still somebody's."""
    worst = [make_face(weight=0.0), make_face(weight=0.0)]

    person = people.enroll("badges", NewPerson("Ada"), worst)

    fused = _fused(database, person.person_id)
    assert fused is not None
    assert np.allclose(
        np.frombuffer(fused, np.float32), fuse([face.embedding for face in worst]).vector
    )


def _mean(faces: list[NewFace]) -> bytes:
    return fuse(
        [face.embedding for face in faces], [face.quality.weight for face in faces]
    ).vector.tobytes()
