"""Who is inside, for whoever stands in the yard and counts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.access.whereabouts import Stay
from edge.collection.people import NewPerson, People
from edge.collection.whereabouts import WhereaboutsStore
from edge.commands.program import Program
from tests.edge.commands.conftest import Ostiary

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def inside(site: Path) -> None:
    """Put Ada and Bob into the house, and Cid into the garage."""
    with Program(site) as program:
        core = program.core
        collection = core.settings.door.collection
        core.ensure_collection(collection)
        for name, area in (("Bob", "House"), ("Ada", "House"), ("Cid", "Garage")):
            person = People(core.database).enroll(collection, NewPerson(name))
            WhereaboutsStore(core.database).note(person.person_id, Stay(area, NOON, "front"))


@pytest.mark.usefixtures("inside")
def test_everybody_inside_is_named(ostiary: Ostiary) -> None:
    """By area and name, or of one area."""
    told = [(each["stay"]["area"], each["name"]) for each in ostiary("muster", "--json").json]
    assert told == [("Garage", "Cid"), ("House", "Ada"), ("House", "Bob")]
    shown = ostiary("muster", "House").out
    assert "2 people in House" in shown
    assert "Cid" not in shown
    assert "0 people in Attic" in ostiary("muster", "Attic").out


@pytest.mark.usefixtures("inside")
def test_a_reset_is_recorded(ostiary: Ostiary) -> None:
    """With where and how many, and no name."""
    answer = ostiary("muster", "House", "--reset", "--yes")
    assert answer.status == 0
    assert "2 people are taken for outside" in answer.out
    assert [each["name"] for each in ostiary("muster", "--json").json] == ["Cid"]
    (event,) = [
        entry["event"]
        for entry in ostiary("audit", "list", "--json").json
        if entry["event"]["kind"] == "whereabouts-reset"
    ]
    assert event["detail"].startswith("House, people 2, by user ")
