"""Whether all that Ostiary installs is there as a wheel, for a processor and a Python; fetches it.

Run ``python bench/wheels.py MACHINE PYTHON FOLDER``, as in ``aarch64 3.13 wheels``. Every pin of
``constraints.txt`` is asked for with pip as this machine has it configured, and nothing is built. What
``pyproject.toml`` does not want on that machine is left out. Prints one table; fails if anything
lacks a wheel.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rich.console import Console
from rich.table import Table

PROJECT = Path(__file__).parent.parent

GLIBC_MINORS = range(17, 37)
"""What a wheel may ask of glibc 2: from manylinux2014 to what Debian 12 has, the oldest we run on."""


@dataclass(frozen=True, slots=True)
class Target:
    """A processor as Linux names it (``aarch64``), and a Python (``3.13``)."""

    machine: str
    python: str

    @property
    def options(self) -> tuple[str, ...]:
        """What makes pip look for wheels for this target, though it runs on another."""
        platforms = [f"manylinux_2_{minor}_{self.machine}" for minor in GLIBC_MINORS]
        return (
            "--no-deps",
            "--only-binary=:all:",
            "--implementation=cp",
            f"--python-version={self.python}",
            *(f"--platform={each}" for each in (f"manylinux2014_{self.machine}", *platforms)),
        )

    @property
    def environment(self) -> dict[str, str]:
        """What the markers of a requirement are compared with."""
        return {
            "platform_machine": self.machine,
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "sys_platform": "linux",
        }


def unwanted(target: Target) -> frozenset[str]:
    """Return the names of the packages that ``pyproject.toml`` does not want on *target*."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = map(Requirement, [*project["dependencies"], *(line for one in extras for line in one)])
    return frozenset(
        canonicalize_name(one.name)
        for one in wanted
        if one.marker is not None and not one.marker.evaluate(target.environment)
    )


def pins() -> list[Requirement]:
    """Return what is installed, each at one version, and what builds the package itself."""
    lines = (PROJECT / "constraints.txt").read_text(encoding="utf-8").split()
    build = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    return [Requirement(line) for line in [*lines, *build["requires"]]]


def lacking(target: Target, wanted: list[Requirement], folder: Path) -> list[str]:
    """Fetch the wheels of *wanted* into *folder*; return those that have none."""
    if fetched(target, wanted, folder):
        return []
    return [str(one) for one in wanted if not fetched(target, [one], folder)]


def fetched(target: Target, wanted: list[Requirement], folder: Path) -> bool:
    """Tell whether pip found a wheel for each of *wanted*."""
    run = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", f"--dest={folder}",
         *target.options, *map(str, wanted)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    return run.returncode == 0


def main() -> int:
    """Fetch, tell, and return 1 if anything lacks a wheel."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("machine")
    parser.add_argument("python")
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    target = Target(given.machine, given.python)
    left_out = unwanted(target)
    wanted = [one for one in pins() if canonicalize_name(one.name) not in left_out]
    missing = lacking(target, wanted, given.folder)

    table = Table("Machine", "Python", "Pins", "Wheels", "Left out", "Without a wheel")
    table.add_row(
        target.machine,
        target.python,
        str(len(wanted)),
        str(len(wanted) - len(missing)),
        ", ".join(sorted(left_out)) or "none",
        ", ".join(missing) or "none",
    )
    Console(width=100).print(table)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
