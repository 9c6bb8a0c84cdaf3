"""The threat model claims nothing that no test shows, and hides no risk."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import Page, names_in
from tests.systemd.test_all_units import EXPOSURE

PAGE = Page("threat-model.md")

ATTACKS = (
    "A visitor with a photo",
    "A visitor with a video, a mask, or a deepfake",
    "A visitor with somebody's badge or PIN",
    "An insider",
    "Somebody who was dismissed",
    "A thief of the SD card, or of a backup",
    "Whoever stands at the kiosk",
    "An attacker on the network",
    "A broker, or a receiver of webhooks",
    "Whoever took over a program",
    "Whoever sets the clock",
    "Whoever wants the door out of service",
    "The supply chain",
    "A malicious upload",
    "A wiretap towards the panel or a reader",
    "Whoever reaches the wires of the door",
    "A device at a USB socket, or at the reader's port",
    "Somebody under duress",
    "Accidents that look like attacks",
)


def risks() -> dict[str, tuple[str, str]]:
    """What is not stopped and what the operator can do, by the number of the risk."""
    return {number: (what, remedy) for number, what, remedy in PAGE.rows("Open risks")}


def test_every_test_that_the_page_names_exists() -> None:
    """By file and name; that it passes is its own matter."""
    assert len(PAGE.tests) > 200
    assert PAGE.missing_tests == []


def test_a_test_that_does_not_exist_would_be_noticed() -> None:
    """Neither in a file that is there nor in one that is not."""
    assert "test_no_such_thing" not in names_in("test_architecture.py")
    assert names_in("edge/test_no_such_file.py") == frozenset()
    assert "test_errors_import_nothing" in names_in("test_architecture.py")


@pytest.mark.parametrize("heading", ATTACKS)
def test_every_row_names_a_test(heading: str) -> None:
    """What somebody tries, what is done about it, and the test that shows it."""
    rows = PAGE.rows(heading)
    assert rows
    for row in rows:
        assert all(row[:3]), row
        assert re.search(r"`[\w/]+\.py::test_\w+`", row[2]), row


def test_no_attacker_is_left_out_of_this_test() -> None:
    """Every section with a table of tests is one of those above."""
    headings = re.findall(r"^## (.+)$", PAGE.text, re.MULTILINE)
    tested = [
        heading
        for heading in headings
        if any("::test_" in cell for row in PAGE.rows(heading) for cell in row)
    ]
    assert tuple(tested) == ATTACKS


def test_every_open_risk_is_explained_once_and_has_a_remedy() -> None:
    """Whatever a table calls R1 stands in the list, and nothing stands there that no table calls."""
    before, _ = PAGE.text.split("\n## Open risks\n")
    called = set(re.findall(r"\bR\d+\b", before))

    assert called == set(risks())
    assert all(what and remedy for what, remedy in risks().values())
    assert list(risks()) == [f"R{number}" for number in range(1, len(risks()) + 1)]


def test_every_file_that_the_page_names_exists() -> None:
    """Links to other pages, too."""
    assert PAGE.missing_files == []


def test_the_measures_of_the_sandboxes_are_those_that_are_held_to() -> None:
    """Tenths there, of ten here."""
    told = " ".join(PAGE.text.split())
    for words, service in (
        ("door", "door"),
        ("pages and announcer", "web"),
        ("pages and announcer", "announce"),
        ("backup, sweep and preparing", "backup"),
        ("backup, sweep and preparing", "sweep"),
        ("backup, sweep and preparing", "prepare"),
        ("the browser", "kiosk"),
    ):
        assert f"{words} {EXPOSURE[f'ostiary-{service}.service'] / 10:.1f}" in told, service
