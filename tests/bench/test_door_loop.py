"""The benchmark of the door over time watches real films, and tells what it says it tells."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
import door_loop
import door_runs

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepare a small site with the first second and a half of every film."""
    folder = tmp_path_factory.mktemp("door")
    door_runs.prepare(folder, 20, most=45)
    return folder


def test_what_is_left_out_changes_no_decision(folder: Path) -> None:
    """The man is decided on in the same frame, with a fraction of the searches and embeddings."""
    play = next(play for play in door_runs.PLAYS if play.film == "people change")
    all_searched, least = (
        door_runs.watched(folder, way, play) for way in (door_runs.WAYS[0], door_runs.WAYS[2])
    )

    assert all_searched.decided == least.decided
    assert any(each.granted for each in least.decided)
    assert all_searched.laps.calls["search"] == all_searched.frames == 45
    assert least.laps.calls["search"] < 25
    assert least.laps.calls["embed"] < all_searched.laps.calls["embed"] / 2
    assert least.laps.calls["follow"] > 15


def test_an_empty_scene_is_searched_now_and_then(folder: Path) -> None:
    """Decoded ahead by a second thread, every frame of it is shown, few are searched."""
    play = next(play for play in door_runs.PLAYS if play.film == "nobody")

    played = door_runs.watched(folder, door_runs.WAYS[3], play)

    assert played.frames == 45
    assert 4 <= played.laps.calls["search"] < 12
    assert not played.decided


def test_the_tables_show_every_way_and_play(folder: Path) -> None:
    """From processes of their own, with the memory of each."""
    outcomes = door_runs.outcomes_of(folder, 1, plays=door_runs.PLAYS[-1:], ways=door_runs.WAYS[:1])
    (found,) = outcomes.values()
    assert found.peak > 50
    (played,) = found.plays.values()
    assert played.processor > 0

    everything = {
        way.name: door_runs.Outcome({play.title: played for play in door_runs.PLAYS}, found.peak)
        for way in door_runs.WAYS
    }
    console = Console(width=250, record=True, file=io.StringIO())
    for table in door_loop.tables(everything, 20):
        console.print(table)
    told = console.export_text()
    assert all(play.title in told for play in door_runs.PLAYS)
    assert all(way.name in told for way in door_runs.WAYS)
