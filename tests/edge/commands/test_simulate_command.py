"""``ostiary simulate`` as a manager calls it: told, held to what is expected, with other rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.edge.commands.conftest import Ostiary
from tests.edge.simulation.stories import HEAD, SCENARIOS, written

STORY = HEAD + '[[steps]]\nface = "Ada"\nexpect = { lock = "released", let_in = "Ada" }\n'

CLOSED = """
zone = "Europe/Berlin"
[schedules.Afternoons]
weekly = ["Mon-Fri 13:00-18:00"]
[doors.front]
[groups.Everyone]
permissions = [{ doors = "all", schedule = "Afternoons" }]
"""


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """Write a story in which Ada is let in at eight in the morning."""
    return written(tmp_path, STORY)


def test_a_story_is_told_line_by_line(ostiary: Ostiary, story: Path) -> None:
    """Title, day, times, and that all came as expected."""
    answer = ostiary("simulate", story)
    assert answer.status == 0, answer.err
    assert answer.out.splitlines() == [
        "A story",
        "Monday 2 March 2026",
        "08:00:00  Ada steps before the camera",
        "08:00:00      Ada is let in: schedule 'Always' of group Everyone, by face",
        "08:00:00      the lock is released for up to 5 seconds",
        "story.toml: as expected, 1 step.",
        "",
    ]


def test_a_difference_ends_with_status_1_and_is_told(ostiary: Ostiary, story: Path) -> None:
    """With the file, the step, what was expected and what came; and quietly nothing else."""
    story.write_text(STORY.replace("released", "secured"), encoding="utf-8")
    answer = ostiary("simulate", story, "--quiet")
    assert answer.status == 1
    assert answer.out == "story.toml, step 1: expected the lock is secured; it is released\n"
    loud = ostiary("simulate", story)
    assert "08:00:00      expected the lock is secured; it is released" in loud.out


def test_programs_get_json(ostiary: Ostiary, story: Path) -> None:
    """Every line with its kind, and the kind of event as the record has it."""
    answer = ostiary("simulate", story, "--json")
    (found,) = answer.json
    assert (found["title"], found["as_expected"], found["failures"]) == ("A story", True, [])
    assert [(line["kind"], line["tone"], line["event"]) for line in found["timeline"]] == [
        ("step", "plain", None),
        ("record", "good", "decision"),
        ("lock", "plain", None),
    ]
    assert found["timeline"][0]["at"] == "2026-03-02T08:00:00+00:00"

    story.write_text(STORY.replace("released", "secured"), encoding="utf-8")
    wrong = ostiary("simulate", story, "--json")
    assert wrong.status == 1
    assert wrong.json[0]["failures"] == [
        {"step": 1, "expected": "the lock is secured", "found": "it is released"}
    ]


def test_a_file_with_faults_ends_with_status_2(ostiary: Ostiary, story: Path) -> None:
    """And says where to look."""
    story.write_text(STORY.replace('face = "Ada"', 'face = "Adda"'), encoding="utf-8")
    answer = ostiary("simulate", story)
    assert answer.status == 2
    assert "step 1: nobody is called 'Adda', did you mean 'Ada'?" in answer.err
    assert "docs/simulating.md" in answer.err


def test_rules_of_a_file_take_the_place_of_the_storys(
    ostiary: Ostiary, story: Path, tmp_path: Path
) -> None:
    """So that a change can be tried before it is made; the door is named as there."""
    rules = tmp_path / "rules.toml"
    rules.write_text(CLOSED, encoding="utf-8")
    other = ostiary("simulate", story, "--rules", rules)
    assert other.status == 2
    assert "no door is named 'Front', did you mean 'front'?" in other.err
    answer = ostiary("simulate", story, "--rules", rules, "--door", "front")
    assert answer.status == 1
    assert "outside schedule 'Afternoons' of group Everyone (next: Monday 13:00)" in answer.out


def test_the_rules_of_the_site_take_their_place(
    ostiary: Ostiary, story: Path, tmp_path: Path
) -> None:
    """Those that hold at this moment; without any the story comes as before."""
    assert ostiary("simulate", story, "--site").status == 0
    rules = tmp_path / "rules.toml"
    rules.write_text(CLOSED, encoding="utf-8")
    ostiary("rules", "set", rules, "--yes")
    answer = ostiary("simulate", story, "--site", "--door", "front")
    assert answer.status == 1
    assert "let in: nobody or nothing" in answer.out
    assert ostiary("simulate", story, "--site", "--rules", rules).status == 2


def test_a_story_leaves_nothing_behind(ostiary: Ostiary, story: Path) -> None:
    """Nobody is enrolled by it, and the record of the site knows nothing of it."""
    ostiary("simulate", story, "--site")
    assert ostiary("people", "list", "--json").json == []
    kinds = {entry["event"]["kind"] for entry in ostiary("audit", "list", "--json").json}
    assert "decision" not in kinds


def test_all_stories_of_the_documentation_are_summed_up(ostiary: Ostiary) -> None:
    """One line for all of them, where nothing is wrong."""
    answer = ostiary("simulate", "--quiet", *SCENARIOS)
    assert answer.status == 0
    assert answer.out == f"{len(SCENARIOS)} of {len(SCENARIOS)} scenarios as expected.\n"
