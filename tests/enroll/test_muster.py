"""Who is inside, for whoever stands in the yard with a list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from markupsafe import escape

from edge.access.whereabouts import Stay
from edge.audit import EventKind
from edge.collection.people import NewPerson, People
from edge.collection.whereabouts import WhereaboutsStore
from edge.ruling import apply_rules
from enroll.accounts import Role
from tests.enroll.conftest import House
from tests.enroll.test_rules import EXAMPLE

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def inside(house: House) -> WhereaboutsStore:
    """Put two people into the building, one into an area that the rules do not know any more."""
    apply_rules(house.database, house.audit, EXAMPLE, base=0, actor="user root", at=house.clock())
    store = WhereaboutsStore(house.database)
    for number, (name, area) in enumerate(
        (("Ada", "Building"), (HOSTILE, "Building"), ("Cid", "Old wing"))
    ):
        person = People(house.database).enroll("badges", NewPerson(name))
        since = house.clock() - timedelta(minutes=number)
        store.note(person.person_id, Stay(area, since, "front"))
    return store


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("role", list(Role))
def test_everybody_at_a_desk_sees_who_is_inside(house: House, role: Role) -> None:
    """By area, empty ones too: that nobody is there must be said."""
    text = house.signed_in(role).get("/admin/muster").text
    assert "3 people" in text
    for words in ("Building", "Vault", "Old wing", "Ada", "Cid", str(escape(HOSTILE)), "Nobody."):
        assert words in text
    assert HOSTILE not in text
    assert ("Take them for outside" in text) == (role in {Role.OWNER, Role.MANAGER})


def test_a_reset_needs_a_sure_hand(house: House, inside: WhereaboutsStore) -> None:
    """Of one area, or of all; it is recorded without a name."""
    manager = house.signed_in(Role.MANAGER)
    manager.send("/admin/muster/reset", {"area": "Building"}, page="/admin/muster")
    assert len(inside.inside("badges")) == 3
    assert "say that you are sure" in manager.get("/admin/muster").text

    sure = {"area": "Building", "sure": "on"}
    manager.send("/admin/muster/reset", sure, page="/admin/muster")
    assert [each.name for each in inside.inside("badges")] == ["Cid"]
    manager.send("/admin/muster/reset", {"area": "", "sure": "on"}, page="/admin/muster")
    assert inside.inside("badges") == ()
    details = [
        entry.event.detail.partition(", by")[0]
        for entry in house.audit.entries()
        if entry.event.kind is EventKind.WHEREABOUTS_RESET
    ]
    assert details == ["Building, people 2", "any area, people 1"]


def test_without_areas_it_says_so(house: House) -> None:
    """Nobody must take an empty list for an empty house."""
    text = house.signed_in(Role.OWNER).get("/admin/muster").text
    assert "nobody is known to be inside" in text
