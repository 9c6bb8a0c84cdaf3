"""The rules that are shipped as an example are good, and do what their comments say."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge.access.document import from_json, from_toml, to_json
from edge.access.rules import Rules
from edge.access.ruleset import Mode, Ruleset

FILE = Path(__file__).parents[2] / "firmware_config" / "rules.toml"
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def example() -> Ruleset:
    """Read the example, as `ostiary rules set` does."""
    return from_toml(FILE.read_text(encoding="utf-8"))


def test_the_example_is_good(example: Ruleset) -> None:
    """And survives being stored."""
    assert from_json(to_json(example)) == example


def test_every_section_of_the_form_is_shown() -> None:
    """Whoever starts from it sees all there is."""
    document = tomllib.loads(FILE.read_text(encoding="utf-8"))
    assert set(document) == {
        "zone", "calendars", "schedules", "areas", "doors", "groups", "pins",
    }  # fmt: skip
    doors = [*document["doors"].values()]
    for field in ("modes", "unlocking", "two_persons", "office_mode", "lockdown", "leaves"):
        assert any(field in door for door in doors), field


@pytest.mark.parametrize(
    ("schedule", "at", "is_open"),
    [
        ("Office hours", "2026-06-01T12:00", True),  # a Monday
        ("Office hours", "2026-05-25T12:00", False),  # Whit Monday
        ("Office hours", "2026-06-06T12:00", False),  # a Saturday
        ("Cleaning", "2026-05-25T21:00", False),  # Whit Monday
        ("Cleaning", "2026-05-25T09:00", True),
        ("Archive days", "2026-01-06T10:00", True),
        ("Archive days", "2026-01-13T10:00", False),
        ("Archive days", "2026-01-20T10:00", True),
    ],
)
def test_the_schedules_are_open_when_the_comments_say(
    example: Ruleset, schedule: str, at: str, is_open: bool
) -> None:
    """By the clock of the site."""
    moment = datetime.fromisoformat(at).replace(tzinfo=BERLIN)
    assert Rules(example).timetable(schedule).is_open_at(moment) is is_open


def test_while_cleaning_the_front_door_asks_for_more(example: Ruleset) -> None:
    """As its comment says."""
    rules = Rules(example)
    evening = datetime(2026, 6, 1, 21, tzinfo=BERLIN)
    assert rules.mode_of(rules.door("front"), rules.wall(evening)) is Mode.BADGE_AND_FACE
