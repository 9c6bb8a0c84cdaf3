"""A scenario: a site, its people, and what happens at one door, step by step."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from edge.access.document import from_document
from edge.access.ruleset import Factor, Ruleset
from edge.audit import EventKind
from edge.config import LockSettings, PortalSettings
from edge.domain import InputName, Reason
from edge.errors import ScenarioError

STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)

LONGEST_SECONDS = 7 * 24 * 3600.0
"""A scenario lasts a week at most: every tenth of a second of it is lived through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """A person of the site, as the office would have enrolled her."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    groups: frozenset[str] = frozenset()
    badge: str | None = None
    duress_badge: str | None = None
    revoked_badge: str | None = None
    pin: str | None = field(default=None, repr=False)
    duress_pin: str | None = field(default=None, repr=False)
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    suspended: bool = False
    look_alike: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The door of the story: its name, what can be shown at it, what is wired, who is enrolled.

    *enrolled*: how many people the gallery holds beside those of the story.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    door: str = "Front"
    shows: frozenset[Factor] = frozenset(Factor)
    inputs: frozenset[InputName] = frozenset(InputName)
    fails: Literal["secure", "safe"] = "secure"
    enrolled: Annotated[int, Field(ge=0, le=1_000_000)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must be so once a step is done. None and empty are not asked.

    *because*: reason of the last decision since the step before. *recorded*, *not_recorded*: kinds
    of events since then. *inside*: exactly who is inside. *asks*: what the door asks for.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    lock: Literal["released", "secured"] | None = None
    because: Reason | None = None
    recorded: tuple[EventKind, ...] = ()
    not_recorded: tuple[EventKind, ...] = ()
    inside: frozenset[str] | None = None
    asks: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens, or a look at how things are.

    *at*: time of day, the next one to come; *after*: seconds since the step before. *words*: what
    to call it in the timeline. The rest: what happens; nothing but a look without any.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    at: time | None = None
    after: Annotated[float, Field(ge=0, le=LONGEST_SECONDS)] = 0.0
    words: str = ""
    face: str | None = None
    photo_of: str | None = None
    stranger: bool = False
    leaves: bool = False
    badge: str | None = None
    pin: str | None = field(default=None, repr=False)
    exit_button: Literal["pressed", "let go", "pressed and let go"] | None = None
    door: Literal["opens", "closes"] | None = None
    goes_through: bool = False
    housing: Literal["opens", "closes"] | None = None
    fire: Literal["begins", "ends"] | None = None
    lockdown: Literal["begins", "ends"] | None = None
    office_mode: Literal["begins", "ends"] | None = None
    unlocked_from_the_pages: bool = False
    wire_cut: InputName | None = None
    wire_mended: InputName | None = None
    power_cut: Annotated[float, Field(gt=0, le=LONGEST_SECONDS)] | None = None
    clock_set: Annotated[float, Field(ge=-1e6, le=1e6)] | None = None
    expect: Expected = field(default_factory=Expected)

    @property
    def acts(self) -> tuple[str, ...]:
        """The names of what happens in this step."""
        about = ("at", "after", "words", "expect")
        return tuple(
            each.name
            for each in fields(self)
            if each.name not in about and getattr(self, each.name) not in (None, False)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A story with an end that can be checked. *starts* by the clock on the wall."""

    title: str
    starts: datetime
    rules: Ruleset
    site: Site
    lock: LockSettings
    portal: PortalSettings
    people: dict[str, Someone]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """A scenario file, apart from its rules."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    title: Annotated[str, Field(min_length=1, max_length=200)]
    starts: datetime
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=10_000)]
    rules: dict[str, Any] | None = None
    site: Site = field(default_factory=Site)
    lock: LockSettings = field(default_factory=LockSettings)
    portal: PortalSettings = field(default_factory=PortalSettings)
    people: dict[str, Someone] = field(default_factory=dict)


_FORM = TypeAdapter(_Form)


def read_scenario(path: Path) -> Scenario:
    """Return the scenario in the TOML file *path*.

    :raises ScenarioError: with everything that is wrong in it.
    :raises RulesError: if its rules are.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"{path.name} cannot be read: {error}") from error
    try:
        form = _FORM.validate_python(document)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        )
        raise ScenarioError(f"{path.name} is no scenario: {faults}") from error
    faults = "; ".join(_faults(form))
    if faults:
        raise ScenarioError(f"{path.name} is no scenario: {faults}")
    rules = Ruleset.default() if form.rules is None else from_document(form.rules)
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


def _faults(form: _Form) -> Iterator[str]:
    if form.starts.tzinfo is not None:
        yield "starts: is by the clock on the wall, without a zone"
    for number, step in enumerate(form.steps):
        if len(step.acts) > 1:
            yield f"steps.{number}: one thing a step, not {', '.join(step.acts)}"
        named = (step.face, step.photo_of, *(step.expect.inside or ()))
        for name in named:
            if name is not None and name not in form.people:
                yield f"steps.{number}: nobody is called {name!r}"
