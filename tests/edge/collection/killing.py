"""What must be true after a process that enrolled was killed, whenever that was."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from edge.audit import Audit, EventKind
from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.people import People
from edge.collection.search import Gallery
from edge.storage.key import Key
from tests.edge.collection.conftest import CALIBRATION

PROGRAM = Path(__file__).with_name("enroll_forever.py")


def enroll_until_killed(path: Path, key: Key, *, lines: int, delay: float) -> list[str]:
    """Let a process enroll, kill it *delay* seconds after its line *lines*, return all it said."""
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), str(path), key.digits], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(lines)]
        try:
            child.wait(delay)
        except subprocess.TimeoutExpired:
            child.kill()
        said += child.stdout.readlines()
    assert child.returncode == -9
    return [line.rstrip("\n") for line in said if line.endswith("\n")]


def check_nothing_is_lost(
    path: Path, key: Key, said: list[str], *, unsure: set[str] | None = None
) -> None:
    """Compare what was acknowledged in *said* with what is stored.

    *unsure* are people who may have been deleted without a word.
    """
    deleted = {line[1:] for line in said if line.startswith("-")}
    enrolled = {
        line.split()[0]: (line.split()[1], int(line.split()[2]))
        for line in said
        if not line.startswith("-")
    }
    with open_collection(path, key) as database:
        database.check_integrity()
        people = {
            person.person_id: person for person in People(database).list("badges", limit=1_000_000)
        }
        collection = Collections(database).describe("badges")

    assert enrolled.keys() - deleted - people.keys() <= (unsure or set())
    for person_id, (badge, faces) in enrolled.items():
        if person_id in people:
            assert [each.number for each in people[person_id].badges] == [badge]
            assert people[person_id].faces == faces
    assert not deleted & people.keys()
    assert all(len(person.badges) == 1 for person in people.values())
    assert collection.people == len(people)
    assert collection.faces == sum(person.faces for person in people.values())
    with Gallery(path, key, "badges", calibration=CALIBRATION) as gallery:
        assert gallery.people_count == sum(person.faces > 0 for person in people.values())
        assert gallery.face_count == collection.faces
    with Audit(path.with_name("audit.db"), key) as audit:
        audit.verify()
        recorded = {(entry.event.kind, entry.event.person_id) for entry in audit.entries()}
    assert {(EventKind.ENROLLED, person_id) for person_id in enrolled} <= recorded
    assert {(EventKind.PERSON_DELETED, person_id) for person_id in deleted} <= recorded


def _last_enrolled(said: list[str]) -> set[str]:
    """Return who was named last: every fourth is deleted right after she came."""
    return {said[-1].split()[0]} if said and not said[-1].startswith("-") else set()


def kill_rounds(path: Path, key: Key, *, rounds: int, seed: int) -> int:
    """Kill a process that enrolls *rounds* times, at random, and check after each time.

    Return how much it had acknowledged, all of which was there in the end.
    """
    chance = random.Random(seed)
    said: list[str] = []
    unsure: set[str] = set()
    for _ in range(rounds):
        heard = enroll_until_killed(
            path, key, lines=chance.randint(1, 6), delay=chance.uniform(0, 0.02)
        )
        said += heard
        unsure |= _last_enrolled(heard)
        check_nothing_is_lost(path, key, said, unsure=unsure)
    return len(said)
