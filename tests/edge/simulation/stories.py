"""Scenarios of a few lines, written into a file as a manager would."""

from __future__ import annotations

from pathlib import Path

from edge.simulation.play import Played, play
from edge.simulation.reading import read_scenario

ROOT = Path(__file__).parents[3]
SCENARIOS = sorted((ROOT / "docs" / "scenarios").glob("*.toml"))

HEAD = """
title = "A story"
starts = 2026-03-02T08:00:00

[people.Ada]
badge = "4711"
"""


def written(folder: Path, text: str) -> Path:
    """Write *text* as a scenario."""
    file = folder / "story.toml"
    file.write_text(text, encoding="utf-8")
    return file


def told(folder: Path, steps: str, head: str = HEAD) -> Played:
    """Play *steps* after *head*."""
    return play(read_scenario(written(folder, head + steps)))


def words_of(played: Played) -> list[str]:
    """The timeline without its times."""
    return [line.words for line in played.timeline]
