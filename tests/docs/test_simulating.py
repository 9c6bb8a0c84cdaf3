"""docs/simulating.md says what is so: its example, its tables, its list of stories."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from edge.__main__ import main
from edge.simulation.reading import read_scenario
from edge.simulation.scenario import ACTS, Expected, Scenario, Site, Someone
from tests.edge.simulation.stories import ROOT, SCENARIOS

PAGE = (ROOT / "docs" / "simulating.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "docs" / "scenarios" / "out-of-hours.toml"


def test_the_example_is_the_file_and_its_output(capsys: pytest.CaptureFixture[str]) -> None:
    """To the last letter."""
    assert f"```toml\n{EXAMPLE.read_text(encoding='utf-8').strip()}\n```" in PAGE
    with pytest.raises(SystemExit) as end:
        main(["simulate", str(EXAMPLE)])
    assert end.value.code == 0
    assert f"out-of-hours.toml\n{capsys.readouterr().out.strip()}\n```" in PAGE


def test_every_field_stands_in_a_table() -> None:
    """And is explained."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    named = {name for row in rows for name in re.findall(r"`\[*([a-z_]+)", row.split("|")[1])}
    tables = (Scenario, Site, Someone, Expected)
    expected = {each.name for table in tables for each in fields(table)}
    assert named >= expected | {*ACTS, "at", "after", "words"}


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_every_story_is_listed_with_its_title(file: Path) -> None:
    """So that the nearest one is found."""
    assert f"[{file.stem}](scenarios/{file.name}) | {read_scenario(file).title} |" in PAGE


def test_no_story_is_listed_that_is_not_there() -> None:
    """Links lead somewhere."""
    listed = set(re.findall(r"\(scenarios/([^)]+)\)", PAGE))
    assert listed == {file.name for file in SCENARIOS}
