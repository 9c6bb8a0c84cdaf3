"""Every licence is known, is what the package says, goes with ours, and stands on the page."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import Distribution
from pathlib import Path

import licences
import pytest
from checking import incompatible, misplaced, misread, pins_and_table, unknown_inside
from closure import ROOT, Use, installed, needs, pins_of, uses
from compatible import Terms, terms_of
from PIL import features
from table import Table, read_table

from edge.demonstration import footage
from edge.vision.catalogue import CATALOGUE

PINS = pins_of(ROOT / "constraints.txt")


@pytest.fixture(scope="module")
def table() -> Table:
    """The table as it is."""
    return read_table()


@pytest.fixture(scope="module")
def there() -> dict[str, Distribution]:
    """What is installed here; other machines have more or less of it."""
    return installed()


def with_program(table: Table, **more: str) -> Table:
    """The table with other packages of the program."""
    return replace(table, packages={**table.packages, Use.PROGRAM: more})


def test_nothing_is_wrong_with_the_licences() -> None:
    """Of what is pinned, and of what is installed here with all that it carries inside."""
    assert licences.faults() == ()


def test_the_page_is_what_the_table_says(table: Table) -> None:
    """If not: make licences."""
    assert licences.PAGE.read_text(encoding="utf-8") == licences.page_of(table)


def test_everything_that_is_installed_with_us_is_pinned(there: dict[str, Distribution]) -> None:
    """However far down it is asked for: else two installations would differ."""
    assert sorted(uses(there, needs()).keys() - PINS.keys()) == []


def test_a_pin_without_a_licence_is_a_fault(table: Table) -> None:
    """And a licence of what is not pinned."""
    del_click = {name: pin for name, pin in PINS.items() if name != "click"}

    assert list(pins_and_table(table, {**PINS, "new": "1"})) == [
        "new is pinned, but nobody has said what its licence is"
    ]
    assert list(pins_and_table(table, del_click)) == ["click has a licence here, but is not pinned"]


@pytest.mark.parametrize("licence", ["GPL-3.0-or-later", "AGPL-3.0-or-later", "CC-BY-NC-4.0"])
def test_a_licence_that_does_not_go_with_ours_is_a_fault(table: Table, licence: str) -> None:
    """In the program; a tool of the tests may have it, if somebody has read it."""
    assert list(incompatible(with_program(table, new=licence))) == [
        f"new ({licence}) does not go with what it is there for: program"
    ]
    inside = {"pillow": {"libnew": licence}}
    assert list(incompatible(replace(table, inside=inside))) == [
        f"libnew in pillow ({licence}) does not go with the program"
    ]


def test_a_package_that_says_something_else_is_a_fault(
    table: Table, there: dict[str, Distribution]
) -> None:
    """By its expression, by its classifiers, and where it says nothing exact."""
    flask = with_program(table, flask="MIT")
    babel = with_program(table, **{"flask-babel": "Apache-2.0"})
    silent = replace(with_program(table, protobuf="BSD-3-Clause"), read={})

    assert "flask says BSD-3-Clause, the table MIT" in list(misread(flask, there, PINS))
    assert any("flask-babel says" in fault for fault in misread(babel, there, PINS))
    assert "protobuf says nothing exact: what was read?" in list(misread(silent, there, PINS))


def test_another_version_than_the_pinned_one_says_nothing(
    table: Table, there: dict[str, Distribution]
) -> None:
    """Its licence may be another."""
    flask = with_program(table, flask="MIT")

    assert list(misread(flask, there, {**PINS, "flask": "0.0"})) == []


def test_a_package_in_the_wrong_section_is_a_fault(table: Table) -> None:
    """A tool with a licence for tools only must not slip into the program."""
    assert list(misplaced(table, {"docutils": Use.PROGRAM})) == [
        "docutils is there for program, not for tests"
    ]


def test_a_library_inside_that_nobody_knows_is_a_fault(
    table: Table, there: dict[str, Distribution]
) -> None:
    """Shared libraries of wheels, and what their own bills name."""
    blind = replace(table, inside={}, absent={})

    found = list(unknown_inside(blind, there))

    assert any(".so" in fault and "opencv-python-headless" in fault for fault in found)
    assert "libimagequant in pillow (GPL-3.0-or-later) does not go with the program" in found


def test_what_is_said_to_be_absent_is_absent(table: Table) -> None:
    """Pillow's own bill names a library of the GPL, which its wheels are built without."""
    assert set(table.absent) == {"libimagequant"}
    assert not features.check("libimagequant")


def test_the_networks_have_licences_that_go_with_ours() -> None:
    """Every one; nothing for research only."""
    assert all(terms_of(entry.licence) is Terms.FREE for entry in CATALOGUE)


def test_the_footage_is_named(table: Table) -> None:
    """All that the demonstration shows."""
    shown = {
        Path(each.path).name for each in vars(footage).values() if isinstance(each, footage.Footage)
    }
    assert shown == set(table.footage)


def test_what_the_installer_takes_from_the_system_is_named(table: Table) -> None:
    """Every package of its list."""
    text = (ROOT / "firmware_config/installing/system.sh").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if 'wanted="' in line]
    wanted = {
        word
        for line in lines
        for word in line.split('wanted="')[1].split('"')[0].split()
        if not word.startswith("$")
    }
    assert wanted == set(table.system)
