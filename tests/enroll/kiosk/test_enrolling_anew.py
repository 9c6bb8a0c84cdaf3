"""Whoever comes to the kiosk while the embedder is changed: known by the former, stored by the new one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.audit import Audit
from edge.collection.changeover import begin
from edge.collection.collections import Collections, Former
from edge.collection.database import open_collection
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.domain import Badge, Pixels
from edge.enrolling import Enroller
from edge.errors import AlreadyEnrolledError
from edge.examining import Examiner
from edge.storage.database import Database
from edge.storage.key import Key
from edge.vision.attribute_reader import AttributeReader
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer
from enroll.kiosk.guide import Goal
from enroll.kiosk.reception import Applicant, Choice, save
from enroll.kiosk.visit import Capture, Visit
from tests.browser.footage import enlarged

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def no_attributes() -> AttributeReader:
    """Stand for what enrolling never asks for."""
    raise AssertionError("enrolling looks at no attributes")


@pytest.fixture
def key() -> Key:
    """Make a key for this test alone."""
    return Key.random()


@pytest.fixture
def database(tmp_path: Path, key: Key) -> Iterator[Database]:
    """Open the collections."""
    with open_collection(tmp_path / "collection.db", key) as database:
        yield database


@pytest.fixture
def enrollers(
    tmp_path: Path,
    key: Key,
    database: Database,
    models: ModelStore,
    recognizer: Recognizer,
    other_embedder: Path,
) -> Iterator[tuple[Enroller, Enroller]]:
    """Give what enrols before the change, and what does after it began."""
    sface = models.embedder("sface-int8")
    newer = Recognizer.load(models, embedder=str(other_embedder), former=sface)
    Collections(database).ensure("badges", model=sface.model, dimension=sface.dimension)
    path = tmp_path / "collection.db"
    with (
        Audit(tmp_path / "audit.db", key) as audit,
        Gallery(
            path, key, "badges", calibration=newer.calibration, former=sface.calibration
        ) as gallery,
    ):

        def enroller(one: Recognizer) -> Enroller:
            return Enroller(
                examiner=Examiner(one, load_attributes=no_attributes),
                database=database,
                gallery=gallery,
                audit=audit,
                collection_id="badges",
            )

        yield enroller(recognizer), enroller(newer)


def visit_of(enroller: Enroller, frames: list[Pixels]) -> Visit:
    """Return a visit that has seen all it wants of the man."""
    goals = (Goal.FRONT, Goal.LEFT, Goal.PROOF)
    captures = [
        Capture(goal, enroller.examine(enlarged(frames[at])))
        for goal, at in zip(goals, (0, 30, 60), strict=True)
    ]
    return Visit("account", None, 0, 0, 0, captures)


def test_whoever_is_known_by_the_former_embedder_is_enrolled_anew(
    database: Database,
    enrollers: tuple[Enroller, Enroller],
    carphone: list[Pixels],
    models: ModelStore,
    other_embedder: Path,
) -> None:
    """She is not enrolled twice: asked, she says it is her, and keeps her id and her badge."""
    before, now = enrollers
    people = People(database)
    faces = [before.examine(enlarged(carphone[at])) for at in (10, 20, 40)]
    man = before.enroll_examined(NewPerson("Karl Bell"), faces, [Badge("77")], actor="test")
    begin(
        database,
        "badges",
        former=Former("sface-int8", models.embedder("sface-int8").model, 128, NOW),
        model=models.embedder(str(other_embedder)).model,
        dimension=128,
    )
    visit, applicant = visit_of(now, carphone), Applicant("Karl Bell", None, "77")
    with pytest.raises(AlreadyEnrolledError):
        save(visit, applicant, Choice.NOBODY, enroller=now, actor="test", now=NOW)
    assert people.get(man.person_id).faces == 0

    welcome = save(visit, applicant, Choice.ME, enroller=now, actor="test", now=NOW)

    assert (welcome.person_id, welcome.known, welcome.marked) == (man.person_id, True, False)
    anew = people.get(man.person_id)
    assert (anew.faces, anew.former_faces) == (2, 3)
    assert [badge.number for badge in anew.badges] == ["77"]
    assert now.likeness.between(man.person_id, man.person_id) == pytest.approx(100, abs=0.1)
