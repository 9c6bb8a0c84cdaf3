"""Asking the rules about people who do not stand at a door."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from edge.access.rules import Rules
from edge.access.ruleset import (
    ALWAYS,
    Door,
    Factor,
    Group,
    Hours,
    Mode,
    Permission,
    Ruleset,
    Schedule,
    TwoPersons,
    WeeklyHours,
)
from edge.asking import Visit, coming_week, explained, factors_of, moment_of, who_may
from edge.collection.person_rows import Person
from edge.domain import Badge, Reason

MONDAY = datetime(2026, 6, 1, 10, tzinfo=UTC)
RULES = Rules(
    Ruleset(
        zone="Europe/Berlin",
        schedules=(
            Schedule(
                name="Day", weekly=(WeeklyHours(frozenset(range(5)), Hours(7 * 60, 19 * 60)),)
            ),
        ),
        doors=(
            Door(name="front"),
            Door(name="lab", mode=Mode.BADGE_AND_FACE),
            Door(name="back", mode=Mode.BADGE),
            Door(name="vault", two_persons=TwoPersons(ALWAYS)),
        ),
        groups=(
            Group(name="Staff", permissions=(Permission(None, "Day"),)),
            Group(
                name="Faceless", permissions=(Permission(None, "Day"),), instead=Mode.BADGE_AND_PIN
            ),
        ),
    )
)
ADA = Person(
    person_id="ada",
    collection_id="badges",
    name="Ada",
    external_id=None,
    valid_from=None,
    valid_until=None,
    consent=None,
    created_at=MONDAY,
    faces=3,
    badges=(Badge("1"),),
    suspended_at=None,
    retention_until=None,
    declined=False,
    look_alikes=(),
    groups=frozenset({"Staff"}),
    has_pin=False,
    version=1,
)
BOB = replace(ADA, person_id="bob", name="Bob", faces=0, declined=True)


def at(door: str, when: datetime = MONDAY) -> Visit:
    """Come to *door*."""
    return Visit(door=door, at=when, people=3)


@pytest.mark.parametrize(
    ("door", "by"), [("front", "by face"), ("lab", "by face and badge"), ("back", "by badge")]
)
def test_the_least_that_lets_somebody_in_is_told(door: str, by: str) -> None:
    """Not all that she could show besides."""
    found = explained(ADA, at(door), RULES)
    assert found.best.granted
    assert found.best.explanation.endswith(by)
    assert found.checks[0].about == "face"
    assert found.checks[0].passed


def test_only_what_somebody_has_is_tried() -> None:
    """A PIN that she was never given lets nobody in."""
    assert factors_of(ADA) == {Factor.FACE, Factor.BADGE}
    shown = {trial.shown for trial in explained(ADA, at("front"), RULES).trials}
    assert all(Factor.PIN not in each for each in shown)
    assert factors_of(replace(BOB, has_pin=True)) == {Factor.BADGE, Factor.PIN}
    assert factors_of(replace(BOB, badges=())) == frozenset()


def test_whoever_has_no_face_is_not_let_in_by_one() -> None:
    """Unless her group says what she shows instead, and she has that."""
    refused = explained(BOB, at("front"), RULES)
    assert refused.best.reason is Reason.SECOND_FACTOR_NEEDED
    assert not refused.checks[0].passed
    assert "declined" in refused.checks[0].found
    assert explained(BOB, at("back"), RULES).best.granted

    instead = replace(BOB, groups=frozenset({"Faceless"}))
    assert not explained(instead, at("front"), RULES).best.granted
    assert explained(replace(instead, has_pin=True), at("front"), RULES).best.granted


def test_a_second_person_is_thought_of() -> None:
    """Where two must come, she may pass as the second; alone, every trial says so."""
    found = explained(ADA, at("vault"), RULES)
    assert found.best.granted
    assert all(not trial.verdict.granted for trial in found.trials)
    assert Reason.SECOND_PERSON_NEEDED in {trial.verdict.reason for trial in found.trials}


def test_who_may_pass() -> None:
    """Those with faces and those without, each with what she has."""
    people = [ADA, BOB, replace(ADA, person_id="cid", groups=frozenset())]
    assert set(who_may(people, at("front"), RULES)) == {"ada"}
    assert set(who_may(people, at("back"), RULES)) == {"ada", "bob"}
    assert who_may([], at("back"), RULES) == {}
    assert who_may([BOB], at("front"), RULES) == {}


def test_the_coming_week_has_five_days() -> None:
    """Of twelve hours each, by the clock of the site; the first has begun."""
    week = coming_week(ADA, at("front"), RULES)
    opened = [each for each in week if each.verdict.granted]
    assert len(opened) == 6  # the seventh day after is a Monday again
    assert opened[0].begin == MONDAY
    assert opened[1].begin == datetime(2026, 6, 2, 5, tzinfo=UTC)
    assert week[-1].end == datetime(2026, 6, 8, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-06-01T12:00", MONDAY),
        ("2026-06-01 12:00", MONDAY),
        ("2026-06-01T11:00+01:00", MONDAY),
        ("2026-12-01", datetime(2026, 11, 30, 23, tzinfo=UTC)),
    ],
)
def test_times_are_by_the_clock_of_the_site(text: str, moment: datetime) -> None:
    """Unless they say their own zone."""
    assert moment_of(text, RULES) == moment


@pytest.mark.parametrize("text", ["", "noon", "9999-12-31T23:59", "0001-01-01", "2026-13-01"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """Nor one so far away that no calendar reaches a year further."""
    with pytest.raises(ValueError, match=r"\S"):
        moment_of(text, RULES)
