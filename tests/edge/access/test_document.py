"""Rules are read strictly, with every fault told at once, and equal rules have equal texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.access.document import LONGEST_TEXT, from_json, from_toml, to_json, to_toml
from edge.access.document_kinds import LONGEST_NAME
from edge.access.rules import Rules
from edge.access.ruleset import (
    ALWAYS,
    AntiPassback,
    Area,
    Calendar,
    CountsOn,
    Door,
    Easter,
    Group,
    Holiday,
    HolidayUse,
    Hours,
    Mode,
    ModeTime,
    OnHoliday,
    Permission,
    PinPolicy,
    RecurringHours,
    Ruleset,
    Schedule,
    TwoPersons,
    Unlocking,
    WeeklyHours,
)
from edge.errors import RulesError
from tests.edge.access.sites import DOCUMENT, RULESET

T = TypeVar("T")
NAMES = (
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=LONGEST_NAME)
    .filter(str.isprintable)
    .filter(lambda name: name not in (ALWAYS, "Never"))
)
HOURS = (
    st.tuples(st.integers(0, 1439), st.integers(1, 1440))
    .filter(lambda each: each[0] != each[1])
    .map(lambda each: Hours(*each))
)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
RULES = st.sampled_from(("FREQ=WEEKLY;INTERVAL=2", "FREQ=YEARLY;BYMONTH=5;BYDAY=1MO"))
HOLIDAYS = st.one_of(
    st.builds(Holiday, name=NAMES, on=DAYS),
    st.builds(Holiday, name=NAMES, every=DAYS.map(lambda day: (day.month, day.day))),
    st.builds(Holiday, name=NAMES, rule=RULES),
    st.builds(
        Holiday, name=NAMES, easter=st.integers(-100, 100), whose=st.sampled_from(tuple(Easter))
    ),
)


AWKWARD = ('"', "1", "Weekdays 07–19", "a.b", "back\\slash")
"""Names in their order that a document must write with care."""

KNOWN = st.sampled_from((*AWKWARD, ALWAYS))
SOME = st.frozensets(st.sampled_from(AWKWARD))


def each(
    kind: Callable[..., T], **fields: st.SearchStrategy[Any]
) -> st.SearchStrategy[tuple[T, ...]]:
    """Draw one of *kind* for every awkward name."""
    return st.tuples(*(st.builds(kind, name=st.just(name), **fields) for name in AWKWARD))


def some(of: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    """Draw none to two."""
    return st.lists(of, max_size=2).map(tuple)


CALENDARS = st.tuples(*(st.builds(Calendar, st.just(name), some(HOLIDAYS)) for name in AWKWARD))
SCHEDULES = each(
    Schedule,
    weekly=some(st.builds(WeeklyHours, st.frozensets(st.integers(0, 6), min_size=1), HOURS)),
    recurring=some(st.builds(RecurringHours, DAYS, HOURS, RULES | st.just(""))),
    holidays=some(
        st.builds(
            HolidayUse,
            st.sampled_from(AWKWARD),
            st.just(OnHoliday.OWN_HOURS),
            st.tuples(HOURS, HOURS),
        )
        | st.builds(
            HolidayUse,
            st.sampled_from(AWKWARD),
            st.sampled_from((OnHoliday.CLOSED, OnHoliday.AS_USUAL)),
        )
    ),
)
AREAS = each(
    Area,
    anti_passback=st.sampled_from(tuple(AntiPassback)),
    reset_after=st.none() | st.integers(1, 10_080),
    reset_at=st.none() | st.integers(0, 1439),
)
DOORS = each(
    Door,
    mode=st.sampled_from(tuple(Mode)),
    modes=some(st.builds(ModeTime, KNOWN, st.sampled_from(tuple(Mode)))),
    enters=st.none() | st.just(AWKWARD[0]),
    leaves=st.none() | st.just(AWKWARD[1]),
    counts_on=st.sampled_from(tuple(CountsOn)),
    two_persons=st.none() | st.builds(TwoPersons, KNOWN, st.floats(1, 300)),
    unlocking=st.none() | st.builds(Unlocking, KNOWN, st.booleans(), SOME),
    office_mode=SOME,
    lockdown=SOME,
    face_alone_limit=st.none() | st.floats(0.0001, 1),
    patience=st.floats(2, 120),
)
GROUPS = each(
    Group,
    permissions=some(
        st.builds(
            Permission,
            st.none() | st.frozensets(st.sampled_from(AWKWARD), min_size=1),
            KNOWN,
        )
    ),
    high_security=st.booleans(),
    extended_opening=st.booleans(),
    instead=st.sampled_from((None, Mode.BADGE, Mode.BADGE_AND_PIN)),
    anti_passback_exempt=st.booleans(),
)
WHOLE = Ruleset(
    zone="Asia/Kolkata",
    calendars=tuple(Calendar(name) for name in AWKWARD),
    schedules=tuple(Schedule(name=name) for name in AWKWARD),
    areas=tuple(Area(name=name) for name in AWKWARD),
    doors=tuple(Door(name=name) for name in AWKWARD),
    groups=tuple(Group(name=name) for name in AWKWARD),
)
RULESETS = st.one_of(
    CALENDARS.map(lambda found: replace(WHOLE, calendars=found)),
    SCHEDULES.map(lambda found: replace(WHOLE, schedules=found)),
    AREAS.map(lambda found: replace(WHOLE, areas=found)),
    DOORS.map(lambda found: replace(WHOLE, doors=found)),
    GROUPS.map(lambda found: replace(WHOLE, groups=found)),
    NAMES.map(lambda name: Ruleset(groups=(Group(name=name),))),
    st.builds(PinPolicy, tries=st.integers(1, 10), pause=st.floats(1, 86_400)).map(
        lambda pins: Ruleset(pins=pins)
    ),
)


@given(RULESETS)
@settings(deadline=None)
def test_rules_read_back_as_they_were_written(ruleset: Ruleset) -> None:
    """As TOML and as JSON, and the JSON is the same after any detour."""
    assert from_toml(to_toml(ruleset)) == ruleset
    assert from_json(to_json(ruleset)) == ruleset
    assert to_json(from_toml(to_toml(ruleset))) == to_json(ruleset)


def test_the_order_of_a_document_does_not_matter() -> None:
    """Groups and doors are known by name, and so is what stands in a table."""
    document = json.loads(to_json(RULESET))
    backwards = json.dumps(
        {
            name: dict(reversed(value.items())) if isinstance(value, dict) else value
            for name, value in reversed(document.items())
        }
    )

    assert to_json(from_json(backwards)) == to_json(from_toml(DOCUMENT))


def test_what_is_the_default_is_not_written() -> None:
    """So that a version differs in what somebody changed, and in nothing else."""
    assert to_toml(Ruleset.default()) == (
        'zone = "UTC"\n\n[groups.Everyone]\npermissions = [\n'
        '    { doors = "all", schedule = "Always" },\n]\n'
    )
    assert from_toml("") == Ruleset()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('zone = "Berlin"', "zone: should be a zone of the IANA database, such as Europe/Berlin"),
        ("zon = 1", "zon: is unknown, did you mean zone?"),
        ("doors.Main.mod = 1", "doors.Main.mod: is unknown, did you mean mode?"),
        (
            'doors.Main.mode = "eye"',
            "doors.Main.mode: should be 'face', 'badge-and-face', 'badge', 'pin-and-face' or 'b",
        ),
        ("doors.Main = 1", "doors.Main: should be a table"),
        ("doors.Main.face_alone_limit = 2", "doors.Main.face_alone_limit: should be less than or"),
        ('doors.Main.patience_seconds = "9"', "doors.Main.patience_seconds: should be a valid num"),
        ("doors.Main.patience_seconds = nan", "doors.Main.patience_seconds: should be a finite"),
        (
            'doors.Main = { enters = "A", leaves = "A" }',
            "doors.Main: should not enter the area that it leaves",
        ),
        ('groups.A.high_security = "yes"', "groups.A.high_security: should be a valid boolean"),
        ('groups.A.instead = "face"', "groups.A.instead: should be 'badge' or 'badge-and-pin'"),
        ('doors.Main.office_mode = ["A", "A"]', "doors.Main.office_mode: should name each once"),
        ("schedules.Always.weekly = []", "schedules.Always: is built in and cannot be changed"),
        ('schedules.S.weekly = ["Mon 7-9"]', "schedules.S.weekly.0: should be a time of day"),
        ('schedules.S.weekly = ["Mo 07:00-19:00"]', "schedules.S.weekly.0: should begin with days"),
        ('schedules.S.weekly = ["Mon 07:00-07:00"]', "schedules.S.weekly.0: should end at another"),
        ('schedules.S.weekly = ["Mon 07:00-24:30"]', "schedules.S.weekly.0: should be a time of"),
        ("schedules.S.weekly = [7]", "schedules.S.weekly.0: should be text in double quotes"),
        (
            'schedules.S.recurring = [{ first = "2026-02-30", hours = "07:00-08:00" }]',
            "schedules.S.recurring.0.first: should be a day such as 2026-12-31",
        ),
        (
            'schedules.S.recurring = [{ first = 2026-02-03, hours = "07:00-08:00", rule = "X=1" }]',
            "schedules.S.recurring.0.rule: FREQ should be",
        ),
        (
            'schedules.S.holidays = [{ calendar = "P", does = "own-hours" }]',
            "schedules.S.holidays.0: should have hours if, and only if",
        ),
        (
            'calendars.P.days = [{ name = "x" }]',
            "calendars.P.days.0: should say when by exactly one of on, every, rule and easter",
        ),
        (
            'calendars.P.days = [{ name = "x", every = "02-30" }]',
            "calendars.P.days.0.every: should be month and day, such as 12-25",
        ),
        ('areas.A.reset_at = "24:00"', "areas.A.reset_at: should be less than 1440"),
        (f'groups."{"x" * 65}" = {{}}', "groups." + "x" * 64 + ": should have at"),
        ('groups." x" = {}', "groups. x: should be printable, without blanks at its ends"),
        ("pins.tries = 0", "pins.tries: should be greater than or equal to 1"),
        ("groups.A.permissions = [{ doors = [] }]", "groups.A.permissions.0.schedule: is missing"),
    ],
)
def test_what_is_wrong_is_told_with_its_path(line: str, fault: str) -> None:
    """And with what should be there instead."""
    with pytest.raises(RulesError) as refused:
        from_toml(line)

    assert any(each.startswith(fault) for each in refused.value.faults), refused.value.faults


def test_every_fault_is_told_at_once() -> None:
    """Nobody mends rules one fault a time."""
    with pytest.raises(RulesError) as refused:
        from_toml('zone = "X"\ndoors.A.mode = "eye"\ngroups.B.instead = "face"\npins.tries = 0')

    assert len(refused.value.faults) == 4
    assert str(refused.value).startswith("4 problems in the rules: ")
    assert refused.value.remedy


def test_names_that_lead_nowhere_are_told_with_the_nearest() -> None:
    """Of schedules, doors, groups, areas and calendars."""
    with pytest.raises(RulesError) as refused:
        from_toml(
            DOCUMENT.replace('["Keyholders"]\nlockdown', '["Keyholder"]\nlockdown')
            .replace('schedule = "Always", seconds', 'schedule = "Allways", seconds')
            .replace('calendar = "Public"', 'calendar = "Pubic"')
            .replace('["Main", "Shop"]', '["Man", "Shop"]')
        )

    assert "doors.Shop.office_mode: no group is named 'Keyholder', did you mean 'Keyholders'?" in (
        refused.value.faults
    )
    assert len(refused.value.faults) == 4


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[", "not TOML"),
        ("x" * (LONGEST_TEXT + 1), "characters"),
    ],
)
def test_what_is_no_document_is_refused(text: str, says: str) -> None:
    """Before anything of it is looked at."""
    with pytest.raises(RulesError, match=says):
        from_toml(text)


@pytest.mark.parametrize(
    "text", ["{", '{"zone": "UTC", "zone": "UTC"}', "[1]", "[" * 100_000, '{"zone": NaN}']
)
def test_json_that_is_none_or_says_a_thing_twice_is_refused(text: str) -> None:
    """Of two values for one name nobody knows which was meant."""
    with pytest.raises(RulesError):
        from_json(text)


def test_too_many_groups_are_refused() -> None:
    """A document has limits, so that no one can fill a door's memory with it."""
    with pytest.raises(RulesError, match="groups"):
        from_toml("\n".join(f"groups.G{number} = {{}}" for number in range(501)))


def test_the_largest_document_is_ready_within_its_bounds() -> None:
    """Everything at its limit still makes rules."""
    groups = "\n".join(f"groups.G{number} = {{}}" for number in range(500))

    assert len(Rules(from_toml(groups)).ruleset.groups) == 500
