"""What a change of the rules means in the coming week, for groups and for people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from edge.access.rules import Rules
from edge.access.ruleset import (
    ALWAYS,
    EVERYONE,
    Door,
    Group,
    Hours,
    Permission,
    Ruleset,
    Schedule,
    WeeklyHours,
)
from edge.foresight import Crowd, Foresight, Shift, foresee

MONDAY = datetime(2026, 6, 1, 6, tzinfo=UTC)
WEEK = 7 * 24 * 60
CREWS = {frozenset(): 4, frozenset({"Staff"}): 10, frozenset({"Staff", "Guards"}): 2}


def day_shift(begin: int = 7, end: int = 19) -> Schedule:
    """Make a schedule of five days a week."""
    hours = Hours(begin * 60, end * 60)
    return Schedule(name="Day", weekly=(WeeklyHours(frozenset(range(5)), hours),))


def rules(schedule: Schedule, *groups: Group) -> Rules:
    """Make rules of one schedule and some groups."""
    return Rules(Ruleset(schedules=(schedule,), groups=groups))


STAFF = Group(name="Staff", permissions=(Permission(None, "Day"),))
GUARDS = Group(name="Guards", permissions=(Permission(None, ALWAYS),))


def test_nothing_changes_where_nothing_was_changed() -> None:
    """Then there is nothing to tell."""
    same = rules(day_shift(), STAFF, GUARDS)
    assert foresee(same, same, doors=["front"], crews=CREWS, since=MONDAY) == Foresight()


def test_longer_hours_are_gained_by_whoever_has_no_better_ones() -> None:
    """Guards who are staff as well could pass at night already."""
    seen = foresee(
        rules(day_shift(), STAFF, GUARDS),
        rules(day_shift(6, 20), STAFF, GUARDS),
        doors=["front"],
        crews=CREWS,
        since=MONDAY,
    )
    assert seen.shifts == (
        Shift(
            group="Staff", door="front", members=12,
            before=5 * 720, after=5 * 840, gained=5 * 120, lost=0,
        ),
    )  # fmt: skip
    assert seen.crowds == (Crowd(door="front", gaining=10, losing=0),)


def test_a_shifted_day_is_gained_and_lost() -> None:
    """An hour in the morning for one in the evening."""
    seen = foresee(
        rules(day_shift(7, 19), STAFF),
        rules(day_shift(8, 20), STAFF),
        doors=["front", "back"],
        crews={frozenset({"Staff"}): 1},
        since=MONDAY,
    )
    assert [(each.door, each.gained, each.lost) for each in seen.shifts] == [
        ("back", 300, 300),
        ("front", 300, 300),
    ]
    assert seen.crowds == (
        Crowd(door="back", gaining=1, losing=1),
        Crowd(door="front", gaining=1, losing=1),
    )


def test_a_group_that_goes_takes_its_time_along() -> None:
    """From those who were in no other; and the group of everybody counts everybody."""
    everyone = Group(name=EVERYONE, permissions=(Permission(None, ALWAYS),))
    seen = foresee(
        Rules(Ruleset(groups=(everyone,))),
        rules(day_shift(), STAFF, GUARDS),
        doors=["front"],
        crews=CREWS,
        since=MONDAY,
    )
    lost = {each.group: (each.members, each.gained, each.lost) for each in seen.shifts}
    assert lost[EVERYONE] == (16, 0, WEEK)
    assert lost["Guards"] == (2, WEEK, 0)
    assert seen.crowds == (Crowd(door="front", gaining=0, losing=14),)


def test_only_the_named_door_changes() -> None:
    """A permission for one door says nothing about another."""
    front = replace(STAFF, permissions=(Permission(frozenset({"front"}), "Day"),))
    both = replace(STAFF, permissions=(Permission(frozenset({"front", "back"}), "Day"),))
    doors = (Door(name="front"), Door(name="back"))
    before, after = (
        Rules(Ruleset(schedules=(day_shift(),), groups=(group,), doors=doors))
        for group in (front, both)
    )
    seen = foresee(before, after, doors=[], crews=CREWS, since=MONDAY)
    assert [(each.door, each.gained) for each in seen.shifts] == [("back", 3600)]


weeks = st.lists(
    st.builds(
        WeeklyHours,
        st.frozensets(st.integers(0, 6), min_size=1),
        st.builds(Hours, st.integers(0, 1439), st.integers(1, 1440)),
    ),
    max_size=4,
)


@given(weeks, weeks)
def test_what_is_gained_and_lost_explains_the_difference(
    before: list[WeeklyHours], after: list[WeeklyHours]
) -> None:
    """To the minute, whatever the hours; undoing the change turns one into the other."""
    first, second = (
        rules(Schedule(name="Day", weekly=tuple(hours)), STAFF) for hours in (before, after)
    )
    there = foresee(first, second, doors=["front"], crews=CREWS, since=MONDAY)
    back = foresee(second, first, doors=["front"], crews=CREWS, since=MONDAY)
    for one, other in zip(there.shifts, back.shifts, strict=True):
        assert one.after - one.before == one.gained - one.lost
        assert (one.gained, one.lost) == (other.lost, other.gained)
        assert one.gained <= one.after <= WEEK
        assert one.lost <= one.before <= WEEK
    assert bool(there.shifts) == bool(there.crowds)
