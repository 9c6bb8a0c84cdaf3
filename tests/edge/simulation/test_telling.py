"""The timeline says in plain sentences what happens, also of steps that have no words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.edge.simulation.stories import HEAD, told, words_of


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ('face = "Ada"', "Ada steps before the camera"),
        ('photo_of = "Ada"', "Somebody holds a photo of Ada before the camera"),
        ("stranger = true", "A stranger steps before the camera"),
        ('badge = "Ada"', "Ada shows a badge"),
        ('badge = "4711"', "Ada shows the badge 4711"),
        ('badge = "99"', "Somebody shows the badge 99"),
        ('pin = "1357"', "Somebody types a PIN"),
        ('exit_button = "pressed"', "The exit button is pressed"),
        ('door = "opens"', "The door opens"),
        ('housing = "opens"', "The housing opens"),
        ('fire = "begins"', "The fire alarm begins"),
        ('lockdown = "begins"', "The manager begins the lockdown"),
        ('office_mode = "begins"', "The manager begins office mode"),
        ("unlocked_from_the_pages = true", "The manager unlocks the door from the pages"),
        ('wire_cut = "exit button"', "The wire of the exit button is cut"),
        ('wire_mended = "exit button"', "The wire of the exit button is mended"),
        ('power = "fails"', "The power fails"),
        ('clock_set = "2 h back"', "The clock is set back by 2 hours"),
        ('clock_set = "90 s forward"', "The clock is set forward by 90 seconds"),
        ('leaves_elsewhere = "Ada"', "Ada leaves by another door"),
        ('words = "It rains"', "It rains"),
    ],
)
def test_every_act_has_words(tmp_path: Path, step: str, words: str) -> None:
    """The first line of a story is its first step: how the door was before is no part of it."""
    assert words_of(told(tmp_path, f"[[steps]]\n{step}\n"))[0] == words


def test_a_look_at_how_things_are_has_no_line(tmp_path: Path) -> None:
    """Unless somebody wrote one."""
    assert words_of(told(tmp_path, '[[steps]]\nafter = 5\nexpect = { lock = "secured" }\n')) == []


def test_a_pass_reads_as_it_happens(tmp_path: Path) -> None:
    """Names, schedules, seconds; and whoever was let in goes through, seen or not."""
    played = told(
        tmp_path,
        '[rules.doors.Front]\nmode = "badge"\n[rules.groups.Everyone]\n'
        'permissions = [{ doors = "all", schedule = "Always" }]\n'
        '[[steps]]\nbadge = "Ada"\n[[steps]]\ngoes_through = true\n',
    )
    assert words_of(played) == [
        "Ada shows a badge",
        "Ada is let in: schedule 'Always' of group Everyone, by badge",
        "the lock is released for up to 5 seconds",
        "Ada goes through, and the door falls shut",
        "the door is opened for whoever was let in",
        "the lock is secured",
        "the door is closed",
    ]


def test_a_found_badge_is_told_with_who_shows_it(tmp_path: Path) -> None:
    """Where that can be seen."""
    head = HEAD + '[people.Bob]\nbadge = "4712"\n'
    played = told(tmp_path, '[[steps]]\nface = "Bob"\n[[steps]]\nbadge = "Ada"\n', head)
    assert "Bob shows the badge of Ada" in words_of(played)


def test_no_pin_is_told(tmp_path: Path) -> None:
    """A timeline may be shown around."""
    head = 'title = "x"\nstarts = 2026-03-02T08:00:00\n[people.Ada]\nbadge = "4711"\npin = "2748"\n'
    played = told(tmp_path, '[[steps]]\nface = "Ada"\n[[steps]]\npin = "2748"\n', head)
    assert "2748" not in repr(played)
    assert "2748" not in repr(played.timeline)
