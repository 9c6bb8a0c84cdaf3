from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from edge.collection.badges import Badges
from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.faces import Faces, NewFace
from edge.collection.people import NewPerson, People
from edge.collection.search import Gallery
from edge.domain import Badge, Box, Embedding, Pose, Quality, normalized
from edge.storage.key import Key
from tests.edge.collection.conftest import CALIBRATION, MODEL
from tests.edge.collection.test_people import NOON

QUALITY = Quality(80.0, 60.0, Pose(0.0, 0.0, 0.0), 112.0, 0.0, 0.5)
choice = st.integers(0, 100)


class AnyHistory(RuleBasedStateMachine):
    """Whatever is done in whatever order, counts, copy and file agree."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path, key = Path(self.folder.name) / "collection.db", Key.random()
        self.database = open_collection(path, key)
        self.people, self.faces = People(self.database), Faces(self.database)
        self.badges = Badges(self.database)
        Collections(self.database).create("badges", model=MODEL, dimension=4)
        self.gallery = Gallery(path, key, "badges", calibration=CALIBRATION)
        self.generator = np.random.default_rng(0)
        self.here: list[str] = []
        self.numbers = 0

    def teardown(self) -> None:
        self.gallery.close()
        self.database.close()
        self.folder.cleanup()

    def _embedding(self) -> Embedding:
        return normalized(self.generator.standard_normal(4).astype(np.float32), MODEL)

    def _faces(self, count: int) -> list[NewFace]:
        box = Box(0, 0, 1, 1)
        return [NewFace(self._embedding(), box, 99.0, QUALITY) for _ in range(count)]

    @rule(faces=st.integers(0, 3), badges=st.integers(0, 2))
    def enroll(self, faces: int, badges: int) -> None:
        numbers = [Badge(str(self.numbers + each)) for each in range(badges)]
        self.numbers += badges
        person = self.people.enroll("badges", NewPerson("Ada"), self._faces(faces), numbers)
        self.here.append(person.person_id)

    @rule(faces=st.integers(1, 3))
    def index(self, faces: int) -> None:
        self.faces.index("badges", self._faces(faces))

    @rule(which=choice)
    def add_a_face(self, which: int) -> None:
        if self.here:
            self.people.add_faces(self.here[which % len(self.here)], self._faces(1))

    @rule(which=choice, faces=st.integers(0, 3))
    def replace_faces(self, which: int, faces: int) -> None:
        if self.here:
            self.people.replace_faces(self.here[which % len(self.here)], self._faces(faces))

    @rule(which=choice, at=st.none() | st.just(NOON))
    def suspend_or_resume(self, which: int, at: datetime | None) -> None:
        if self.here and at is not None:
            self.people.suspend(self.here[which % len(self.here)], at)
        elif self.here:
            self.people.resume(self.here[which % len(self.here)])

    @rule(one=choice, other=choice)
    def mark_two(self, one: int, other: int) -> None:
        if len({*self.here}) > 1:
            first, second = one % len(self.here), other % (len(self.here) - 1)
            second += second >= first
            self.people.mark_look_alikes(self.here[first], self.here[second], 99.5)

    @rule(one=choice, other=choice)
    def merge_two(self, one: int, other: int) -> None:
        if len(self.here) > 1:
            first = self.here.pop(one % len(self.here))
            self.people.merge(self.here[other % len(self.here)], first)

    @rule(which=choice)
    def delete_a_person(self, which: int) -> None:
        if self.here:
            self.people.delete(self.here.pop(which % len(self.here)))

    @rule(which=choice)
    def delete_a_face(self, which: int) -> None:
        if faces := self.faces.list("badges"):
            self.faces.delete("badges", [faces[which % len(faces)].face_id])

    @rule(which=choice)
    def remove_a_badge(self, which: int) -> None:
        if badges := self.badges.list("badges"):
            self.badges.remove("badges", badges[which % len(badges)].badge.number)

    @invariant()
    def everything_agrees(self) -> None:
        collection = Collections(self.database).describe("badges")
        people, faces = self.people.list("badges"), self.faces.list("badges")
        assert {person.person_id for person in people} == {*self.here}
        assert (collection.people, collection.faces) == (len(people), len(faces))
        assert len(self.gallery.search_faces(self._embedding(), limit=4096)) == len(faces)
        with_faces = [person for person in people if person.faces]
        assert self.gallery.people_count == len(with_faces)
        found = self.gallery.candidates(self._embedding(), limit=4096)
        assert {each.match.person_id for each in found} == {
            person.person_id for person in with_faces
        }
        by_id = {person.person_id: person for person in people}
        for candidate in found:
            person = by_id[candidate.match.person_id]
            assert candidate.credentials.badges == person.badges
            assert candidate.credentials.suspended == (person.suspended_at is not None)
            assert candidate.credentials.look_alikes == bool(person.look_alikes)
        for person in people:
            assert person.faces == len(self.faces.list("badges", person_id=person.person_id))
            for other in person.look_alikes:
                assert person.person_id in by_id[other].look_alikes
        self.database.check_integrity()


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=10, stateful_step_count=15, deadline=None)
