"""The documented rules are rules, and everything that rules may say is documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge.access.document import from_toml, known_names, to_toml
from edge.access.face_alone import face_alone
from edge.access.ruleset import AntiPassback, Mode, OnHoliday

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.partition("```toml\n")[2].partition("```")[0]
ROW = re.compile(r"\| ([\d,]+) \| ([\d.]+) % \| ([\d.]+) % \| \**([\d.]+) %\** \| (\S.*) \|")


def test_the_example_is_read_and_says_what_it_reads_back() -> None:
    """Whoever copies it has rules."""
    ruleset = from_toml(EXAMPLE)

    assert from_toml(to_toml(ruleset)) == ruleset
    assert len(ruleset.groups) == 5


@pytest.mark.parametrize("name", known_names())
def test_every_name_is_in_the_example(name: str) -> None:
    """Nothing that can be set is a secret."""
    assert re.search(rf"\b{name}\b", EXAMPLE)


@pytest.mark.parametrize("value", [*Mode, *OnHoliday, *AntiPassback])
def test_every_choice_is_in_the_example(value: str) -> None:
    """With the word it is written by; closed is what a holiday does unless told otherwise."""
    assert f'"{value}"' in EXAMPLE or f"# {value}" in EXAMPLE


def test_the_table_of_face_alone_says_what_is_computed() -> None:
    """To the last digit that it shows."""
    rows = ROW.findall(PAGE)

    assert len(rows) == 5
    for people, threshold, claimed, expected, missed in rows:
        found = face_alone(int(people.replace(",", "")))
        digits = len(threshold.partition(".")[2])
        assert f"{found.threshold:.{digits}f}" == threshold
        assert f"{100 * found.claimed:.2f}" == claimed
        assert f"{100 * found.expected:.2f}" == expected
        told = "not measured" if found.missed is None else f"{100 * found.missed:.2f} %"
        assert told == missed
