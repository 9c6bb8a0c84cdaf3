"""Why, who and when: previews say what the door would say."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from edge.access.engine import evaluate
from edge.access.explain import SHOWN_TOGETHER, when, who, why
from edge.access.ruleset import Factor
from edge.access.whereabouts import Stay, Whereabouts
from edge.domain import Badge, Reason
from tests.edge.access.sites import (
    BADGE,
    FACE,
    MONDAY,
    NOBODY_INSIDE,
    RULES,
    local,
    person,
    question,
    with_badges,
)


def test_why_lists_every_check_with_its_result() -> None:
    """In the order of the engine, in words."""
    ada = person("ada", "Staff", "Ghosts")
    found = why(question(ada, "Vault", at=local("2026-06-05 20:00")), RULES, NOBODY_INSIDE)

    assert [(each.about, each.passed, each.found) for each in found.checks] == [
        ("person", True, "valid"),
        ("badge 1", True, "valid"),
        ("group Ghosts", False, "the rules do not speak of this group"),
        ("group Staff", False, "schedule 'Weekdays 07–19' is closed until Monday 07:00"),
        ("mode", True, "the door asks for a face"),
        ("factors", True, "this door asks for a face; to be shown: the face"),
        ("anti-passback", True, "nothing to object"),
        ("two persons", False, "a second person must come"),
    ]
    assert found.best.reason is Reason.OUTSIDE_SCHEDULE


def test_why_tries_every_way_of_showing_who_one_is() -> None:
    """The trials are the door's own answers."""
    ada = person("ada", "Staff")
    found = why(question(ada, "Store"), RULES, NOBODY_INSIDE)
    granted = {each.shown for each in found.trials if each.verdict.granted}

    assert [each.shown for each in found.trials] == list(SHOWN_TOGETHER)
    assert granted == {frozenset({FACE, BADGE}), frozenset(Factor)}
    assert found.best.granted


def test_why_tells_what_is_wrong_with_a_person() -> None:
    """Each badge is looked at for itself."""
    ada = with_badges(
        person("ada", "Staff"), Badge("1", revoked_at=MONDAY), Badge("2"), Badge("3", duress=True)
    )
    inside = Whereabouts({"ada": Stay("Vault", MONDAY, "Vault")})
    found = {each.about: each for each in why(question(ada, "Vault"), RULES, inside).checks}

    assert (found["badge 1"].passed, found["badge 1"].found) == (False, "the badge is revoked")
    assert (found["badge 2"].passed, found["badge 2"].found) == (True, "valid")
    assert found["badge 3"].found == "valid, for duress"
    assert not found["anti-passback"].passed
    assert (
        "has no badge"
        in {
            each.about: each.found
            for each in why(question(with_badges(ada), "Vault"), RULES, inside).checks
        }["badge"]
    )


def test_who_may_pass_are_those_whom_the_door_would_let_in() -> None:
    """With all they have."""
    people = [person("ada", "Staff"), person("eve", "Keyholders"), person("kim", "Directors")]

    assert set(who(people, question(people[0], "Store"), RULES, NOBODY_INSIDE)) == {"ada", "kim"}


def test_when_tells_the_week_of_a_person() -> None:
    """From Friday noon on: the afternoon, the weekend, Monday."""
    found = when(question(person("ada", "Staff"), "Main", at=local("2026-06-05 12:00")), RULES)

    assert [(each.begin, each.verdict.granted) for each in found[:3]] == [
        (local("2026-06-05 12:00"), True),
        (local("2026-06-05 19:00"), False),
        (local("2026-06-08 07:00"), True),
    ]
    assert found[-1].end == local("2026-06-12 12:00")


def test_when_ends_with_the_validity_of_a_person_or_badge() -> None:
    """A date in the middle of the week is a turn of its own."""
    until = local("2026-06-01 12:00")
    visitor = with_badges(person("ada", "Staff"), Badge("1", valid_until=until))
    found = when(question(visitor, "Main"), RULES, days=1)

    assert [(each.begin, each.verdict.reason) for each in found] == [
        (MONDAY, Reason.MATCH),
        (until, Reason.BADGE_EXPIRED),
    ]


@given(
    groups=st.frozensets(st.sampled_from(("Staff", "Guards", "Keyholders", "Directors"))),
    door=st.sampled_from(("Main", "Store", "Laboratory", "Shop")),
    minutes=st.integers(0, 7 * 1440 - 1),
    begin=st.sampled_from(("2026-03-27 12:00", "2026-10-23 12:00", "2026-06-10 00:00")),
)
def test_a_preview_says_at_every_minute_what_the_door_says(
    groups: frozenset[str], door: str, minutes: int, begin: str
) -> None:
    """Also in the weeks in which the clock jumps."""
    ada = person("ada", *groups, pin=True)
    asked = question(ada, door, FACE, BADGE, Factor.PIN, at=local(begin))
    stretches = when(asked, RULES)
    at = asked.at + timedelta(minutes=minutes)
    stretch = next(each for each in stretches if each.begin <= at < each.end)
    said = evaluate(question(ada, door, FACE, BADGE, Factor.PIN, at=at), RULES, NOBODY_INSIDE)

    assert (stretch.verdict.outcome, stretch.verdict.reason) == (said.outcome, said.reason)
    assert [each.end for each in stretches[:-1]] == [each.begin for each in stretches[1:]]
