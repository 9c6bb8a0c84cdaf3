"""Which installed packages a requirement brings, however far down, and what each is for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


class Use(StrEnum):
    """What a package is there for; the first that fits counts."""

    PROGRAM = "program"
    FILES = "files"
    REPORT = "report"
    TESTS = "tests"
    BENCH = "bench"


@dataclass(frozen=True, slots=True)
class Needs:
    """What Ostiary asks for by itself, by the use of it."""

    requirements: Mapping[Use, tuple[Requirement, ...]]


def needs(root: Path = ROOT) -> Needs:
    """Read ``pyproject.toml`` and ``wheels.txt``, of which only files are used."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    return Needs(
        {
            Use.PROGRAM: _parsed([*project["dependencies"], *extras["pi"]]),
            Use.FILES: _parsed(lines_of(root / "wheels.txt")),
            Use.REPORT: _parsed(extras["report"]),
            Use.TESTS: _parsed(extras["test"]),
            Use.BENCH: _parsed(each for each in extras["bench"] if "ostiary" not in each),
        }
    )


def lines_of(file: Path) -> tuple[str, ...]:
    """Return the lines of a file of requirements, without comments."""
    lines = (line.split("#")[0].strip() for line in file.read_text("utf-8").splitlines())
    return tuple(line for line in lines if line)


def pins_of(file: Path) -> dict[str, str]:
    """Return version by canonical name of *file*, in which every line pins.

    :raises ValueError: if a line does not.
    """
    pins: dict[str, str] = {}
    for line in lines_of(file):
        found = re.fullmatch(r"([\w.-]+)==([\w.!+]+)", line)
        if found is None:
            raise ValueError(f"{file.name}: {line!r} pins nothing")
        pins[canonicalize_name(found[1])] = found[2]
    return pins


def installed(path: Sequence[str] | None = None) -> dict[str, Distribution]:
    """Return what is installed on *path*, by default here; what shadows another counts."""
    found = distributions() if path is None else distributions(path=list(path))
    by_name: dict[str, Distribution] = {}
    for each in found:
        by_name.setdefault(canonicalize_name(each.metadata["Name"]), each)
    return by_name


def closure(
    requirements: Iterable[Requirement], there: Mapping[str, Distribution]
) -> frozenset[str]:
    """Return the canonical names of all that *requirements* ask for, on this machine.

    What is not in *there* is named, but not what it would bring.
    """
    open_ = list(requirements)
    seen: set[tuple[str, str]] = set()
    while open_:
        requirement = open_.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras} - {e for n, e in seen if n == name}:
            seen.add((name, extra))
            open_ += _brought(there.get(name), extra)
    return frozenset(name for name, _ in seen)


def uses(there: Mapping[str, Distribution], asked: Needs) -> dict[str, Use]:
    """Return what each package that is asked for is there for; files bring nothing else along."""
    found: dict[str, Use] = {}
    for use, requirements in asked.requirements.items():
        names = closure(requirements, {} if use is Use.FILES else there)
        for name in sorted(names):
            found.setdefault(name, use)
    return found


def _brought(package: Distribution | None, extra: str) -> list[Requirement]:
    """What *package* brings with *extra*, as far as it is for this machine, without its marker."""
    brought = []
    for told in (package.requires or []) if package is not None else []:
        requirement = Requirement(told)
        marker = requirement.marker
        if extra and (marker is None or marker.evaluate({"extra": ""})):
            continue  # it came without the extra already
        if marker is None or marker.evaluate({"extra": extra}):
            requirement.marker = None
            brought.append(requirement)
    return brought


def _parsed(told: Iterable[str]) -> tuple[Requirement, ...]:
    return tuple(Requirement(each) for each in told)
