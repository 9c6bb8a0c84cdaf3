"""Who is where follows from passages, and nothing takes anybody off a muster list but leaving."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.access.passback import was_reset
from edge.access.rules import Rules
from edge.access.ruleset import Area, CountsOn, Door, Ruleset
from edge.access.whereabouts import Stay, Whereabouts, forget, granted, muster, passed
from tests.edge.access.sites import MONDAY, NOBODY_INSIDE, local

IN = Door(name="In", enters="Hall")
OUT = Door(name="Out", leaves="Hall")
DEEPER = Door(name="Deeper", leaves="Hall", enters="Vault")
MINUTE = timedelta(minutes=1)


def test_a_passage_moves_somebody_and_leaves_the_former_value_as_it_was() -> None:
    """In, deeper, and out again."""
    inside = passed(NOBODY_INSIDE, "ada", IN, MONDAY)
    deeper = passed(inside, "ada", DEEPER, MONDAY + MINUTE)

    assert NOBODY_INSIDE.of("ada") is None
    assert inside.of("ada") == Stay("Hall", MONDAY, "In")
    assert deeper.of("ada") == Stay("Vault", MONDAY + MINUTE, "Deeper")
    assert passed(deeper, "ada", OUT, MONDAY).of("ada") is None


@pytest.mark.parametrize("counts_on", list(CountsOn))
def test_a_door_counts_when_it_is_told_to(counts_on: CountsOn) -> None:
    """Being let in without opening the door is no passage, where the door has a contact."""
    door = Door(name="In", enters="Hall", counts_on=counts_on)

    assert (granted(NOBODY_INSIDE, "ada", door, MONDAY).of("ada") is not None) is (
        counts_on is CountsOn.GRANT
    )
    assert (passed(NOBODY_INSIDE, "ada", door, MONDAY).of("ada") is not None) is (
        counts_on is CountsOn.OPENED
    )


def test_a_door_between_no_areas_moves_nobody() -> None:
    """Most doors are such."""
    inside = passed(NOBODY_INSIDE, "ada", IN, MONDAY)

    assert passed(inside, "ada", Door(name="Cupboard"), MONDAY) is inside


def test_the_muster_list_has_everybody_inside_longest_first() -> None:
    """Of one area, or of all."""
    inside = passed(NOBODY_INSIDE, "eve", IN, MONDAY + MINUTE)
    inside = passed(inside, "ada", IN, MONDAY)
    inside = passed(inside, "kim", DEEPER, MONDAY)

    assert [each.person_id for each in muster(inside)] == ["ada", "kim", "eve"]
    assert [each.person_id for each in muster(inside, "Hall")] == ["ada", "eve"]
    assert [each.person_id for each in muster(forget(inside, ["ada"]))] == ["kim", "eve"]


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(("ada", "eve", "kim")), st.sampled_from((IN, OUT, DEEPER)))
    )
)
def test_everybody_is_where_her_last_door_led(steps: Sequence[tuple[str, Door]]) -> None:
    """Nobody is in two places, and nobody is lost."""
    inside = NOBODY_INSIDE
    for who, door in steps:
        inside = passed(inside, who, door, MONDAY)
    expected = {who: door.enters for who, door in steps}

    assert {who: stay.area for who, stay in inside.stays.items()} == {
        who: area for who, area in expected.items() if area is not None
    }


@pytest.mark.parametrize(
    ("since", "at", "forgotten"),
    [
        ("2026-06-01 08:00", "2026-06-01 23:59", False),
        ("2026-06-01 08:00", "2026-06-02 03:59", False),
        ("2026-06-01 08:00", "2026-06-02 04:00", True),
        ("2026-06-02 04:00", "2026-06-02 04:30", False),
        ("2026-06-02 03:00", "2026-06-02 04:30", True),
        ("2026-06-02 08:00", "2026-06-02 07:00", False),
    ],
)
def test_an_area_forgets_at_its_time_of_day(since: str, at: str, *, forgotten: bool) -> None:
    """By the clock of the site; and nothing that is yet to come, after a clock was set back."""
    area = Area(name="Hall", reset_at=4 * 60)
    rules = Rules(Ruleset(zone="Europe/Berlin", areas=(area,)))

    assert was_reset(area, Stay("Hall", local(since), "In"), local(at), rules) is forgotten


@pytest.mark.parametrize(("minutes", "forgotten"), [(59, False), (60, True), (-5, False)])
def test_an_area_forgets_after_its_minutes(minutes: int, *, forgotten: bool) -> None:
    """Counted from the passage."""
    area = Area(name="Hall", reset_after=60)
    rules = Rules(Ruleset(areas=(area,)))
    at: datetime = MONDAY + minutes * MINUTE

    assert was_reset(area, Stay("Hall", MONDAY, "In"), at, rules) is forgotten


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_reset_at_an_hour_that_the_clock_skips_or_repeats_happens(day: str) -> None:
    """On those nights nobody is barred for a day more."""
    area = Area(name="Hall", reset_at=2 * 60 + 30)
    rules = Rules(Ruleset(zone="Europe/Berlin", areas=(area,)))
    stay = Stay("Hall", local(f"{day} 00:30"), "In")

    assert was_reset(area, stay, local(f"{day} 04:00"), rules)
    assert not was_reset(area, stay, local(f"{day} 01:30"), rules)


def test_whereabouts_start_empty() -> None:
    """A site that has not begun knows nobody."""
    assert muster(Whereabouts()) == ()
