"""The benchmark of the door's machine finds what it looks for: every release, and broken rules."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edge.portal import Happening, PortalPolicy, PortalState, Release, Step, Why, step

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
import portal


def test_random_lives_reach_everything_and_break_nothing() -> None:
    """Every reason to release, and both refusals, come up; no rule is broken."""
    run = portal.lived(20_000, seed=3)
    assert set(run.releases) == set(Why)
    assert len(run.refused) == 2
    assert run.violations.total() == 0


def test_a_broken_machine_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that forgets the lockdown for office mode is caught by the rules."""

    def broken(state: PortalState, happening: Happening, now: float, policy: PortalPolicy) -> Step:
        found = step(state, happening, now, policy)
        if not found.state.lockdown or found.state.release is not None:
            return found
        release = Release(found.state.now + 1, Why.OFFICE_MODE)
        return Step(replace(found.state, release=release), (release,), found.refused)

    monkeypatch.setattr(portal, "step", broken)
    assert portal.lived(5000, seed=3).violations["released for office-mode in lockdown"] > 0
