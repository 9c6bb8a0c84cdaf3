"""The benchmark of the rules finds what it looks for: every release, and rules that are broken."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edge.access import attempt, engine
from edge.access.demand import Demand, Why
from edge.access.engine import evaluate
from edge.access.rules import Rules
from edge.access.ruleset import Mode
from edge.access.schedule import State, Timetable
from edge.access.verdict import Question, Verdict
from edge.access.whereabouts import Whereabouts
from edge.domain import Outcome, Reason

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
import rules
from rules_site import Site, random_site


@pytest.fixture(scope="module")
def site() -> Site:
    """Make the site once: 10,000 people take half a second."""
    return random_site(3)


def test_random_events_reach_everything_and_release_nobody_without_a_reason(site: Site) -> None:
    """Nearly every reason to deny comes up, and grants of all kinds of doors."""
    run = rules.lived(site, 8_000, seed=3)

    assert run.events >= 8_000
    assert run.unreasoned.total() == 0
    assert run.verdicts[Reason.MATCH] > 50
    assert len(run.verdicts) >= 15
    assert run.releases["grant"] > 10


@pytest.mark.parametrize(
    ("place", "name", "broken", "found"),
    [
        (
            engine,
            "demand",
            lambda *_: Demand(mode=Mode.BADGE, why=Why.MODE),
            "granted at a door of",
        ),
        (
            Timetable,
            "state",
            lambda _, at: State(True, None, at, at),
            "granted without a permission that is open",
        ),
        (engine, "badges_fault", lambda *_: None, "granted to somebody without a badge"),
        (engine, "person_fault", lambda *_: None, "granted to somebody who is not valid"),
    ],
)
def test_broken_rules_are_found_out(
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    place: object,
    name: str,
    broken: object,
    found: str,
) -> None:
    """The account of what was shown and permitted is kept apart from the engine."""
    monkeypatch.setattr(place, name, broken)
    run = rules.lived(site, 8_000, seed=3)

    assert any(each.startswith(found) for each in run.unreasoned), run.unreasoned


def test_a_single_person_where_two_must_come_is_found_out(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So is somebody who is let in with herself."""

    def generous(asked: Question, its_rules: Rules, inside: Whereabouts) -> Verdict:
        verdict = evaluate(asked, its_rules, inside)
        alone = verdict.reason is Reason.SECOND_PERSON_NEEDED
        granted = replace(verdict, outcome=Outcome.GRANT, reason=Reason.MATCH)
        return granted if alone else verdict

    monkeypatch.setattr(attempt, "evaluate", generous)
    run = rules.lived(site, 8_000, seed=3)

    assert run.unreasoned["granted to one person where two must come"] > 0
