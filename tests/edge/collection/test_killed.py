from __future__ import annotations

from pathlib import Path

import pytest

from edge.collection.database import open_collection
from edge.collection.people import People
from edge.storage.key import Key
from tests.edge.collection.killing import (
    check_nothing_is_lost,
    enroll_until_killed,
    kill_rounds,
)


def test_no_acknowledged_enrolment_is_lost_when_the_process_is_killed(path: Path, key: Key) -> None:
    """A few rounds of what the slow tests do a hundred times."""
    assert kill_rounds(path, key, rounds=5, seed=1) > 5


def test_the_check_can_fail(path: Path, key: Key) -> None:
    """Somebody acknowledged who is not there is noticed."""
    said = enroll_until_killed(path, key, lines=3, delay=0)
    with open_collection(path, key) as database:
        People(database).delete(said[0].split()[0])

    with pytest.raises(AssertionError):
        check_nothing_is_lost(path, key, said)
