"""Two clerks at once: no change is lost, and no refusal of a person is forgotten."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from edge.collection.database import open_collection
from edge.collection.people import NewPerson, People
from edge.errors import CollectionError, ConflictError
from edge.storage.key import Key
from tests.edge.collection.conftest import FaceMaker


def test_the_second_of_two_changes_is_refused(people: People) -> None:
    """Whoever looked before the first change is told, and loses nothing of it."""
    seen = people.enroll("badges", NewPerson("Ada"))

    first = people.update(seen.person_id, replace(seen.told, name="Ada K"), version=seen.version)
    with pytest.raises(ConflictError, match="somebody else has changed"):
        people.update(seen.person_id, replace(seen.told, external_id="7"), version=seen.version)

    assert people.get(seen.person_id) == first
    again = replace(first.told, external_id="7")
    assert people.update(seen.person_id, again, version=first.version).told == again


def test_of_many_clerks_one_changes(path: Path, key: Key, people: People) -> None:
    """Each with a connection of her own, all at the same moment."""
    seen = people.enroll("badges", NewPerson("Ada"))
    ready = threading.Barrier(4)
    outcomes: list[str | None] = []

    def change(number: int) -> None:
        with open_collection(path, key) as own:
            ready.wait()
            try:
                People(own).update(seen.person_id, NewPerson(f"Ada {number}"), version=seen.version)
            except ConflictError:
                outcomes.append(None)
            else:
                outcomes.append(f"Ada {number}")

    clerks = [threading.Thread(target=change, args=(number,)) for number in range(4)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()

    (winner,) = [outcome for outcome in outcomes if outcome is not None]
    assert people.get(seen.person_id).name == winner


def test_what_was_told_is_read_back(people: People) -> None:
    """A form that changes one field of it keeps the others."""
    told = NewPerson("Ada", external_id="7", declined=True)
    assert people.enroll("badges", told).told == told


def test_whoever_declined_gets_no_face(people: People, make_face: FaceMaker) -> None:
    """Neither when she is enrolled nor later; her badges are as good as anybody's."""
    declined = NewPerson("Ada", declined=True)
    with pytest.raises(CollectionError, match="declined"):
        people.enroll("badges", declined, [make_face()])
    assert people.list("badges") == ()
    ada = people.enroll("badges", declined)
    for store in (people.add_faces, people.replace_faces):
        with pytest.raises(CollectionError, match="declined"):
            store(ada.person_id, [make_face()])
    assert people.get(ada.person_id).faces == 0


def test_declining_erases_the_faces(people: People, make_face: FaceMaker) -> None:
    """A consent that is taken back leaves no vector, and may be given again."""
    ada = people.enroll("badges", NewPerson("Ada"), [make_face(), make_face()])

    declined = people.update(ada.person_id, replace(ada.told, declined=True))
    assert (declined.faces, declined.declined) == (0, True)

    people.update(ada.person_id, replace(ada.told, declined=False))
    assert people.add_faces(ada.person_id, [make_face()]).faces == 1
