"""Write ``docs/licences.md``, if every licence is known and goes with Ostiary's own.

Run ``python firmware_config/supply/licences.py`` with the environment that it is about, as `make licences` does.
Ends with 1, and says why, if a licence is unknown, is not what a package says of itself, or does
not go with what the package is there for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from checking import incompatible, misplaced, misread, pins_and_table, unknown_inside
from closure import ROOT, Use, installed, needs, pins_of, uses
from compatible import Terms, terms_of
from table import Table, read_table

sys.path.insert(0, str(ROOT))
from edge.vision.catalogue import CATALOGUE

PAGE = ROOT / "docs" / "licences.md"

_HEADINGS = {
    Use.PROGRAM: "Packages of the program",
    Use.FILES: "Packages of which only files are used",
    Use.REPORT: "Packages for the pictures of a report",
    Use.TESTS: "Packages that test it, which nobody gets",
    Use.BENCH: "Packages that it is measured against, which nobody gets",
}
_ASKS = {
    Terms.FREE: "the notice",
    Terms.UNCHANGED: "the notice; unchanged and replaceable, its own source on request",
    Terms.TOOL: "not to be delivered",
}


def faults() -> tuple[str, ...]:
    """Return what is wrong with the table, as seen from this environment."""
    table, pins, there = read_table(), pins_of(ROOT / "constraints.txt"), installed()
    return (
        *pins_and_table(table, pins),
        *incompatible(table),
        *misplaced(table, uses(there, needs())),
        *misread(table, there, pins),
        *unknown_inside(table, there),
    )


def page_of(table: Table) -> str:
    """Return the page; it depends on the table and the catalogue of weights, on no machine."""
    return "\n".join([*_opening(), *_weights(table), *_packages(table), *_others(table)]) + "\n"


def main() -> int:
    """Write the page, or say what keeps it from being written."""
    found = faults()
    for fault in found:
        print(fault, file=sys.stderr)
    if found:
        return 1
    table = read_table()
    PAGE.write_text(page_of(table), encoding="utf-8")
    print(f"{PAGE}: {len(table.licences)} packages, {len(CATALOGUE)} networks; all go with ours.")
    return 0


def _opening() -> Iterator[str]:
    yield "# Licences"
    yield ""
    yield "Ostiary is Apache-2.0. What it is made of, whose licence each part has, and what that asks of"
    yield "whoever passes it on. This page is written by `make licences` from `firmware_config/supply/licences.toml`, and"
    yield "held to what is pinned and to what each package says of itself by"
    yield "`tests/supply/test_licences.py`; the rule what goes together is `firmware_config/supply/compatible.py`."
    yield ""
    yield "Whoever delivers an appliance, or the Debian package, with all of this inside delivers these"
    yield "parts, too: keep the licence texts, which lie in each package's `*.dist-info`, and offer the"
    yield "source of what is marked *unchanged and replaceable*. `make sbom` lists what is in one"
    yield "installation, with all that packages carry inside."


def _weights(table: Table) -> Iterator[str]:
    rows = {each.name: (each.licence, each.origin, f"`{each.source.sha256}`") for each in CATALOGUE}
    yield from _section(
        "The networks", ("network", "licence", "comes from", "SHA-256 as published"), rows
    )
    yield ""
    yield "Nothing that is for research or for non-commercial use only is among them."
    footage = {f"`{name}`": (licence,) for name, licence in table.footage.items()}
    yield from _section("Footage of the demonstration and the tests", ("file", "licence"), footage)
    yield ""
    yield "It comes with packages of its makers; no file of it is part of Ostiary."


def _packages(table: Table) -> Iterator[str]:
    for use, heading in _HEADINGS.items():
        rows = {
            name: (licence, _ASKS[terms_of(licence)])
            for name, licence in table.packages[use].items()
        }
        yield from _section(heading, ("package", "licence", "asks for"), rows)


def _others(table: Table) -> Iterator[str]:
    inside = {
        f"{library} in {package}": (licence, _ASKS[terms_of(licence)])
        for package, libraries in table.inside.items()
        for library, licence in libraries.items()
    }
    yield from _section("Libraries inside of packages", ("library", "licence", "asks for"), inside)
    yield ""
    yield "Named are those of which the package's own bill of materials says nothing; what it says is"
    yield "checked with the rest. Not there, though a bill names it:"
    yield from (f"{name} ({why})." for name, why in table.absent.items())
    system = {name: (licence,) for name, licence in table.system.items()}
    yield from _section(
        "Programs of the system that the installer asks for", ("package", "licence"), system
    )
    read = {name: (what,) for name, what in table.read.items()}
    yield from _section(
        "Packages that say nothing exact of themselves", ("package", "was read"), read
    )


def _section(
    heading: str, columns: tuple[str, ...], rows: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    yield from ("", f"## {heading}", "")
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)
    for name, cells in rows.items():
        yield "| " + " | ".join((name, *cells)) + " |"


if __name__ == "__main__":
    sys.exit(main())
