"""The table of licences, ``licences.toml``: whose licence each thing has."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from closure import Use

FILE = Path(__file__).with_name("licences.toml")


@dataclass(frozen=True, slots=True)
class Table:
    """Licences by name; *packages* by what they are there for, *inside* by package.

    *read* tells of packages that say nothing exact of themselves what was read instead; *absent*
    why what a bill names is not there.
    """

    packages: Mapping[Use, Mapping[str, str]]
    inside: Mapping[str, Mapping[str, str]]
    read: Mapping[str, str]
    absent: Mapping[str, str]
    system: Mapping[str, str]
    footage: Mapping[str, str]

    @property
    def licences(self) -> dict[str, str]:
        """Of every package, whatever it is there for."""
        return {
            name: licence for group in self.packages.values() for name, licence in group.items()
        }

    def of_library(self, package: str, library: str) -> str | None:
        """Return the licence of a *library* inside of *package*, known by the start of its name."""
        known = self.inside.get(package, {})
        return next((known[each] for each in known if library.startswith(each)), None)


def read_table(file: Path = FILE) -> Table:
    """Read the table.

    :raises KeyError: if a section is missing.
    """
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    return Table(
        packages={use: told[use] for use in Use},
        inside=told["inside"],
        read=told["read"],
        absent=told["absent"],
        system=told["system"],
        footage=told["footage"],
    )
