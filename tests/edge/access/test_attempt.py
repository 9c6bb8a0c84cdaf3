"""What is shown within seconds becomes one question, in whatever order it is shown."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.access.attempt import elapsed, shown
from edge.access.attempt_state import Answer, Ask, Attempt, Place, Wanted
from edge.access.ruleset import Factor, Mode
from edge.access.shown import (
    BadgeShown,
    FaceCompared,
    FaceLeft,
    FaceRecognized,
    FaceUnknown,
    PinChecked,
    PinResult,
    PinTyped,
    Shown,
)
from edge.access.verdict import Verdict
from edge.domain import Badge, Credentials, Reason
from tests.edge.access.sites import (
    BADGE,
    FACE,
    MONDAY,
    NOBODY_INSIDE,
    PIN,
    RULES,
    local,
    person,
    with_badges,
)

ALL = frozenset(Factor)
ADA = person("ada", "Staff", pin=True)
EVE = person("eve", "Staff", pin=True)
DIRECTOR = person("dan", "Directors", pin=True)


@dataclass
class Visit:
    """A door where things are shown; faces are compared and PINs checked as it asks.

    *before_it*: whose face is before the camera. *typed*: what a PIN that is typed is worth.
    """

    door: str
    readable: frozenset[Factor] = ALL
    people: int = 10
    before_it: str = "ada"
    typed: PinResult = PinResult.RIGHT
    under_duress: bool = False
    attempt: Attempt = field(default_factory=Attempt)
    now: float = 100.0
    at: str = "2026-06-01 08:00"
    answers: list[Answer] = field(default_factory=list)

    @property
    def place(self) -> Place:
        return Place(
            door=self.door,
            rules=RULES,
            whereabouts=NOBODY_INSIDE,
            people=self.people,
            readable=self.readable,
        )

    def show(self, *things: Shown, after: float = 1.0) -> list[Answer]:
        """Show *things* one after the other, and give the answers to the last."""
        told: list[Answer] = []
        for thing in things:
            self.now += after
            told = self._show(thing)
        return told

    def wait(self, seconds: float) -> list[Answer]:
        """Let time pass, and give what follows."""
        self.now += seconds
        step = elapsed(self.attempt, now=self.now, place=self.place)
        self.attempt = step.attempt
        self.answers.extend(step.answers)
        return list(step.answers)

    def _show(self, thing: Shown) -> list[Answer]:
        step = shown(self.attempt, thing, now=self.now, at=local(self.at), place=self.place)
        self.attempt = step.attempt
        told = list(step.answers)
        self.answers.extend(told)
        for asked in step.answers:
            if isinstance(asked, Ask) and asked.check_pin is not None:
                checked = PinChecked(asked.check_pin, self.typed, self.under_duress)
                told += self._show(checked)
            if isinstance(asked, Ask) and asked.compare is not None and self.attempt.face:
                told += self._show(FaceCompared(asked.compare, asked.compare == self.before_it))
        return told

    @property
    def verdicts(self) -> list[Verdict]:
        return [each for each in self.answers if isinstance(each, Verdict)]


def badge(who: Credentials, number: int = 0) -> BadgeShown:
    """Hold a badge of *who* to the reader."""
    return BadgeShown(who.badges[number].number, who)


def last(answers: Sequence[Answer]) -> Answer:
    """Give the last answer, of which there is one."""
    assert answers
    return answers[-1]


def verdict(answers: Sequence[Answer]) -> Verdict:
    """Give the verdict that the last answer is."""
    found = last(answers)
    assert isinstance(found, Verdict)
    return found


def wanted(answers: Sequence[Answer]) -> tuple[Wanted, ...]:
    """Give what the last answer asks for."""
    found = last(answers)
    assert isinstance(found, Ask)
    return found.all_of


def test_a_face_alone_opens_a_door_of_faces_at_once() -> None:
    """Nothing else is asked for."""
    visit = Visit("Main")

    assert verdict(visit.show(FaceRecognized(ADA))).granted
    assert visit.attempt == Attempt()


def test_a_badge_asks_for_a_face_and_the_face_is_compared_with_its_owner() -> None:
    """The gallery is not searched: it is one comparison."""
    visit = Visit("Store")

    asked = last(visit.show(badge(ADA)))
    assert isinstance(asked, Ask)
    assert (asked.all_of, asked.compare) == ((Wanted.FACE,), "ada")
    assert verdict(visit.show(FaceCompared("ada", alike=True))).granted


def test_a_face_asks_for_a_badge() -> None:
    """The other way round it ends the same."""
    visit = Visit("Store")

    assert wanted(visit.show(FaceRecognized(ADA))) == (Wanted.BADGE,)
    assert verdict(visit.show(badge(ADA))).granted


def test_a_face_that_leaves_ends_what_it_began_and_says_so() -> None:
    """At once, whatever time was left; it is not said that the time ran out."""
    visit = Visit("Store")
    visit.show(FaceRecognized(ADA))

    found = verdict(visit.show(FaceLeft()))
    assert (found.reason, found.person_id) == (Reason.FACTOR_TIMED_OUT, "ada")
    assert found.explanation == "denied: the face left before anything more was shown"
    assert visit.attempt == Attempt()

    visit.show(FaceUnknown(Reason.AMBIGUOUS))
    assert verdict(visit.show(FaceLeft())).reason is Reason.AMBIGUOUS


def test_a_borrowed_badge_does_not_open() -> None:
    """Whichever comes first, and the owner of the badge is named."""
    for things in ((badge(ADA), FaceRecognized(EVE)), (FaceRecognized(EVE), badge(ADA))):
        visit = Visit("Store", before_it="eve")

        found = verdict(visit.show(*things))
        assert (found.reason, found.person_id) == (Reason.WRONG_PERSON, "ada")
        assert visit.attempt == Attempt()


def test_a_face_that_a_large_gallery_does_not_find_is_compared_with_the_badges_owner() -> None:
    """What is too little among thousands is enough for one."""
    visit = Visit("Store")

    assert wanted(visit.show(FaceUnknown(Reason.SIMILARITY_TOO_LOW, "eve"))) == (Wanted.BADGE,)
    assert verdict(visit.show(badge(ADA))).granted


def test_a_stranger_at_a_door_of_faces_is_denied_at_once() -> None:
    """No badge would help somebody whom nobody knows."""
    found = verdict(Visit("Main").show(FaceUnknown(Reason.NO_MATCH)))

    assert (found.reason, found.person_id) == (Reason.NO_MATCH, None)


def test_a_face_between_two_people_may_show_a_badge() -> None:
    """Where there is a reader; the comparison with its owner decides."""
    visit = Visit("Main")

    assert wanted(visit.show(FaceUnknown(Reason.AMBIGUOUS, "eve"))) == (Wanted.BADGE,)
    assert verdict(visit.show(badge(ADA))).granted
    without = Visit("Main", readable=frozenset({FACE}))
    assert verdict(without.show(FaceUnknown(Reason.AMBIGUOUS, "eve"))).reason is Reason.AMBIGUOUS


def test_a_face_that_nobody_knew_and_no_badge_followed_is_a_stranger() -> None:
    """The record says so, rather than that somebody was slow."""
    visit = Visit("Store")
    visit.show(FaceUnknown(Reason.NO_MATCH))

    assert verdict(visit.wait(15)).reason is Reason.NO_MATCH


def test_an_unknown_badge_is_denied() -> None:
    """Nobody's face is compared with nobody."""
    found = verdict(Visit("Store").show(BadgeShown("4711", None)))

    assert (found.reason, found.person_id) == (Reason.UNKNOWN_BADGE, None)


def test_what_does_not_follow_in_time_is_too_late() -> None:
    """And nothing of it is left for the next one."""
    visit = Visit("Store")
    visit.show(badge(ADA))

    assert visit.wait(14.9) == []
    found = verdict(visit.wait(0.1))
    assert (found.reason, found.person_id) == (Reason.FACTOR_TIMED_OUT, "ada")
    assert wanted(visit.show(FaceRecognized(ADA))) == (Wanted.BADGE,)


def test_a_time_that_ran_out_is_told_even_if_nobody_looked() -> None:
    """The next thing that is shown brings both answers."""
    visit = Visit("Store")
    visit.show(badge(ADA))
    visit.show(badge(EVE), after=60.0)

    assert [each.reason for each in visit.verdicts] == [Reason.FACTOR_TIMED_OUT]
    assert visit.attempt.owner == EVE


def test_the_badge_that_is_shown_last_counts() -> None:
    """Somebody else's, shown before by mistake, does no harm and no good."""
    visit = Visit("Store")
    visit.show(badge(EVE))

    assert verdict(visit.show(badge(ADA), FaceCompared("ada", alike=True))).granted


def test_a_door_without_a_reader_denies_who_needs_one() -> None:
    """Nothing is asked for that cannot be read."""
    found = verdict(Visit("Main", readable=frozenset({FACE})).show(FaceRecognized(DIRECTOR)))

    assert found.reason is Reason.SECOND_FACTOR_NEEDED


def test_high_security_may_choose_between_badge_and_pin() -> None:
    """Of what the door can read."""
    asked = last(Visit("Main").show(FaceRecognized(DIRECTOR)))
    only_pin = last(Visit("Main", readable=frozenset({FACE, PIN})).show(FaceRecognized(DIRECTOR)))

    assert isinstance(asked, Ask)
    assert (asked.all_of, asked.one_of) == ((), (Wanted.BADGE, Wanted.PIN))
    assert isinstance(only_pin, Ask)
    assert only_pin.one_of == (Wanted.PIN,)


def test_a_pin_waits_for_who_it_must_belong_to() -> None:
    """It is checked once a face says whose it is."""
    visit = Visit("Laboratory")

    assert Wanted.FACE in wanted(visit.show(PinTyped()))
    assert verdict(visit.show(FaceRecognized(ADA))).granted


def test_a_wrong_pin_may_be_typed_again() -> None:
    """The denial is recorded, and what was shown before still counts."""
    visit = Visit("Laboratory", typed=PinResult.WRONG)
    visit.show(FaceRecognized(ADA))
    answers = visit.show(PinTyped())

    assert [each.reason for each in visit.verdicts] == [Reason.WRONG_PIN]
    assert wanted(answers) == (Wanted.PIN,)
    visit.typed = PinResult.RIGHT
    assert verdict(visit.show(PinTyped())).granted


def test_a_locked_pin_ends_the_attempt() -> None:
    """Typing on is in vain."""
    visit = Visit("Laboratory", typed=PinResult.LOCKED)

    found = verdict(visit.show(FaceRecognized(ADA), PinTyped()))
    assert found.reason is Reason.PIN_LOCKED
    assert visit.attempt == Attempt()


def test_a_pin_for_duress_opens_and_alarms_where_no_pin_is_asked_for() -> None:
    """It is checked before the face alone would open."""
    visit = Visit("Main", under_duress=True)

    found = verdict(visit.show(PinTyped(), FaceRecognized(ADA)))
    assert (found.granted, found.duress) == (True, True)


def test_a_wrong_pin_where_none_is_asked_for_bars_nobody() -> None:
    """A child at the pad keeps nobody out whose face is enough."""
    visit = Visit("Main", typed=PinResult.WRONG)

    assert verdict(visit.show(PinTyped(), FaceRecognized(ADA))).granted


def test_a_pin_is_never_somebody_elses() -> None:
    """Whoever steps in after her, even past a face that nobody knows."""
    visit = Visit("Laboratory", at="2026-06-01 23:00", before_it="dan")
    other = person("deb", "Directors", pin=True)
    visit.show(PinTyped(), FaceRecognized(other))
    assert visit.attempt.factors == {FACE, PIN}
    visit.show(FaceUnknown(Reason.NO_MATCH), FaceRecognized(DIRECTOR))

    assert visit.attempt.factors == {FACE}
    assert wanted(visit.show(badge(DIRECTOR))) == (Wanted.PIN,)


def test_duress_is_not_lost_when_nothing_follows() -> None:
    """The alarm is told with the denial."""
    visit = Visit("Laboratory", under_duress=True)
    visit.show(badge(ADA), PinTyped())

    found = verdict(visit.wait(60))
    assert (found.reason, found.duress) == (Reason.FACTOR_TIMED_OUT, True)
    by_badge = Visit("Store")
    by_badge.show(badge(with_badges(ADA, Badge("9", duress=True))))
    assert verdict(by_badge.wait(60)).duress


def test_two_persons_open_together() -> None:
    """The first waits for the second, who shows her own factors."""
    visit = Visit("Vault")
    visit.show(FaceRecognized(DIRECTOR))
    waiting = last(visit.show(badge(DIRECTOR)))

    assert isinstance(waiting, Ask)
    assert (waiting.all_of, waiting.until) == ((Wanted.SECOND_PERSON,), visit.now + 20)
    found = verdict(visit.show(FaceRecognized(ADA)))
    assert (found.granted, found.person_id, found.first_person_id) == (True, "ada", "dan")
    assert visit.attempt == Attempt()


def test_one_person_twice_does_not_open_and_gets_no_more_time() -> None:
    """She waits no longer than she would have."""
    visit = Visit("Vault")
    visit.show(FaceRecognized(ADA))

    assert wanted(visit.show(FaceRecognized(ADA), after=15.0)) == (Wanted.SECOND_PERSON,)
    found = verdict(visit.wait(5.0))
    assert (found.reason, found.person_id) == (Reason.SECOND_PERSON_NEEDED, "ada")
    assert wanted(visit.show(FaceRecognized(EVE))) == (Wanted.SECOND_PERSON,)


def test_a_denied_second_person_does_not_end_the_first_ones_wait() -> None:
    """Somebody who may not pass is not the one that is waited for."""
    visit = Visit("Vault")
    visit.show(FaceRecognized(ADA))

    nobody = person("kim", "Keyholders")
    assert verdict(visit.show(FaceRecognized(nobody))).reason is Reason.NO_PERMISSION
    assert verdict(visit.show(FaceRecognized(EVE))).granted


def test_the_duress_of_the_first_person_is_told_with_the_second() -> None:
    """Whichever of the two is threatened."""
    visit = Visit("Vault", under_duress=True)
    visit.show(PinTyped(), FaceRecognized(ADA))
    visit.under_duress = False

    assert verdict(visit.show(FaceRecognized(EVE))).duress


def test_a_comparison_that_nobody_asked_for_is_not_believed() -> None:
    """Nor the check of a PIN that was not typed, or of somebody else's."""
    visit = Visit("Store")
    visit.show(badge(ADA))

    assert visit.show(FaceCompared("eve", alike=True)) == []
    laboratory = Visit("Laboratory")
    laboratory.show(FaceRecognized(ADA))
    assert laboratory.show(PinChecked("ada", PinResult.RIGHT)) == []


def test_nothing_of_a_badge_or_pin_is_shown_when_printed() -> None:
    """An attempt may end up in a log."""
    visit = Visit("Store")
    visit.show(badge(with_badges(ADA, Badge("0815"))))

    assert "0815" not in repr(BadgeShown("0815", None))
    assert "badge='0815'" not in repr(visit.attempt)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("who", [ADA, DIRECTOR, replace(ADA, look_alikes=True)])
def test_the_order_in_which_things_are_shown_does_not_matter(mode: Mode, who: Credentials) -> None:
    """All that a door can ask for, in every order, opens it, and never sooner than it may."""
    door = {
        Mode.FACE: "Main",
        Mode.BADGE_AND_FACE: "Store",
        Mode.BADGE: "Bikes",
        Mode.PIN_AND_FACE: "Laboratory",
        Mode.BADGE_AND_PIN: "Laboratory",
    }[mode]
    things: tuple[Shown, ...] = (badge(who), FaceRecognized(who), PinTyped())
    ends = set()
    for order in itertools.permutations(things):
        visit = Visit(door, before_it=who.person_id)
        for thing in order:
            visit.show(thing)
            if visit.verdicts:
                break
        ends.add((len(visit.verdicts), visit.verdicts[-1].granted))

    assert ends == {(1, True)}


EVENTS: st.SearchStrategy[Shown] = st.sampled_from(
    (
        badge(ADA),
        badge(EVE),
        badge(DIRECTOR),
        BadgeShown("4711", None),
        FaceRecognized(ADA),
        FaceRecognized(EVE),
        FaceRecognized(replace(DIRECTOR, look_alikes=True)),
        FaceUnknown(Reason.NO_MATCH),
        FaceUnknown(Reason.AMBIGUOUS, "ada"),
        FaceCompared("ada", alike=True),
        FaceCompared("eve", alike=False),
        PinTyped(),
        PinChecked("ada", PinResult.RIGHT),
        PinChecked("dan", PinResult.WRONG),
    )
)


@given(
    events=st.lists(st.tuples(EVENTS, st.floats(0.01, 20)), max_size=20),
    door=st.sampled_from(("Main", "Store", "Bikes", "Laboratory", "Vault", "Shop", "Crowd")),
    at=st.sampled_from((MONDAY, local("2026-06-01 23:00"))),
    readable=st.frozensets(st.sampled_from(tuple(Factor))),
)
def test_every_grant_rests_on_what_was_shown_before_it_ran_out(
    events: Iterable[tuple[Shown, float]], door: str, at: datetime, readable: frozenset[Factor]
) -> None:
    """Whatever happens in whatever order: what opens was shown by whom it lets in, and is used up."""
    visit = Visit(door, readable=readable, people=10_000)
    proofs: list[tuple[str, Factor]] = []
    for thing, after in events:
        visit.now += after
        if after >= RULES.door(door).patience:
            proofs.clear()
        match thing:
            case BadgeShown(owner=Credentials() as owner):
                proofs.append((owner.person_id, BADGE))
            case FaceRecognized(person=who):
                proofs.append((who.person_id, FACE))
            case FaceCompared(person_id, alike=True):
                proofs.append((person_id, FACE))
            case PinChecked(person_id, PinResult.RIGHT):
                proofs.append((person_id, PIN))
        step = shown(visit.attempt, thing, now=visit.now, at=at, place=visit.place)
        visit.attempt = step.attempt
        grants = [each for each in step.answers if isinstance(each, Verdict) and each.granted]

        assert len(grants) <= 1
        for grant in grants:
            assert step.answers[-1] is grant
            assert step.attempt == Attempt()
            alive = {kind for who, kind in proofs if who == grant.person_id}
            assert grant.mode is not None
            assert grant.mode.factors <= alive
            if door == "Vault":
                assert grant.first_person_id not in (None, grant.person_id)
            proofs.clear()
