"""The page about power cuts points at places that are there."""

from __future__ import annotations

from tests.docs.pages import Page
from tests.slow.test_power import EVERYTHING

PAGE = Page("power.md")


def test_every_test_and_file_that_the_page_names_exists() -> None:
    """By its name; links to other pages, too."""
    assert len(PAGE.tests) >= 4
    assert PAGE.missing_tests == []
    assert PAGE.missing_files == []


def test_the_page_counts_everything_that_is_cut_off() -> None:
    """And nothing that is not."""
    rows = PAGE.rows("How it was tried")

    assert {name.split("`")[1] for name, _, _ in rows} == EVERYTHING
    assert all(int(killed) > 0 and int(cut) > 0 for _, killed, cut in rows)
    assert [sum(int(row[column]) for row in rows) for column in (1, 2)] == [500, 500]
