"""The page about privacy points at places that are there."""

from __future__ import annotations

import re
import tomllib

import click
import pytest

from edge.__main__ import main_group
from tests.docs.pages import ROOT, Page
from tests.enroll.conftest import House, house, memory

__all__ = ["house", "memory"]  # fixtures

PAGE = Page("privacy.md")
DUTIES = ("GDPR", "BIPA")


def test_every_test_and_file_that_the_page_names_exists() -> None:
    """By its name; links to other pages, too."""
    assert len(PAGE.tests) > 30
    assert PAGE.missing_tests == []
    assert PAGE.missing_files == []


def test_every_command_that_the_page_names_exists() -> None:
    """Whoever is asked for a person's data types what stands there."""
    assert PAGE.commands
    for words in PAGE.commands:
        command: click.Command = main_group
        for word in words:
            assert isinstance(command, click.Group), words
            found = command.get_command(click.Context(command), word)
            assert found is not None, words
            command = found


def test_every_page_that_the_page_names_exists(house: House) -> None:
    """In the application as it is served; … stands for somebody's id."""
    served = {re.sub(r"<[^>]+>", "…", str(rule)) for rule in house.app.url_map.iter_rules()}
    named = set(re.findall(r"`(/[^`\s]+)`", PAGE.text))

    assert len(named) > 10
    assert sorted(named - served) == []


def test_every_request_has_a_way_and_a_test() -> None:
    """What somebody may ask for is done by a command or on a page."""
    rows = PAGE.rows("When somebody asks")
    assert len(rows) > 8
    for row in rows:
        assert row[1] or row[2], row
        assert "::test_" in row[3], row


def test_every_setting_that_the_page_names_exists() -> None:
    """With its section, as in the commented file."""
    text = (ROOT / "firmware_config/ostiary.toml").read_text(encoding="utf-8")
    sections = tomllib.loads(re.sub(r"^#(\w+ = )", r"\1", text, flags=re.MULTILINE))
    named = re.findall(r"`(\w+)\.(\w+)`", PAGE.text)
    named = [each for each in named if each[0] in sections and each[1] != "db"]

    assert {("audit", "keep_days"), ("recognition", "min_face_size")} <= set(named)
    assert [each for each in named if each[1] not in sections[each[0]]] == []


@pytest.mark.parametrize("law", DUTIES)
def test_every_duty_says_what_is_done_and_which_test_shows_it(law: str) -> None:
    """All articles that a door meets; what the product does nothing about is not claimed."""
    for row in PAGE.rows(law):
        done = [cell for cell in row[2:-1] if cell]
        if done:
            assert any("::test_" in cell for cell in done), row


@pytest.mark.parametrize(
    "article",
    ["5(1)(e)", "6,", "9(2)(a)", "13,", "15,", "17,", "20", "25", "30", "32", "33,", "35"],
)
def test_the_articles_that_a_door_meets_are_there(article: str) -> None:
    """Each has a row of the first table."""
    assert any(article in row[0] for row in PAGE.rows("GDPR"))
