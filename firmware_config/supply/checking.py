"""What is wrong with the table of licences, measured by what is pinned and what is installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution
from pathlib import PurePath

from carried import parts_of
from closure import Use
from compatible import Terms, terms_of
from declared import agrees, expression_of
from packaging.utils import canonicalize_name
from table import Table

MOST = {
    Use.PROGRAM: Terms.UNCHANGED,
    Use.FILES: Terms.UNCHANGED,
    Use.REPORT: Terms.UNCHANGED,
    Use.TESTS: Terms.TOOL,
    Use.BENCH: Terms.TOOL,
}
"""What may be asked for at most: nothing of ours is made with what only tests it."""


def pins_and_table(table: Table, pins: Mapping[str, str]) -> Iterator[str]:
    """Say what is pinned and has no licence here, or has one and is not pinned."""
    for name in sorted(pins.keys() - table.licences.keys()):
        yield f"{name} is pinned, but nobody has said what its licence is"
    for name in sorted(table.licences.keys() - pins.keys()):
        yield f"{name} has a licence here, but is not pinned"


def incompatible(table: Table) -> Iterator[str]:
    """Say whose licence does not go with ours, for what it is there for."""
    for use, group in table.packages.items():
        for name, licence in group.items():
            if terms_of(licence) > MOST[use]:
                yield f"{name} ({licence}) does not go with what it is there for: {use}"
    for package, libraries in table.inside.items():
        for name, licence in libraries.items():
            if terms_of(licence) > Terms.UNCHANGED:
                yield f"{name} in {package} ({licence}) does not go with the program"


def misplaced(table: Table, use_of: Mapping[str, Use]) -> Iterator[str]:
    """Say what stands in another section than what it is there for on this machine."""
    for use, group in table.packages.items():
        for name in group:
            if use_of.get(name, use) is not use:
                yield f"{name} is there for {use_of[name]}, not for {use}"


def misread(
    table: Table, there: Mapping[str, Distribution], pins: Mapping[str, str]
) -> Iterator[str]:
    """Say which packages name another licence than the table, as far as they are installed."""
    for name, licence in table.licences.items():
        package = there.get(name)
        if package is None or package.version != pins.get(name):
            continue
        agreed = agrees(package, licence)
        if agreed is False:
            yield f"{name} says {expression_of(package) or 'something else'}, the table {licence}"
        elif agreed is None and name not in table.read:
            yield f"{name} says nothing exact: what was read?"


def unknown_inside(table: Table, there: Mapping[str, Distribution]) -> Iterator[str]:
    """Say which libraries inside of what is delivered nobody has looked at, or do not go with us."""
    for use in (Use.PROGRAM, Use.FILES, Use.REPORT):
        for name in table.packages[use]:
            package = there.get(name)
            for library, licence in _libraries(table, package) if package is not None else ():
                if licence is None:
                    yield f"{library} in {name} has no licence here"
                elif terms_of(licence) > Terms.UNCHANGED and library not in table.absent:
                    yield f"{library} in {name} ({licence}) does not go with the program"


def _libraries(table: Table, package: Distribution) -> Iterator[tuple[str, str | None]]:
    """The shared libraries that lie beside *package*, then what its own bills name."""
    name = canonicalize_name(package.metadata["Name"])
    for file in package.files or []:
        if PurePath(file).parent.name.endswith(".libs"):
            yield file.name, table.of_library(name, file.name)
    for part in parts_of(package):
        yield part.name, part.licence or table.of_library(name, part.name)
