"""docs/appliance.md: its figures are those that are held, and what it names is there."""

from __future__ import annotations

import re

from tests.docs.pages import Page
from tests.systemd.test_all_units import EXPOSURE

PAGE = Page("appliance.md")


def test_the_exposures_are_those_that_are_held() -> None:
    """Of every service, as systemd measures it."""
    told = {
        f"ostiary-{name.removeprefix('ostiary-').removeprefix('-')}.service": round(
            float(row[2]) * 10
        )
        for row in PAGE.rows("What runs")
        for name in re.findall(r"`([\w-]+)`", row[0])
    }

    assert told == EXPOSURE


def test_every_file_that_the_page_names_exists() -> None:
    """Its links, and the tests that it rests on."""
    assert PAGE.missing_files == []
    assert "tests/slow/test_debian_package.py" in PAGE.text
