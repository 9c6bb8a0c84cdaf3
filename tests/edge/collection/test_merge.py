"""Somebody was enrolled twice: two people become one."""

from __future__ import annotations

import pytest

from edge.collection.badges import Badges
from edge.collection.collections import Collections
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.domain import Badge, fuse
from edge.errors import CollectionError, NotFoundError
from tests.edge.collection.conftest import MODEL, FaceMaker
from tests.edge.collection.test_people import NOON


def test_faces_and_badges_are_handed_over(
    people: People, badges: Badges, gallery: Gallery, make_face: FaceMaker
) -> None:
    """A door finds one person, by the mean of all faces; the other is gone."""
    faces = [make_face() for _ in range(3)]
    keep = people.enroll("badges", NewPerson("Ada"), faces[:1], [Badge("1")])
    other = people.enroll(
        "badges", NewPerson("Ada L", external_id="7"), faces[1:], [Badge("2", revoked_at=NOON)]
    )
    assert gallery.people_count == 2

    merged = people.merge(keep.person_id, other.person_id)

    assert merged == people.get(keep.person_id)
    assert (merged.name, merged.external_id, merged.faces) == ("Ada", None, 3)
    assert merged.badges == (Badge("1"), Badge("2", revoked_at=NOON))
    assert badges.owner("badges", "2") == merged
    with pytest.raises(NotFoundError):
        people.get(other.person_id)
    assert gallery.people_count == 1
    mean = fuse([face.embedding for face in faces])
    (match,) = gallery.search_people(mean)
    assert match.person_id == keep.person_id
    assert match.cosine == pytest.approx(mean.cosine(mean), abs=1e-6)
    assert gallery.credentials(keep.person_id).badges == merged.badges


def test_nobody_is_freed_by_merging(people: People) -> None:
    """A suspension and the marks of the one who goes stay with the one who is kept."""
    keep, other, third = (
        people.enroll("badges", NewPerson(name)).person_id for name in ("Ada", "Ada L", "Bob")
    )
    people.suspend(other, NOON)
    people.mark_look_alikes(other, third, 99.5)
    people.mark_look_alikes(other, keep, 99.9)

    merged = people.merge(keep, other)

    assert merged.suspended_at == NOON
    assert merged.look_alikes == (third,)
    assert people.get(third).look_alikes == (keep,)


def test_a_change_that_was_begun_before_is_refused(people: People) -> None:
    """The clerk who edits one of them meanwhile looks again."""
    keep, other = (people.enroll("badges", NewPerson(name)) for name in ("Ada", "Ada L"))
    assert people.merge(keep.person_id, other.person_id).version > keep.version


def test_merges_that_make_no_sense_are_refused(
    people: People, collections: Collections, make_face: FaceMaker
) -> None:
    """Nothing is changed then."""
    collections.create("visitors", model=MODEL, dimension=128)
    ada = people.enroll("badges", NewPerson("Ada"), [make_face()] * 60)
    many = people.enroll("badges", NewPerson("Bob"), [make_face()] * 60)
    declined = people.enroll("badges", NewPerson("Cid", declined=True), badges=[Badge("1")])
    visitor = people.enroll("visitors", NewPerson("Dan"))
    for keep, other, words in (
        (ada, ada, "two people are meant"),
        (ada, visitor, "two collections"),
        (ada, many, "120 faces together"),
        (declined, ada, "declined"),
    ):
        with pytest.raises(CollectionError, match=words):
            people.merge(keep.person_id, other.person_id)
    with pytest.raises(NotFoundError):
        people.merge(ada.person_id, "nobody")
    assert people.list("badges") == (ada, many, declined)
    assert people.merge(ada.person_id, declined.person_id).badges == (Badge("1"),)
