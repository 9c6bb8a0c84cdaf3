"""Denial is the default; a grant has passed every check, and every answer says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.access.engine import evaluate
from edge.access.rules import Rules
from edge.access.ruleset import (
    ALWAYS,
    EVERYONE,
    NEVER,
    Door,
    Factor,
    Group,
    Mode,
    ModeTime,
    Permission,
    Ruleset,
)
from edge.access.verdict import Flag, Question, Verdict
from edge.access.whereabouts import Stay, Whereabouts
from edge.domain import Badge, Credentials, Reason
from edge.errors import RulesError
from tests.edge.access.sites import (
    BADGE,
    DEFAULT,
    FACE,
    MONDAY,
    NOBODY_INSIDE,
    PIN,
    RULES,
    answer,
    local,
    person,
    question,
    with_badges,
)

DAY = timedelta(days=1)
SHOWN = st.frozensets(st.sampled_from(tuple(Factor)))
DOORS, GROUPS = ("North", "South"), ("A", "B", EVERYONE)
PERMISSIONS = st.builds(
    Permission,
    st.none() | st.frozensets(st.sampled_from(DOORS), min_size=1),
    st.sampled_from((ALWAYS, NEVER)),
)
ALL_GROUPS = st.tuples(
    *(
        st.builds(
            Group,
            name=st.just(name),
            permissions=st.lists(PERMISSIONS, max_size=3).map(tuple),
            high_security=st.booleans(),
            instead=st.sampled_from((None, Mode.BADGE, Mode.BADGE_AND_PIN)),
        )
        for name in GROUPS
    )
)
ALL_DOORS = st.tuples(
    *(
        st.builds(
            Door,
            name=st.just(name),
            mode=st.sampled_from(Mode),
            modes=st.lists(
                st.builds(ModeTime, st.just(ALWAYS), st.sampled_from(Mode)), max_size=1
            ).map(tuple),
            face_alone_limit=st.none() | st.just(0.01),
        )
        for name in DOORS
    )
)
RULESETS = st.builds(Ruleset, groups=ALL_GROUPS, doors=ALL_DOORS)
PEOPLE = st.builds(
    Credentials,
    person_id=st.sampled_from(("ada", "eve")),
    badges=st.lists(
        st.builds(
            Badge,
            st.sampled_from(("1", "2")),
            revoked_at=st.none() | st.just(MONDAY - DAY),
            duress=st.booleans(),
        ),
        max_size=2,
        unique_by=lambda badge: badge.number,
    ).map(tuple),
    suspended=st.booleans(),
    look_alikes=st.booleans(),
    groups=st.frozensets(st.sampled_from((*GROUPS, "unknown"))),
    has_pin=st.booleans(),
)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Draw anybody at any door who showed anything."""
    who, shown = draw(PEOPLE), draw(SHOWN)
    return Question(
        person=who,
        door=draw(st.sampled_from((*DOORS, "unlisted"))),
        at=MONDAY,
        shown=shown,
        badge=draw(st.sampled_from(("1", "2", "3"))) if BADGE in shown else None,
        people=draw(st.sampled_from((10, 1_000, 100_000))),
        duress=draw(st.booleans()),
    )


def test_today_everybody_passes_every_door_with_her_face() -> None:
    """The rules of a site that made none."""
    verdict = answer(person(), "anywhere", FACE, rules=DEFAULT)

    assert verdict.granted
    assert (verdict.reason, verdict.mode, verdict.duress) == (Reason.MATCH, Mode.FACE, False)
    assert verdict.explanation == "granted: schedule 'Always' of group Everyone, by face"


@pytest.mark.parametrize(
    ("change", "reason", "says"),
    [
        (lambda who: replace(who, suspended=True), Reason.PERSON_SUSPENDED, "is suspended"),
        (
            lambda who: replace(who, valid_from=MONDAY + DAY),
            Reason.PERSON_NOT_YET_VALID,
            "not valid yet",
        ),
        (lambda who: replace(who, valid_until=MONDAY), Reason.PERSON_EXPIRED, "not valid any more"),
        (with_badges, Reason.NO_BADGE, "has no badge"),
        (
            lambda who: with_badges(who, Badge("1", revoked_at=MONDAY)),
            Reason.BADGE_REVOKED,
            "revoked",
        ),
        (
            lambda who: with_badges(who, Badge("1", valid_until=MONDAY)),
            Reason.BADGE_EXPIRED,
            "expired",
        ),
        (
            lambda who: with_badges(who, Badge("1", valid_from=MONDAY + DAY)),
            Reason.BADGE_NOT_YET_VALID,
            "not valid yet",
        ),
        (lambda who: with_badges(who, Badge("1", duress=True)), Reason.NO_BADGE, "has no badge"),
    ],
)
def test_who_is_not_valid_passes_nowhere(
    change: Callable[[Credentials], Credentials], reason: Reason, says: str
) -> None:
    """Whatever the rules permit."""
    verdict = answer(change(person()), "anywhere", FACE, rules=DEFAULT)

    assert not verdict.granted
    assert verdict.reason is reason
    assert says in verdict.explanation


def test_one_valid_badge_of_several_is_enough_for_a_face() -> None:
    """A lost and revoked badge does not bar the new one, but opens nothing itself."""
    who = with_badges(person(), Badge("1", revoked_at=MONDAY), Badge("2"))
    asked = question(who, "anywhere", FACE, BADGE)

    assert answer(who, "anywhere", FACE, rules=DEFAULT).granted
    assert asked.badge == "1"
    assert evaluate(asked, DEFAULT, NOBODY_INSIDE).reason is Reason.BADGE_REVOKED
    assert evaluate(replace(asked, badge="2"), DEFAULT, NOBODY_INSIDE).granted
    assert evaluate(replace(asked, badge="3"), DEFAULT, NOBODY_INSIDE).reason is (
        Reason.UNKNOWN_BADGE
    )


def test_without_a_permission_nobody_passes() -> None:
    """Being known is no permission."""
    verdict = answer(person("ada", "Keyholders"), "Main", FACE)

    assert verdict.reason is Reason.NO_PERMISSION
    assert verdict.explanation == "denied: no group of this person may pass this door"


def test_outside_her_hours_she_is_told_when_they_begin() -> None:
    """On a Friday evening the next hours begin on Monday."""
    verdict = answer(person("ada", "Staff"), "Main", FACE, at=local("2026-06-05 19:00"))

    assert verdict.reason is Reason.OUTSIDE_SCHEDULE
    assert verdict.explanation == (
        "denied: outside schedule 'Weekdays 07–19' of group Staff (next: Monday 07:00)"
    )
    assert verdict.next_opening == local("2026-06-08 07:00")
    assert (verdict.group, verdict.schedule) == ("Staff", "Weekdays 07–19")


def test_a_holiday_is_named() -> None:
    """Whoever wonders why a Friday is closed reads it in the record."""
    verdict = answer(person("ada", "Staff"), "Main", FACE, at=local("2026-06-12 10:00"))

    assert verdict.explanation == (
        "denied: outside schedule 'Weekdays 07–19' of group Staff (holiday: Works outing)"
        " (next: Monday 07:00)"
    )


def test_hours_far_ahead_have_a_date_and_hours_that_are_over_none() -> None:
    """A weekday alone would mislead, and so would a time that never comes."""
    before = local("2026-03-27 20:00")
    after_easter = answer(person("ada", "Staff"), "Main", FACE, at=local("2026-04-02 19:30"))
    never = Rules(Ruleset(groups=(Group(name=EVERYONE, permissions=(Permission(None, NEVER),)),)))

    assert "(next: Tuesday 07:00)" not in after_easter.explanation
    assert "Monday 07:00" in after_easter.explanation
    assert "does not open again" in answer(person(), "x", FACE, at=before, rules=never).explanation


def test_of_several_permissions_the_one_that_opens_first_is_named() -> None:
    """And any that is open lets her in."""
    rules = Rules(
        Ruleset(
            groups=(
                Group(name="A", permissions=(Permission(None, NEVER),)),
                Group(name="B", permissions=(Permission(None, ALWAYS),)),
            )
        )
    )

    assert answer(person("ada", "A", "B"), "x", FACE, rules=rules).group == "B"
    assert answer(person("ada", "A"), "x", FACE, rules=rules).group == "A"


@pytest.mark.parametrize(
    ("door", "shown", "missing"),
    [
        ("Store", (FACE,), {BADGE}),
        ("Store", (BADGE,), {FACE}),
        ("Store", (PIN,), {FACE, BADGE}),
        ("Bikes", (FACE,), {BADGE}),
        ("Laboratory", (FACE,), {PIN}),
        ("Laboratory", (FACE, BADGE), {PIN}),
        ("Main", (BADGE,), {FACE}),
    ],
)
def test_a_door_asks_for_what_is_missing(
    door: str, shown: tuple[Factor, ...], missing: set[Factor]
) -> None:
    """And for nothing that was shown."""
    verdict = answer(person("ada", "Staff", pin=True), door, *shown)

    assert verdict.reason is Reason.SECOND_FACTOR_NEEDED
    assert verdict.needs == missing
    assert not verdict.one_of


@pytest.mark.parametrize(
    ("door", "shown"),
    [
        ("Store", (FACE, BADGE)),
        ("Store", (FACE, BADGE, PIN)),
        ("Bikes", (BADGE,)),
        ("Laboratory", (FACE, PIN)),
        ("Main", (FACE,)),
        ("Main", (FACE, BADGE)),
    ],
)
def test_what_was_asked_for_opens(door: str, shown: tuple[Factor, ...]) -> None:
    """More than that does no harm."""
    verdict = answer(person("ada", "Staff", pin=True), door, *shown)

    assert verdict.granted
    assert (Flag.WITHOUT_FACE in verdict.flags) is (FACE not in shown)


def test_what_a_door_asks_for_follows_the_clock() -> None:
    """At night the laboratory wants a badge and a PIN."""
    who = person("ada", "Directors", pin=True)

    assert answer(who, "Laboratory", FACE, PIN).granted
    night = answer(who, "Laboratory", FACE, PIN, at=local("2026-06-02 23:00"))
    assert night.mode is Mode.BADGE_AND_PIN
    assert night.needs == {BADGE}


def test_somebody_without_a_pin_is_told_that_there_is_none() -> None:
    """Nothing is asked for that she cannot give."""
    verdict = answer(person("ada", "Staff"), "Laboratory", FACE)

    assert not verdict.needs
    assert verdict.explanation == (
        "denied: this door asks for a PIN and a face, and this person has no PIN"
    )


def test_high_security_always_shows_a_second_factor() -> None:
    """Also at a door of a face alone, or of a badge alone."""
    who = person("ada", "Directors", pin=True)

    by_face = answer(who, "Main", FACE)
    assert not by_face.needs
    assert by_face.one_of == {BADGE, PIN}
    assert answer(who, "Main", FACE, BADGE).granted
    assert answer(who, "Main", FACE, PIN).granted
    assert answer(who, "Bikes", BADGE).one_of == {FACE, PIN}
    assert answer(person("ada", "Directors"), "Main", FACE).one_of == {BADGE}


def test_a_look_alike_shows_what_her_twin_has_not() -> None:
    """Her face says that it is one of the two, her badge or PIN which."""
    who = person("ada", "Staff", pin=True, alike=True)

    verdict = answer(who, "Main", FACE)
    assert verdict.reason is Reason.SECOND_FACTOR_NEEDED
    assert verdict.one_of == {BADGE, PIN}
    assert "looks like this person" in verdict.explanation
    assert answer(who, "Main", FACE, BADGE).granted
    assert answer(who, "Bikes", BADGE).granted


def test_a_look_alike_of_high_security_shows_badge_and_pin() -> None:
    """A twin who borrowed the badge has the face as well; the PIN is the second factor then."""
    who = person("ada", "Directors", pin=True, alike=True)

    assert answer(who, "Main", FACE, BADGE).needs == {PIN}
    assert answer(who, "Main", FACE, BADGE, PIN).granted
    without = answer(person("ada", "Directors", alike=True), "Main", FACE, BADGE)
    assert (without.granted, "has no PIN" in without.explanation) == (False, True)


def test_a_large_gallery_refuses_a_face_alone_where_a_limit_is_set() -> None:
    """A badge makes it one comparison; without a limit it goes on as before."""
    who = person("ada", "Staff")

    verdict = answer(who, "Crowd", FACE, people=10_000)
    assert verdict.reason is Reason.FACE_ALONE_REFUSED
    assert verdict.one_of == {BADGE}
    assert "among 10,000 people a face alone is not safe enough" in verdict.explanation
    assert answer(who, "Crowd", FACE, BADGE, people=10_000).granted
    assert answer(who, "Crowd", FACE, people=1_000).granted
    assert answer(who, "Main", FACE, people=10_000).granted


def test_who_does_not_give_her_face_has_another_way_with_as_many_factors() -> None:
    """The same doors are open to her."""
    who = person("ada", "Staff", "No faces", pin=True)

    assert answer(who, "Main", BADGE).granted
    assert answer(who, "Store", BADGE).needs == {PIN}
    assert answer(who, "Store", BADGE, PIN).granted
    assert "without a face, a badge and a PIN is needed" in answer(who, "Store", BADGE).explanation


def test_two_different_people_must_come() -> None:
    """The same one twice is one."""
    who = person("ada", "Directors", "Staff")
    shown = (FACE, BADGE)

    assert answer(who, "Vault", *shown).reason is Reason.SECOND_PERSON_NEEDED
    assert answer(who, "Vault", *shown, first="ada").reason is Reason.SECOND_PERSON_NEEDED
    verdict = answer(who, "Vault", *shown, first="eve")
    assert verdict.granted
    assert (verdict.person_id, verdict.first_person_id) == ("ada", "eve")


def test_anti_passback_hard_denies_and_soft_says_so() -> None:
    """Who is inside already does not come in again, until the area has forgotten her."""
    who, shown = person("ada", "Directors"), (FACE, BADGE)
    in_hall = Whereabouts({"ada": Stay("Hall", MONDAY, "Main")})
    in_vault = Whereabouts({"ada": Stay("Vault", MONDAY, "Vault")})

    soft = answer(who, "Main", *shown, whereabouts=in_hall)
    assert soft.granted
    assert soft.flags == {Flag.ANTI_PASSBACK}
    assert soft.explanation.endswith("anti-passback: this person is in area Hall already")
    hard = answer(who, "Vault", *shown, whereabouts=in_vault, first="eve")
    assert hard.reason is Reason.ANTI_PASSBACK
    later = answer(
        who, "Vault", *shown, whereabouts=in_vault, first="eve", at=MONDAY + timedelta(hours=10)
    )
    assert later.granted
    guard = person("ada", "Directors", "Guards")
    assert answer(guard, "Vault", *shown, whereabouts=in_vault, first="eve").granted


def test_the_way_out_is_open_to_who_was_not_seen_coming_in() -> None:
    """But not to somebody who is known to be in another area."""
    who, shown = person("ada", "Directors"), (FACE, BADGE)
    in_hall = Whereabouts({"ada": Stay("Hall", MONDAY, "Main")})

    assert answer(who, "Vault exit", *shown).granted
    assert answer(who, "Vault exit", *shown, whereabouts=in_hall).reason is Reason.ANTI_PASSBACK


def test_duress_opens_and_is_told_apart_by_nothing_but_its_mark() -> None:
    """Whatever is shown of the answer is the same as without."""
    who = with_badges(person("ada", "Staff", pin=True), Badge("1"), Badge("2", duress=True))
    plain = question(who, "Store", FACE, BADGE)
    by_badge = evaluate(replace(plain, badge="2"), RULES, NOBODY_INSIDE)
    by_pin = evaluate(replace(plain, duress=True), RULES, NOBODY_INSIDE)
    usual = evaluate(plain, RULES, NOBODY_INSIDE)

    assert usual.granted
    assert not usual.duress
    assert by_badge == by_pin == replace(usual, duress=True)


def test_duress_is_told_of_a_denial_too() -> None:
    """The alarm does not wait for the right hours."""
    asked = replace(question(person("ada", "Staff"), "Store", FACE, BADGE), duress=True)
    verdict = evaluate(replace(asked, at=local("2026-06-06 10:00")), RULES, NOBODY_INSIDE)

    assert (verdict.granted, verdict.duress) == (False, True)


def test_more_time_is_given_to_who_needs_it() -> None:
    """A group may have longer opening times and nothing else."""
    assert answer(person("ada", "Staff", "More time"), "Main", FACE).extended
    assert not answer(person("ada", "Staff"), "Main", FACE).extended


def test_the_first_person_of_an_unlock_schedule_is_told() -> None:
    """Only of the groups that count, and only while the schedule is open."""
    keyholder = person("ada", "Keyholders")

    assert answer(keyholder, "Shop", FACE).flags == {Flag.FIRST_PERSON}
    assert answer(person("ada", "Staff"), "Shop", FACE).flags == frozenset()
    assert answer(keyholder, "Shop", FACE, at=local("2026-06-06 10:00")).flags == frozenset()


def test_names_that_lead_nowhere_are_refused() -> None:
    """All at once, with the nearest that there is."""
    with pytest.raises(RulesError) as refused:
        Rules(
            Ruleset(
                zone="Europe/Berlyn",
                doors=(Door(name="Main", enters="Hal"),),
                groups=(
                    Group(name="A", permissions=(Permission(frozenset({"Mian"}), "Allways"),)),
                ),
            )
        )

    assert refused.value.faults == (
        "zone: the time zone database has no 'Europe/Berlyn'",
        "doors.Main.enters: no area is named 'Hal'",
        "groups.A.permissions.0.schedule: no schedule is named 'Allways', did you mean 'Always'?",
        "groups.A.permissions.0.doors: no door is named 'Mian', did you mean 'Main'?",
    )


def permitted(asked: Question, ruleset: Ruleset) -> bool:
    """Tell from the rules alone whether a permission of hers is open."""
    return any(
        (permission.doors is None or asked.door in permission.doors)
        and permission.schedule == ALWAYS
        for group in ruleset.groups
        if group.name in asked.person.groups | {EVERYONE}
        for permission in group.permissions
    )


@given(asked=questions(), ruleset=RULESETS)
def test_nothing_is_granted_without_permission_validity_and_factors(
    asked: Question, ruleset: Ruleset
) -> None:
    """Whatever the rules, the people and what they show."""
    verdict = evaluate(asked, Rules(ruleset), NOBODY_INSIDE)
    valid = {badge.number for badge in asked.person.badges if badge.revoked_at is None}

    if verdict.granted:
        assert permitted(asked, ruleset)
        assert not asked.person.suspended
        assert valid
        assert asked.badge is None or asked.badge in valid
        assert verdict.mode is not None
        assert verdict.mode.factors <= asked.shown
        assert asked.shown != {FACE} or not asked.person.look_alikes
    else:
        assert verdict.explanation.startswith("denied: ")
        assert verdict.reason is not Reason.MATCH
    assert verdict.duress or not asked.duress


@given(asked=questions(), ruleset=RULESETS, data=st.data())
def test_taking_a_permission_away_grants_nobody_more(
    asked: Question, ruleset: Ruleset, data: st.DataObject
) -> None:
    """A door that a permission kept closed would be a strange one."""
    group = data.draw(st.sampled_from(ruleset.groups))
    left = group.permissions[1:]
    fewer = replace(
        ruleset,
        groups=tuple(
            replace(each, permissions=left) if each is group else each for each in ruleset.groups
        ),
    )

    if evaluate(asked, Rules(fewer), NOBODY_INSIDE).granted:
        assert evaluate(asked, Rules(ruleset), NOBODY_INSIDE).granted


@given(asked=questions(), ruleset=RULESETS, more=SHOWN)
def test_showing_more_never_closes_a_door(
    asked: Question, ruleset: Ruleset, more: frozenset[Factor]
) -> None:
    """But for a badge, which must be valid."""
    rules = Rules(ruleset)
    further = replace(asked, shown=asked.shown | (more - {BADGE}))

    if evaluate(asked, rules, NOBODY_INSIDE).granted:
        assert evaluate(further, rules, NOBODY_INSIDE).granted


@given(asked=questions(), ruleset=RULESETS)
def test_what_is_said_to_be_missing_opens_when_it_is_shown(
    asked: Question, ruleset: Ruleset
) -> None:
    """Nobody is asked for something in vain."""
    rules = Rules(ruleset)
    verdict = evaluate(asked, rules, NOBODY_INSIDE)
    if verdict.granted or not verdict.needs | verdict.one_of:
        return
    badge = next(
        each.number
        for each in asked.person.badges
        if each.revoked_at is None and (asked.badge in (None, each.number))
    )
    for chosen in verdict.one_of or {None}:
        shown = asked.shown | verdict.needs | ({chosen} if chosen else set())
        completed = replace(
            asked, shown=frozenset(shown), badge=badge if BADGE in shown else asked.badge
        )

        assert evaluate(completed, rules, NOBODY_INSIDE).granted


def test_preparing_changes_no_answer() -> None:
    """It only spares whoever comes next the wait."""
    prepared, fresh = (Rules(RULES.ruleset) for _ in range(2))
    prepared.prepare(MONDAY)

    def told(rules: Rules, hours: int) -> Verdict:
        at = MONDAY + timedelta(hours=hours)
        return answer(person("ada", "Staff"), "Main", FACE, at=at, rules=rules)

    assert [told(prepared, hours) for hours in range(200)] == [
        told(fresh, hours) for hours in range(200)
    ]
