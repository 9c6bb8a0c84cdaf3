"""A door stands unlocked by its schedule once its first person has come, where it waits for one."""

from __future__ import annotations

from datetime import datetime

import pytest

from edge.access.rules import Rules
from edge.access.ruleset import ALWAYS, Door, Ruleset, Unlocking
from edge.access.standing import Standing, Switch, may_switch, standing
from edge.domain import Badge
from tests.edge.access.sites import MONDAY, RULES, local, person, with_badges

EIGHT, EVENING = local("2026-06-01 08:00"), local("2026-06-01 19:00")


def at_shop(at: str, first_person_at: datetime | None = None) -> Standing:
    """Ask for the shop, which waits for a keyholder on weekdays from 7 to 19."""
    return standing("Shop", local(at), RULES, first_person_at=first_person_at)


def test_it_waits_for_its_first_person() -> None:
    """Once somebody came it stays unlocked until the schedule closes."""
    assert at_shop("2026-06-01 08:00") == Standing(unlocked=False, waiting=True, changes_at=EVENING)
    assert at_shop("2026-06-01 18:59", EIGHT) == Standing(unlocked=True, changes_at=EVENING)
    assert not at_shop("2026-06-01 19:00", EIGHT).unlocked


def test_yesterdays_first_person_does_not_count() -> None:
    """Nor one who came before the schedule opened, or who is said to come later."""
    assert at_shop("2026-06-02 08:00", EIGHT).waiting
    assert at_shop("2026-06-01 08:00", local("2026-06-01 06:59")).waiting
    assert at_shop("2026-06-01 08:00", local("2026-06-01 08:01")).waiting


def test_without_an_unlock_schedule_a_door_is_locked() -> None:
    """Most doors are."""
    assert standing("Main", EIGHT, RULES) == Standing(unlocked=False)


def test_it_may_not_wait_at_all() -> None:
    """The schedule alone unlocks it."""
    rules = Rules(Ruleset(doors=(Door(name="D", unlocking=Unlocking(ALWAYS)),)))

    assert standing("D", EIGHT, rules) == Standing(unlocked=True)


@pytest.mark.parametrize(
    ("switch", "group", "allowed"),
    [
        (Switch.LOCKDOWN, "Guards", True),
        (Switch.LOCKDOWN, "Keyholders", False),
        (Switch.OFFICE_MODE, "Keyholders", True),
        (Switch.OFFICE_MODE, "Staff", False),
    ],
)
def test_only_named_groups_switch_a_door(switch: Switch, group: str, *, allowed: bool) -> None:
    """And only with a badge that is valid."""
    who = person("ada", group)
    lost = with_badges(who, Badge("ada-7", revoked_at=MONDAY))

    assert may_switch(switch, who, "Shop", MONDAY, RULES, badge="ada-7") is allowed
    assert not may_switch(switch, lost, "Shop", MONDAY, RULES, badge="ada-7")
    assert not may_switch(switch, who, "Shop", MONDAY, RULES, badge="other")
    assert not may_switch(switch, who, "Main", MONDAY, RULES, badge="ada-7")
