"""A TOML file becomes a scenario, or a list of all that is wrong in it, each with its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from edge.access.document import from_document
from edge.access.rules import unknown
from edge.access.ruleset import EVERYONE, Ruleset
from edge.config import LockSettings, PortalSettings
from edge.errors import RulesError, ScenarioError
from edge.simulation.kinds import Moment
from edge.simulation.scenario import STRICT, Expected, Scenario, Site, Someone, Step
from edge.toml_text import NotTomlError, parse_toml

REMEDY = "docs/simulating.md shows every line that a scenario may have."

LONGEST_TEXT = 1_000_000
"""Characters of a file."""

MOST_STEPS = 10_000

_BARE_TIME = re.compile(r"^[^#\"']*=\s*\d\d?:\d\d\s*(#.*)?$|[{,]\s*\w+\s*=\s*\d\d?:\d\d\s*[,}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """A scenario file, apart from its rules."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    title: Annotated[str, Field(min_length=1, max_length=200)]
    starts: Moment
    steps: Annotated[tuple[Step, ...], Field(max_length=MOST_STEPS)]
    site: Site = field(default_factory=Site)
    lock: LockSettings = field(default_factory=LockSettings)
    portal: PortalSettings = field(default_factory=PortalSettings)
    people: dict[str, Someone] = field(default_factory=dict)


_FORM = TypeAdapter(_Form)


def read_scenario(path: Path, *, rules: Ruleset | None = None, door: str = "") -> Scenario:
    """Return the scenario in the TOML file *path*; with *rules* or at *door* in place of its own.

    :raises ScenarioError: with everything that is wrong in it.
    """
    document = _parsed(path)
    written = document.pop("rules", None)
    faults: list[str] = []
    if rules is None:
        try:
            rules = _ruleset(written, path.parent)
        except RulesError as error:
            faults += [f"rules.{fault}" for fault in error.faults]
    form = None
    try:
        form = _FORM.validate_python(document)
    except ValidationError as error:
        faults += [_described(fault) for fault in error.errors(include_url=False)]
    if form is not None:
        site = replace(form.site, door=door) if door else form.site
        form = replace(form, site=site)
        faults += [*_faults(form), *([] if rules is None else _strangers_to(rules, form))]
    if faults or form is None or rules is None:
        count = f"{len(faults)} problem{'s' if len(faults) > 1 else ''}"
        raise ScenarioError(f"{count} in {path.name}: {'; '.join(faults)}.", remedy=REMEDY)
    return Scenario(
        title=form.title,
        starts=form.starts,
        rules=rules,
        site=form.site,
        lock=form.lock,
        portal=form.portal,
        people=form.people,
        steps=form.steps,
    )


def _parsed(path: Path) -> dict[str, Any]:
    try:
        with path.open(encoding="utf-8") as source:
            text = source.read(LONGEST_TEXT + 1)
    except (OSError, ValueError) as error:  # no UTF-8, or no name of a file
        raise ScenarioError(f"{path.name} cannot be read: {error}", remedy=REMEDY) from error
    if len(text) > LONGEST_TEXT:
        raise ScenarioError(f"{path.name} has more than {LONGEST_TEXT:,} characters", remedy=REMEDY)
    try:
        return parse_toml(text)
    except NotTomlError as error:
        bare = [
            f"line {number}: a time needs double quotes, or its seconds"
            for number, line in enumerate(text.splitlines(), start=1)
            if _BARE_TIME.search(line)
        ]
        raise ScenarioError(
            f"{path.name} is not TOML: {'; '.join(bare) or error}.", remedy=REMEDY
        ) from error


def _ruleset(written: object, folder: Path) -> Ruleset:
    """Return the rules that a scenario holds, or names a file of in *folder*.

    :raises RulesError: with every fault that is in them.
    :raises ScenarioError: if the file cannot be read.
    """
    if written is None:
        return Ruleset.default()
    return from_document(_parsed(folder / written) if isinstance(written, str) else written)


def _described(fault: ErrorDetails) -> str:
    path = _place(fault["loc"]) or "the file"
    match fault["type"]:
        case "unexpected_keyword_argument":
            near = difflib.get_close_matches(str(fault["loc"][-1]), _known(), n=1, cutoff=0.7)
            return f"{path}: is unknown" + (f", did you mean {near[0]}?" if near else "")
        case "dataclass_type":
            return f"{path}: should be a table"
        case "missing":
            return f"{path}: is missing"
        case "value_error":
            return f"{path}: {fault['ctx']['error']}"
    return f"{path}: {fault['msg'].removeprefix('Input ').removeprefix('String ')}"


def _place(path: tuple[int | str, ...]) -> str:
    """Return where something stands, steps counted from one as in the timeline."""
    if path[:1] == ("steps",) and len(path) > 1 and isinstance(path[1], int):
        step = f"step {path[1] + 1}"
        return ": ".join([step, *([".".join(map(str, path[2:]))] if path[2:] else [])])
    return ".".join(str(part)[:64] for part in path if part != "[key]")


def _known() -> list[str]:
    """Return every name that a table of a scenario may hold."""
    tables = (_Form, Site, Someone, Step, Expected, LockSettings, PortalSettings)
    return sorted({"rules", *(each.name for table in tables for each in fields(table))})


def _faults(form: _Form) -> Iterator[str]:
    if not form.steps:
        yield "steps: nothing happens"
    try:
        form.portal.demand_below(form.lock.max_release_seconds)
    except ValueError as error:
        yield str(error)
    yield from _faults_of_people(form)
    powered = True
    for number, step in enumerate(form.steps, start=1):
        where = f"step {number}"
        if len(step.acts) > 1:
            yield f"{where}: one thing a step, not {' and '.join(step.acts)}"
        if step.at is not None and step.after:
            yield f"{where}: either at or after, not both"
        expected = step.expect
        for name in (
            *(each for each in (step.face, step.photo_of, step.leaves_elsewhere) if each),
            *sorted((expected.inside or frozenset()) | (expected.let_in or frozenset())),
        ):
            if name not in form.people:
                yield f"{where}: {_nobody(name, form)}"
        yield from (f"{where}: {fault}" for fault in _faults_of_what_is_shown(step, form))
        if step.power is not None:
            if (step.power == "returns") is powered:
                yield f"{where}: the power is {'on' if powered else 'off'} already"
            powered = step.power == "returns"


def _faults_of_people(form: _Form) -> Iterator[str]:
    owners: dict[str, str] = {}
    for name, someone in form.people.items():
        for number in someone.badges:
            if number in owners:
                yield f"people.{name}: {owners[number]} has the badge {number} already"
            owners.setdefault(number, name)
        if someone.looks_like is not None and someone.looks_like not in form.people:
            yield f"people.{name}.looks_like: {_nobody(someone.looks_like, form)}"


def _faults_of_what_is_shown(step: Step, form: _Form) -> Iterator[str]:
    """What is no name of the story must look like the number of a badge, or a PIN."""
    if step.badge is not None:
        someone = form.people.get(step.badge)
        if someone is not None and not someone.badge:
            yield f"{step.badge} has no badge"
        elif someone is None and not any(sign.isdigit() for sign in step.badge):
            yield f"{_nobody(step.badge, form)}, and it is no badge's number"
    if step.pin is not None:
        someone = form.people.get(step.pin)
        if someone is not None and not someone.pin:
            yield f"{step.pin} has no PIN"
        elif someone is None and not step.pin.isdigit():
            yield f"{_nobody(step.pin, form)}, and it is no PIN"


def _nobody(name: str, form: _Form) -> str:
    near = difflib.get_close_matches(name, form.people, n=1)
    return f"nobody is called {name!r}" + (f", did you mean {near[0]!r}?" if near else "")


def _strangers_to(rules: Ruleset, form: _Form) -> Iterator[str]:
    """Give what the story names and *rules* do not know."""
    groups = {EVERYONE, *(group.name for group in rules.groups)}
    for name, someone in form.people.items():
        for group in sorted(someone.groups - groups):
            yield f"people.{name}.groups: {unknown('group', group, groups)}"
    doors = {door.name for door in rules.doors}
    if doors and form.site.door not in doors:
        yield f"site.door: {unknown('door', form.site.door, doors)}"
