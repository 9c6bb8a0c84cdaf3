"""What may be enrolled, from real photographs into a real collection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.audit import Audit, EventKind
from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.domain import Badge, Embedding, ModelId, Pixels, normalized
from edge.enrolling import Enroller, Photo
from edge.errors import (
    AlreadyEnrolledError,
    AlreadyExistsError,
    AuditError,
    CollectionError,
    EnrollmentError,
    NoFaceError,
    NotFoundError,
    PhotosRefusedError,
)
from edge.examining import Examiner, disagreeing
from edge.similarity import Calibration
from edge.storage.database import Database
from edge.storage.key import Key
from edge.vision.attribute_reader import AttributeReader
from edge.vision.recognizer import Recognizer

ADA = NewPerson(name="Ada Lovelace")


@dataclass(frozen=True)
class Desk:
    """What an enroller works with."""

    enroller: Enroller
    database: Database
    gallery: Gallery
    audit: Audit
    key: Key

    @property
    def people(self) -> int:
        return Collections(self.database).describe("badges").people


def no_attributes() -> AttributeReader:
    """Stand for what enrolling never asks for."""
    raise AssertionError("enrolling looks at no attributes")


@pytest.fixture
def desk(tmp_path: Path, recognizer: Recognizer) -> Iterator[Desk]:
    """Give an enroller real files and the real recognizer."""
    key, path = Key.random(), tmp_path / "collection.db"
    with open_collection(path, key) as database, Audit(tmp_path / "audit.db", key) as audit:
        Collections(database).ensure("badges", model=recognizer.model, dimension=128)
        with Gallery(path, key, "badges", calibration=recognizer.calibration) as gallery:
            enroller = Enroller(
                examiner=Examiner(recognizer, load_attributes=no_attributes),
                database=database,
                gallery=gallery,
                audit=audit,
                collection_id="badges",
            )
            yield Desk(enroller, database, gallery, audit, key)


def photo(name: str, pixels: Pixels) -> Photo:
    """Return a photo as a file without loss would hold it."""
    return Photo(name, cv2.imencode(".png", pixels)[1].tobytes())


@pytest.fixture(scope="session")
def driver(carphone: list[Pixels]) -> list[Photo]:
    """Five photos of one man."""
    return [photo(f"frame {number}", carphone[number]) for number in (0, 15, 30, 45, 60)]


def test_the_enrolled_person_is_found_by_other_photos(
    desk: Desk, recognizer: Recognizer, driver: list[Photo], carphone: list[Pixels]
) -> None:
    """Enrolling makes the gallery find the person in a picture it has not seen."""
    person = desk.enroller.enroll(ADA, driver, [Badge("7001")], actor="test")

    later = desk.enroller.examine(carphone[100])
    match = desk.gallery.search_people(later.embedding, limit=1)[0]
    assert (match.person_id, person.faces) == (person.person_id, 5)
    assert match.similarity > 99


def test_it_is_recorded_without_a_name(desk: Desk, driver: list[Photo]) -> None:
    """The audit names the person by id and says who enrolled her."""
    person = desk.enroller.enroll(ADA, driver, [Badge("7001")], actor="account 1")

    (entry,) = desk.audit.entries()
    assert entry.event.kind is EventKind.ENROLLED
    assert entry.event.person_id == person.person_id
    assert entry.event.detail == "faces 5, badges 1, by account 1"


def test_the_box_is_relative(desk: Desk, astronaut: Pixels) -> None:
    """A face's place is kept in fractions of its picture."""
    box = desk.enroller.examine(astronaut).box
    assert 0 < box.left < box.right < 1
    assert 0 < box.top < box.bottom < 0.5


def test_no_face(desk: Desk, coffee: Pixels) -> None:
    """A picture without a face is refused."""
    with pytest.raises(NoFaceError, match="no face"):
        desk.enroller.examine(coffee)


def test_blurred(desk: Desk, astronaut: Pixels) -> None:
    """A blurred face is refused, in words that people use."""
    blurred = cv2.GaussianBlur(astronaut, (0, 0), 5).astype(np.uint8)
    with pytest.raises(EnrollmentError, match="too blurred"):
        desk.enroller.examine(blurred)


def test_two_people_side_by_side(desk: Desk, astronaut: Pixels) -> None:
    """Two faces of like size leave it open who is meant."""
    with pytest.raises(EnrollmentError, match="more than one person"):
        desk.enroller.examine(np.hstack([astronaut, astronaut]))


def test_a_small_face_behind_is_nobody(desk: Desk, astronaut: Pixels) -> None:
    """A much smaller second face, a badge's ghost picture, does not disturb."""
    scene = astronaut.copy()
    scene[256:, 256:] = cv2.resize(astronaut, (256, 256), interpolation=cv2.INTER_AREA)
    large, small = desk.enroller.examine(astronaut), desk.enroller.examine(scene)
    assert small.face.box.overlap(large.face.box) > 0.9


def test_every_bad_photo_is_named(desk: Desk, astronaut: Pixels, coffee: Pixels) -> None:
    """All refusals come at once, each with its photo's name; nothing is stored."""
    photos = [photo("one", astronaut), photo("two", coffee), Photo("three", b"not a picture")]
    with pytest.raises(PhotosRefusedError) as caught:
        desk.enroller.enroll(ADA, photos, actor="test")

    second, third = caught.value.refusals
    assert second.startswith("two: no face was found")
    assert third.startswith("three is not a picture")
    assert desk.people == 0
    assert list(desk.audit.entries()) == []


def test_no_photo(desk: Desk) -> None:
    """Nobody is enrolled without a photo."""
    with pytest.raises(PhotosRefusedError, match="no photo"):
        desk.enroller.enroll(ADA, [], actor="test")


def test_the_odd_one_is_named(desk: Desk, driver: list[Photo], astronaut: Pixels) -> None:
    """A photo of somebody else among the photos is refused by name."""
    mixed = [driver[0], photo("stranger", astronaut), *driver[1:]]
    with pytest.raises(PhotosRefusedError, match="stranger: not the same person as in the other"):
        desk.enroller.enroll(ADA, mixed, actor="test")
    assert desk.people == 0


def test_of_two_photos_none_is_odd(desk: Desk, driver: list[Photo], astronaut: Pixels) -> None:
    """With one photo of each of two people nobody can tell who is meant."""
    with pytest.raises(PhotosRefusedError, match="frame 0, stranger: not the same person"):
        desk.enroller.enroll(ADA, [driver[0], photo("stranger", astronaut)], actor="test")


def test_nobody_is_enrolled_twice(desk: Desk, driver: list[Photo], carphone: list[Pixels]) -> None:
    """Whom the door would take for somebody enrolled is refused, naming whom."""
    first = desk.enroller.enroll(ADA, driver, actor="test")
    again = [photo("later", carphone[100])]
    with pytest.raises(AlreadyEnrolledError) as caught:
        desk.enroller.enroll(NewPerson(name="Another name"), again, actor="test")

    assert caught.value.person_id == first.person_id
    assert caught.value.similarity > 99
    assert desk.people == 1


def test_a_twin_may_be_enrolled(desk: Desk, driver: list[Photo], carphone: list[Pixels]) -> None:
    """Who was looked at and is somebody else is enrolled; the audit keeps how alike they are."""
    desk.enroller.enroll(ADA, driver, actor="test")
    desk.enroller.enroll(
        NewPerson(name="Her twin"),
        [photo("later", carphone[100])],
        actor="test",
        somebody_else=True,
    )
    assert desk.people == 2
    *_, entry = desk.audit.entries()
    assert entry.event.similarity is not None
    assert entry.event.similarity > 99


def test_a_taken_badge_stores_nothing(desk: Desk, driver: list[Photo], astronaut: Pixels) -> None:
    """When the badge is somebody's, neither person nor face nor audit entry is left behind."""
    desk.enroller.enroll(ADA, driver, [Badge("7001")], actor="test")
    with pytest.raises(AlreadyExistsError):
        desk.enroller.enroll(
            NewPerson(name="B"), [photo("b", astronaut)], [Badge("7001")], actor="test"
        )
    collection = Collections(desk.database).describe("badges")
    assert (collection.people, collection.faces, len(list(desk.audit.entries()))) == (1, 5, 1)


def test_what_cannot_be_recorded_is_not_stored(desk: Desk, driver: list[Photo]) -> None:
    """Without the audit nobody is enrolled or erased."""
    person = desk.enroller.enroll(ADA, driver[:1], actor="test")
    desk.audit.close()
    with pytest.raises(AuditError):
        desk.enroller.enroll(ADA, driver, actor="test", somebody_else=True)
    with pytest.raises(AuditError):
        desk.enroller.erase(person.person_id, actor="test")
    assert desk.people == 1


def test_erasing(desk: Desk, driver: list[Photo], carphone: list[Pixels]) -> None:
    """An erased person is found no more, and the record says so without telling whom."""
    person = desk.enroller.enroll(ADA, driver, [Badge("7001")], actor="test")
    erased = desk.enroller.erase(person.person_id, actor="account 1")

    assert (erased.faces, erased.badges) == (5, 1)
    assert desk.gallery.search_people(desk.enroller.examine(carphone[100]).embedding) == ()
    *_, entry = desk.audit.entries()
    assert entry.event.kind is EventKind.PERSON_DELETED
    assert entry.event.detail == "faces 5, badges 1, by account 1"
    assert person.person_id not in repr(list(desk.audit.entries()))
    with pytest.raises(NotFoundError):
        People(desk.database).get(person.person_id)


def test_erasing_nobody_is_not_recorded(desk: Desk) -> None:
    """The audit does not tell of erasing somebody who never was."""
    with pytest.raises(NotFoundError):
        desk.enroller.erase("nobody", actor="test")
    assert list(desk.audit.entries()) == []


def test_a_twin_is_marked(desk: Desk, driver: list[Photo], carphone: list[Pixels]) -> None:
    """From then on no door lets either of the two in by face alone."""
    man = desk.enroller.enroll(ADA, driver, actor="test")
    later = [photo("later", carphone[100])]
    with pytest.raises(AlreadyEnrolledError):
        desk.enroller.enroll(
            NewPerson("Twin"), later, actor="test", mark_look_alikes=["somebody else"]
        )

    twin = desk.enroller.enroll(
        NewPerson("Twin"), later, actor="test", mark_look_alikes=[man.person_id]
    )

    assert twin.look_alikes == (man.person_id,)
    assert desk.gallery.credentials(man.person_id).look_alikes
    assert desk.gallery.credentials(twin.person_id).look_alikes


def test_everybody_alike_is_named(desk: Desk, driver: list[Photo], carphone: list[Pixels]) -> None:
    """Not only the nearest, most alike first; strangers are not among them."""
    enroll = desk.enroller.enroll
    ids = {
        enroll(
            NewPerson(f"Twin {number}"), driver[number:], actor="test", somebody_else=True
        ).person_id
        for number in range(3)
    }
    found = desk.enroller.likeness.look_alikes([desk.enroller.examine(carphone[100])])

    assert {match.person_id for match in found} == ids
    assert [match.similarity for match in found] == sorted(
        (match.similarity for match in found), reverse=True
    )
    assert desk.enroller.likeness.look_alikes([]) == ()


def test_whoever_declines_is_enrolled_without_a_face(desk: Desk, driver: list[Photo]) -> None:
    """With a badge only; photos of hers are refused."""
    declined = NewPerson("Ada", declined=True)
    person = desk.enroller.enroll(declined, [], [Badge("7001")], actor="test")
    assert (person.faces, person.declined, len(person.badges)) == (0, True, 1)
    with pytest.raises(CollectionError, match="declined"):
        desk.enroller.enroll(declined, driver, actor="test")
    with pytest.raises(PhotosRefusedError):
        desk.enroller.enroll(NewPerson("Bob"), [], actor="test")


def test_more_photos_of_one_person(
    desk: Desk, driver: list[Photo], carphone: list[Pixels], astronaut: Pixels
) -> None:
    """Must show her; what was added is recorded with how alike it is."""
    man = desk.enroller.enroll(ADA, driver[:2], actor="test")

    more = desk.enroller.add_photos(man.person_id, [photo("l", carphone[100])], actor="account 1")
    with pytest.raises(PhotosRefusedError, match="do not show the person"):
        desk.enroller.add_photos(man.person_id, [photo("s", astronaut)], actor="test")

    assert more.faces == People(desk.database).get(man.person_id).faces == 3
    *_, entry = desk.audit.entries()
    assert entry.event.kind is EventKind.PERSON_CHANGED
    assert entry.event.detail == "faces added 1, badges added 0, by account 1"
    assert entry.event.similarity is not None
    assert entry.event.similarity > 99


def test_photos_that_a_door_takes_for_another_are_not_added(
    desk: Desk, driver: list[Photo], astronaut: Pixels
) -> None:
    """To a person without a face, whom nothing contradicts."""
    desk.enroller.enroll(ADA, driver, actor="test")
    nobody = desk.enroller.enroll_examined(NewPerson("Bob"), [], [Badge("1")], actor="test")
    with pytest.raises(AlreadyEnrolledError):
        desk.enroller.add_photos(nobody.person_id, driver[:1], actor="test")
    added = desk.enroller.add_photos(nobody.person_id, [photo("b", astronaut)], actor="test")
    assert added.faces == 1


def test_faces_are_enrolled_anew(desk: Desk, driver: list[Photo], astronaut: Pixels) -> None:
    """The old ones are gone; that they were somebody else's is in the record."""
    person = desk.enroller.enroll(ADA, driver, actor="test")

    again = desk.enroller.reenroll(person.person_id, [photo("a", astronaut)], actor="account 1")

    assert again.faces == 1
    (match,) = desk.gallery.search_people(desk.enroller.examine(astronaut).embedding)
    assert match.similarity > 99
    *_, entry = desk.audit.entries()
    assert entry.event.detail == "faces enrolled anew 1, by account 1"
    assert entry.event.similarity is not None
    assert entry.event.similarity < 75


def test_nobody_gets_the_faces_of_another(
    desk: Desk, driver: list[Photo], astronaut: Pixels
) -> None:
    """Whose face opens doors already; unless they were looked at, and are then marked."""
    man = desk.enroller.enroll(ADA, driver, actor="test")
    other = desk.enroller.enroll(NewPerson("B"), [photo("b", astronaut)], actor="test")
    with pytest.raises(AlreadyEnrolledError):
        desk.enroller.reenroll(other.person_id, driver[:1], actor="test")
    assert People(desk.database).get(other.person_id) == other

    twin = desk.enroller.reenroll(
        other.person_id, driver[:1], actor="test", mark_look_alikes=[man.person_id]
    )
    assert twin.look_alikes == (man.person_id,)
    again = desk.enroller.reenroll(other.person_id, driver[1:2], actor="test")
    assert again.look_alikes == (man.person_id,)


def test_two_desks_do_not_enroll_one_person_at_once(
    desk: Desk, tmp_path: Path, recognizer: Recognizer, driver: list[Photo]
) -> None:
    """Whichever comes first: the other finds her there, each with connections of its own."""
    examined = desk.enroller.examine_photos(driver)
    outcomes: list[str] = []
    ready = threading.Barrier(4)

    def enroll(number: int) -> None:
        path = tmp_path / "collection.db"
        with (
            open_collection(path, desk.key) as database,
            Gallery(path, desk.key, "badges", calibration=recognizer.calibration) as gallery,
        ):
            enroller = Enroller(
                examiner=Examiner(recognizer, load_attributes=no_attributes),
                database=database,
                gallery=gallery,
                audit=desk.audit,
                collection_id="badges",
            )
            ready.wait()
            try:
                enroller.enroll_examined(NewPerson(f"{number}"), examined, actor="test")
            except AlreadyEnrolledError:
                outcomes.append("already")
            else:
                outcomes.append("enrolled")

    desks = [threading.Thread(target=enroll, args=(number,)) for number in range(4)]
    for each in desks:
        each.start()
    for each in desks:
        each.join()

    assert sorted(outcomes) == ["already"] * 3 + ["enrolled"]
    assert desk.people == 1


def test_one_person_twice_is_merged(desk: Desk, driver: list[Photo]) -> None:
    """And recorded for both of them; the one who is kept by id, the other not any more."""
    keep = desk.enroller.enroll(ADA, driver[:2], actor="test")
    other = desk.enroller.enroll(
        NewPerson("A"), driver[2:], [Badge("7")], actor="test", somebody_else=True
    )

    merged = desk.enroller.merge(keep.person_id, other.person_id, actor="account 1")

    assert (merged.faces, len(merged.badges), merged.look_alikes) == (5, 1, ())
    *_, deleted, changed = (entry.event for entry in desk.audit.entries())
    assert (deleted.kind, deleted.detail) == (
        EventKind.PERSON_DELETED,
        "merged into another, by account 1",
    )
    assert other.person_id not in repr(list(desk.audit.entries()))
    assert (changed.kind, changed.person_id) == (EventKind.PERSON_CHANGED, keep.person_id)
    assert changed.similarity is not None
    assert changed.similarity > 99


def test_two_people_are_not_merged(desk: Desk, driver: list[Photo], astronaut: Pixels) -> None:
    """The badge of the one would open for the face of the other."""
    keep = desk.enroller.enroll(ADA, driver, actor="test")
    other = desk.enroller.enroll(NewPerson("B"), [photo("b", astronaut)], actor="test")
    with pytest.raises(EnrollmentError, match="do not look like one person"):
        desk.enroller.merge(keep.person_id, other.person_id, actor="test")
    assert desk.people == 2


def test_a_rehearsal_stores_nothing(desk: Desk, driver: list[Photo], coffee: Pixels) -> None:
    """And says what enrolling would say."""
    fused = desk.enroller.rehearse(ADA, driver, [Badge("7001")])
    assert fused is not None
    assert (desk.people, list(desk.audit.entries())) == (0, [])

    desk.enroller.enroll(ADA, driver, [Badge("7001")], actor="test")
    with pytest.raises(AlreadyEnrolledError):
        desk.enroller.rehearse(NewPerson("B"), driver[:1], [Badge("7002")])
    with pytest.raises(PhotosRefusedError):
        desk.enroller.rehearse(NewPerson("B"), [photo("cup", coffee)])
    with pytest.raises(AlreadyExistsError):
        desk.enroller.rehearse(NewPerson("B", declined=True), [], [Badge("7001")])
    assert desk.people == 1


def test_what_cannot_be_recorded_is_not_changed(desk: Desk, driver: list[Photo]) -> None:
    """Neither faces nor people."""
    keep = desk.enroller.enroll(ADA, driver[:2], actor="test")
    other = desk.enroller.enroll(NewPerson("A"), driver[2:], actor="test", somebody_else=True)
    before = People(desk.database).list("badges")
    desk.audit.close()
    changes: tuple[Callable[[], object], ...] = (
        lambda: desk.enroller.add_photos(keep.person_id, driver[4:], actor="test"),
        lambda: desk.enroller.reenroll(keep.person_id, driver[4:], actor="test"),
        lambda: desk.enroller.merge(keep.person_id, other.person_id, actor="test"),
    )
    for change in changes:
        with pytest.raises(AuditError):
            change()
    assert People(desk.database).list("badges") == before


MODEL = ModelId("test", "0")
CALIBRATION = Calibration((-1.0, 0.26, 0.5, 1.0), (0.0, -1.5, -5.0, -12.0), "made up")


def around(*angles: float) -> list[Embedding]:
    """Return a vector for each of *angles*, degrees in one plane."""
    radians = np.radians(np.array(angles, dtype=np.float32))
    return [normalized(np.array([np.cos(a), np.sin(a)], dtype=np.float32), MODEL) for a in radians]


@pytest.mark.parametrize(
    ("angles", "odd"),
    [
        ((0,), ()),
        ((0, 30), ()),
        ((0, 30, -30), ()),
        ((0, 120, 20), (1,)),
        ((-70, 0, 70), ()),  # two poses too far apart for each other, both near a third
        ((0, 10, 120, 130, 5), (2, 3)),
        ((0, 120), (1,)),
    ],
)
def test_who_disagrees(angles: tuple[float, ...], odd: tuple[int, ...]) -> None:
    """Odd are those far from the photo that most others are near to."""
    assert disagreeing(around(*angles), CALIBRATION) == odd


def test_two_people_with_two_photos_each() -> None:
    """A set of photos half of which show somebody else is never accepted."""
    assert len(disagreeing(around(0, 10, 100, 110), CALIBRATION)) == 2
