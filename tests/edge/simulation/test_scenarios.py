"""Every story in the documentation is played, and comes as it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.simulation.play import play
from edge.simulation.reading import read_scenario
from tests.edge.simulation.stories import SCENARIOS


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_comes_as_expected(file: Path) -> None:
    """Nothing in it comes otherwise than it expects, and something is expected."""
    scenario = read_scenario(file)
    played = play(scenario)
    assert played.failures == ()
    silent = type(scenario.steps[0].expect)()
    assert any(step.expect != silent for step in scenario.steps)


def test_there_are_enough_of_them() -> None:
    """A door has many sides."""
    assert len(SCENARIOS) >= 30


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_the_same_story_is_always_told_the_same(file: Path) -> None:
    """Nothing in it comes from the real clock, or from chance."""
    assert play(read_scenario(file)) == play(read_scenario(file))


def test_every_title_is_its_own() -> None:
    """A list of them would tell them apart."""
    titles = [read_scenario(file).title for file in SCENARIOS]
    assert len(set(titles)) == len(titles)
