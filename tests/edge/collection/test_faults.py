"""A full disk, a crowd of writers: told clearly, and nothing lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.collection.collections import Collections
from edge.collection.database import open_collection
from edge.collection.people import NewPerson, People
from edge.domain import Badge
from edge.errors import OstiaryError, StorageError
from edge.storage.database import Database
from edge.storage.key import Key
from tests.edge.collection.conftest import MODEL, FaceMaker


def _enroll_until_refused(people: People, make_face: FaceMaker) -> tuple[list[str], OstiaryError]:
    """Return the ids of those who were acknowledged, and why nobody else was."""
    enrolled: list[str] = []
    while len(enrolled) < 100_000:
        try:
            person = people.enroll("badges", NewPerson("Ada"), [make_face()] * 4)
        except OstiaryError as error:
            return enrolled, error
        enrolled.append(person.person_id)
    raise AssertionError("the disk never became full")


def test_a_database_at_its_largest_refuses_and_keeps_what_it_has(
    people: People, database: Database, make_face: FaceMaker
) -> None:
    """SQLite's own limit stands for a full disk where no disk can be filled."""
    database.execute("PRAGMA max_page_count = 100")

    enrolled, refusal = _enroll_until_refused(people, make_face)

    assert isinstance(refusal, StorageError)
    assert "disk is full" in refusal.message
    assert "Free space" in refusal.remedy
    assert enrolled
    database.check_integrity()
    assert {person.person_id for person in people.list("badges", limit=1000)} == {*enrolled}
    database.execute("PRAGMA max_page_count = 100000")
    assert people.enroll("badges", NewPerson("Bob"), [make_face()]).faces == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "ostiary-test", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk")
def test_a_full_disk_refuses_and_keeps_what_it_has(
    small_disk: Path, key: Key, make_face: FaceMaker
) -> None:
    """A real one; with space again, everything goes on, also deleting."""
    path = small_disk / "collection.db"
    ballast = small_disk / "ballast"
    with open_collection(path, key) as database:
        Collections(database).create("badges", model=MODEL, dimension=128)
        people = People(database)
        first = people.enroll("badges", NewPerson("First"), [make_face()], [Badge("1")])
        ballast.write_bytes(bytes(512 * 1024))

        enrolled, refusal = _enroll_until_refused(people, make_face)

        assert isinstance(refusal, StorageError)
        assert "disk" in refusal.message
    ballast.unlink()
    with open_collection(path, key) as database:
        database.check_integrity()
        people = People(database)
        here = {person.person_id for person in people.list("badges", limit=10_000)}
        assert here == {first.person_id, *enrolled}
        people.delete(first.person_id)
        people.enroll("badges", NewPerson("Bob"), [make_face()], [Badge("1")])


def test_several_processes_enroll_at_once(path: Path, key: Key, database: Database) -> None:
    """Each waits for the others; nobody is refused and nobody lost."""
    program = Path(__file__).with_name("enroll_forever.py")
    children = [
        subprocess.Popen(
            [sys.executable, str(program), str(path), key.digits],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    said: set[str] = set()
    for child in children:
        assert child.stdout is not None
        said |= {child.stdout.readline().split()[0] for _ in range(3)}
    for child in children:
        child.kill()
        child.communicate()

    assert len(said) == 9
    assert said <= {person.person_id for person in People(database).list("badges", limit=10_000)}
    database.check_integrity()
