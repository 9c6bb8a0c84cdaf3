"""The page of what breaks claims nothing that no test shows."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import Page

PAGE = Page("faults.md")
TABLES = ("The disk", "Keys, networks, settings", "The clock", "The camera")


def test_every_test_that_the_page_names_exists() -> None:
    """By file and name; that it passes is its own matter."""
    assert len(PAGE.tests) > 30
    assert PAGE.missing_tests == []


@pytest.mark.parametrize("heading", TABLES)
def test_every_row_names_a_test(heading: str) -> None:
    """What breaks, what happens then, and what shows it."""
    rows = PAGE.rows(heading)
    assert rows
    for row in rows:
        assert re.search(r"`[\w/]+\.py::test_\w+`", row[-1]), row


def test_every_command_of_the_remedies_is_linked() -> None:
    """Who reads the page finds how to look, to mend and to put back."""
    for command in ("ostiary doctor", "ostiary mend", "ostiary restore"):
        assert command in PAGE.text
