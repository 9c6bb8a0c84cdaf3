"""A scenario file is read, or everything that is wrong in it is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.access.document import from_toml
from edge.errors import ScenarioError
from edge.simulation.reading import read_scenario
from tests.edge.simulation.stories import HEAD, written


def faults(folder: Path, text: str) -> str:
    """Return how a file with *text* is refused."""
    with pytest.raises(ScenarioError) as refused:
        read_scenario(written(folder, text))
    assert "simulating.md" in refused.value.remedy
    return refused.value.message


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """With the number that a step has in the timeline."""
    message = faults(
        tmp_path,
        """
        starts = 2026-03-02T08:00:00+01:00
        colour = "blue"
        [rules.doors.Front]
        mode = "smile"
        [portal]
        relok = "on-open"
        [people.Ada]
        bagde = "4711"
        [[steps]]
        fase = "Ada"
        [[steps]]
        after = "soon"
        [[steps]]
        expect = { because = "outside schedul" }
        [[steps]]
        expect = { lock = "open" }
        """,
    )
    for told in (
        "title: is missing",
        "starts: should be day and time by the clock on the wall",
        "colour: is unknown",
        "step 4: expect.lock: should be",
        "rules.doors.Front.mode:",
        "portal.relok: is unknown, did you mean relock?",
        "people.Ada.bagde: is unknown, did you mean badge?",
        "step 1: fase: is unknown, did you mean face?",
        "step 2: after: should be seconds, or text such as",
        "did you mean 'outside schedule'?",
    ):
        assert told in message, message
    assert message.startswith("10 problems in story.toml: ")


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ('face = "Adda"', "step 1: nobody is called 'Adda', did you mean 'Ada'?"),
        ('photo_of = "Zoe"', "step 1: nobody is called 'Zoe'"),
        ('badge = "Adda"', "'Ada'?, and it is no badge's number"),
        ('pin = "Zoe"', "nobody is called 'Zoe', and it is no PIN"),
        ('pin = "Ada"', "step 1: Ada has no PIN"),
        ('badge = "Bob"', "step 1: Bob has no badge"),
        ('face = "Ada"\nleaves = true', "step 1: one thing a step, not face and leaves"),
        ('at = "08:30"\nafter = 5', "step 1: either at or after, not both"),
        ('expect = { inside = ["Zoe"] }', "step 1: nobody is called 'Zoe'"),
        ('expect = { let_in = "Zoe" }', "step 1: nobody is called 'Zoe'"),
        ('power = "returns"', "step 1: the power is on already"),
        ('wire_cut = "camera"', "step 1: wire_cut: should be one of 'door contact'"),
        ('clock_set = "2 h"', 'should be text such as "2 h forward"'),
        ("after = -1", "step 1: after: should be no less than nothing"),
        ('after = "32 days"', "no longer than 31 days"),
        ('at = "25:00"', "step 1: at: should be a time such as"),
        ('at = "Moonday 08:00"', "step 1: at: should be a time such as"),
        ('at = "2026-02-30 08:00"', "step 1: at: should be a time such as"),
    ],
)
def test_what_makes_no_sense_is_told(tmp_path: Path, step: str, fault: str) -> None:
    """In words that lead to the line."""
    head = HEAD + "[people.Bob]\n"
    assert fault in faults(tmp_path, f"{head}[[steps]]\n{step}\n")


def test_two_people_cannot_have_one_badge(tmp_path: Path) -> None:
    """Nobody could tell whose it is."""
    text = HEAD + '[people.Bob]\nduress_badge = "4711"\n[[steps]]\n'
    assert "people.Bob: Ada has the badge 4711 already" in faults(tmp_path, text)


def test_groups_and_doors_must_be_those_of_the_rules(tmp_path: Path) -> None:
    """A slip of the pen would deny everybody, and look like a rule."""
    text = (
        'title = "x"\nstarts = 2026-03-02T08:00:00\n[rules.doors.Front]\n'
        '[rules.groups.Staff]\npermissions = [{ doors = "all", schedule = "Always" }]\n'
        '[site]\ndoor = "Frnt"\n[people.Ada]\ngroups = ["Staf"]\n[[steps]]\n'
    )
    message = faults(tmp_path, text)
    assert "people.Ada.groups: no group is named 'Staf', did you mean 'Staff'?" in message
    assert "site.door: no door is named 'Frnt', did you mean 'Front'?" in message


def test_a_time_without_quotes_is_explained(tmp_path: Path) -> None:
    """TOML itself would say something about statements."""
    message = faults(tmp_path, HEAD + "[[steps]]\nat = 08:30\n")
    assert message == "story.toml is not TOML: line 8: a time needs double quotes, or its seconds."


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    """Whether it is no TOML, no text, or far too long."""
    assert "is not TOML" in faults(tmp_path, "title = \n")
    assert "characters" in faults(tmp_path, "#" * 1_000_001)
    file = tmp_path / "binary.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_scenario(file)


def test_settings_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    """As in the settings of a door."""
    text = HEAD + "[portal]\nextended_release_seconds = 40\n[[steps]]\n"
    assert "portal.extended_release_seconds should be below" in faults(tmp_path, text)


def test_other_rules_and_another_door_take_the_place_of_the_files(tmp_path: Path) -> None:
    """And what the story names must be known to them."""
    file = written(tmp_path, HEAD + '[rules.doors.Front]\nmode = "badge"\n[[steps]]\n')
    rules = from_toml("[doors.Back]\n")
    read = read_scenario(file, rules=rules, door="Back")
    assert read.rules == rules
    assert read.site.door == "Back"
    with pytest.raises(ScenarioError, match="no door is named 'Front'"):
        read_scenario(file, rules=rules)


def test_a_story_in_which_nothing_happens_is_refused(tmp_path: Path) -> None:
    """It would come as expected, and show nothing."""
    text = 'title = "x"\nstarts = 2026-03-02T08:00:00\nsteps = []\n'
    assert "steps: nothing happens" in faults(tmp_path, text)
