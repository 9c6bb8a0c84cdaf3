"""Two embedders side by side: what is whose, who is found by which, and what goes when; made-up faces."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from edge.collection import changeover
from edge.collection.collections import Collections, Former
from edge.collection.faces import Faces
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.domain import Embedding, ModelId, normalized
from edge.errors import (
    ConflictError,
    ConstraintError,
    ModelMismatchError,
    NotFoundError,
)
from edge.similarity import Calibration
from edge.storage.database import Database
from edge.storage.key import Key
from tests.edge.collection.conftest import CALIBRATION, MODEL, EmbeddingMaker, FaceMaker

NEW = ModelId("newer", "c3" * 32)
DIMENSION = 64
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
STRICTER = Calibration((-0.2, 0.5, 0.9), (-0.01, -2.0, -5.0), "made up for tests")
FORMER = Former("sface", MODEL, 128, NOW)


def seen(direction: int, former: Embedding | None = None) -> Embedding:
    """Return what the new embedder makes of a face, together with what the former one made of it."""
    vector = np.zeros(DIMENSION, dtype=np.float32)
    vector[direction] = 1
    return Embedding(normalized(vector, NEW).vector, NEW, former=former)


def begin(database: Database) -> None:
    """Change the collection to the new embedder."""
    changeover.begin(database, "badges", former=FORMER, model=NEW, dimension=DIMENSION)


@pytest.fixture
def both(path: Path, key: Key, database: Database) -> Iterator[Gallery]:
    """Open the gallery as a door does that was started after the beginning."""
    with Gallery(path, key, "badges", calibration=STRICTER, former=CALIBRATION) as gallery:
        yield gallery
    assert database.row("PRAGMA foreign_key_check") is None


def test_each_embedding_is_compared_with_its_own_embedders_only(
    database: Database,
    people: People,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
    both: Gallery,
) -> None:
    """One is known by the former, one by the new one; each similarity by its own calibration."""
    old = make_embedding()
    ada = people.enroll("badges", NewPerson("Ada"), [make_face(old)])
    begin(database)
    bea = people.enroll("badges", NewPerson("Bea"), [make_face(seen(0))])

    as_ada, as_bea = seen(1, old), seen(0, make_embedding())

    (best, *_) = both.search_people(as_ada, limit=1)
    assert (best.person_id, best.former) == (ada.person_id, True)
    assert best.similarity == CALIBRATION.similarity(best.cosine)
    (best, *_) = both.search_people(as_bea, limit=1)
    assert (best.person_id, best.former) == (bea.person_id, False)
    assert best.similarity == STRICTER.similarity(best.cosine)
    assert both.people_count == 2
    assert both.compare(ada.person_id, as_ada).former
    with pytest.raises(NotFoundError):
        both.compare(ada.person_id, seen(1))  # the new embedder alone knows nothing of her
    with pytest.raises(ModelMismatchError):
        both.search_people(old)


def test_whoever_has_both_counts_twice_and_is_named_once(
    database: Database,
    people: People,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
    both: Gallery,
) -> None:
    """A stranger is compared with her twice; a list of people has her by the better of the two."""
    old = make_embedding()
    ada = people.enroll("badges", NewPerson("Ada"), [make_face(old)])
    begin(database)
    people.add_faces(ada.person_id, [make_face(seen(0))])

    assert both.people_count == 2
    found = both.candidates(seen(0, make_embedding(old, 0.4)))
    assert [(each.match.person_id, each.match.former) for each in found] == [
        (ada.person_id, False),
        (ada.person_id, True),
    ]
    (match,) = both.search_people(seen(0, make_embedding(old, 0.4)))
    assert not match.former
    (match,) = both.search_people(seen(1, old))
    assert match.former


def test_no_vector_of_the_one_gets_in_among_the_others(
    database: Database, people: People, make_face: FaceMaker
) -> None:
    """Neither by the program nor by SQL."""
    ada = people.enroll("badges", NewPerson("Ada"), [make_face()])
    begin(database)

    with pytest.raises(ModelMismatchError):
        people.add_faces(ada.person_id, [make_face()])
    for statement in (
        "UPDATE people SET vector = former_vector",
        "UPDATE people SET former_vector = zeroblob(256)",
        "UPDATE former_faces SET vector = zeroblob(512)",
        """
        INSERT INTO faces SELECT row, face_id, collection, person, external_image_id, box_left,
        box_top, box_width, box_height, confidence, sharpness, brightness, yaw, pitch, roll, size,
        occlusion, weight, reasons, vector, created_at, image_id FROM former_faces
        """,
    ):
        with pytest.raises(ConstraintError):
            database.execute(statement)
    people.add_faces(ada.person_id, [make_face(seen(0))])
    with pytest.raises(ConstraintError, match="collection_fixed"):
        database.execute("UPDATE collections SET model_digest = 'other'")


def test_a_running_door_notices_the_end(
    database: Database,
    people: People,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
    both: Gallery,
) -> None:
    """From the next question on nobody is found by what was erased."""
    old = make_embedding()
    ada = people.enroll("badges", NewPerson("Ada"), [make_face(old)])
    begin(database)
    assert both.search_people(seen(0, old)) != ()

    done = changeover.finish(database, "badges")

    assert (done.missing, done.anew) == (1, 0)
    assert both.search_people(seen(0, old)) == ()
    assert both.people_count == 0
    assert people.get(ada.person_id).former_faces == 0
    with pytest.raises(ConflictError, match="not being changed"):
        changeover.finish(database, "badges")


def test_progress_tells_who_is_missing(
    database: Database, people: People, faces: Faces, make_face: FaceMaker
) -> None:
    """By name; whoever has no face at all is not missing one, and nobody's faces are counted."""
    names = ("Cy", "Bea", "Ada")
    stored = {name: people.enroll("badges", NewPerson(name), [make_face()]) for name in names}
    people.enroll("badges", NewPerson("Di", declined=True))
    faces.index("badges", [make_face(), make_face()])
    begin(database)
    people.add_faces(stored["Bea"].person_id, [make_face(seen(0))])

    progress = changeover.progress(database, "badges")

    assert (progress.missing, progress.anew, progress.orphans) == (2, 1, 2)
    assert [each.name for each in changeover.missing(database, "badges")] == ["Ada", "Cy"]
    page = people.page("badges", state="to-enroll-anew")
    assert [each.name for each in page.people] == ["Ada", "Cy"]
    assert [each.name for each in people.page("badges", state="no-face").people] == ["Di"]


def test_replacing_her_faces_replaces_those_of_before(
    database: Database,
    people: People,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
    both: Gallery,
) -> None:
    """Faces are replaced because they were wrong: then no door may know her by them."""
    wrong = make_embedding()
    ada = people.enroll("badges", NewPerson("Ada"), [make_face(wrong)])
    begin(database)

    people.replace_faces(ada.person_id, [make_face(seen(0))])

    assert people.get(ada.person_id).former_faces == 0
    assert [each.former for each in both.search_people(seen(1, wrong), limit=5)] == [False]


def test_whoever_declines_has_no_face_of_either(
    database: Database, people: People, make_face: FaceMaker, both: Gallery
) -> None:
    """Both go with the change that says so."""
    ada = people.enroll("badges", NewPerson("Ada"), [make_face()])
    begin(database)

    declined = people.update(ada.person_id, NewPerson("Ada", declined=True))

    assert (declined.faces, declined.former_faces) == (0, 0)
    assert both.people_count == 0


def test_single_faces_of_before_are_erased_by_their_ids(
    database: Database,
    people: People,
    faces: Faces,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
    both: Gallery,
) -> None:
    """Nothing lists them any more, but whoever asks that one be erased is not told that it was not."""
    old, other = make_embedding(), make_embedding()
    ada = people.enroll("badges", NewPerson("Ada"), [make_face(old), make_face(other)])
    first, second = (face.face_id for face in faces.list("badges"))
    gone = faces.embedding(first)
    begin(database)
    assert faces.list("badges") == ()

    assert faces.delete("badges", [first, "none"]) == (first,)

    assert people.get(ada.person_id).former_faces == 1
    left = other if np.array_equal(gone.vector, old.vector) else old
    assert both.compare(ada.person_id, seen(0, left)).cosine == pytest.approx(1, abs=1e-5)
    assert faces.delete("badges", [second]) == (second,)
    assert both.people_count == 0


def test_two_who_are_one_have_both_ones_faces(
    database: Database,
    people: People,
    make_face: FaceMaker,
    make_embedding: EmbeddingMaker,
    both: Gallery,
) -> None:
    """Merging hands over what the former embedder made, too."""
    old = make_embedding()
    ada = people.enroll("badges", NewPerson("Ada"), [make_face(old)])
    begin(database)
    twice = people.enroll("badges", NewPerson("A. L."), [make_face(seen(0))])

    merged = people.merge(twice.person_id, ada.person_id)

    assert (merged.faces, merged.former_faces) == (1, 1)
    assert both.compare(twice.person_id, seen(1, old)).former


def test_an_export_of_a_person_has_both(
    database: Database, people: People, make_face: FaceMaker
) -> None:
    """What is stored of her is told, as long as it is stored."""
    ada = people.enroll("badges", NewPerson("Ada"), [make_face()])
    begin(database)
    people.add_faces(ada.person_id, [make_face(seen(0))])

    export = people.export(ada.person_id)

    assert [face.stored.model for face in export.faces] == [NEW]
    assert [face.stored.model for face in export.former] == [MODEL]
    assert export.former_vector


def test_a_collection_goes_with_everything(
    database: Database,
    people: People,
    faces: Faces,
    collections: Collections,
    make_face: FaceMaker,
) -> None:
    """Of both embedders, and nobody's as well."""
    people.enroll("badges", NewPerson("Ada"), [make_face()])
    faces.index("badges", [make_face()])
    begin(database)

    collections.delete("badges")

    for table in ("former_faces", "former_embedders", "people", "faces"):
        assert database.row(f"SELECT count(*) FROM {table}") == (0,)  # noqa: S608 - constants


def test_a_change_is_refused_while_another_goes_on(database: Database, people: People) -> None:
    """Two embedders side by side are enough; and what a collection does not hold is not changed."""
    with pytest.raises(ConflictError, match="cannot be changed"):
        changeover.begin(
            database,
            "badges",
            former=Former("x", NEW, DIMENSION, NOW),
            model=MODEL,
            dimension=128,
        )
    begin(database)

    with pytest.raises(ConflictError, match="already"):
        begin(database)
    assert people.list("badges") == ()
    assert changeover.former_of(database) == FORMER
