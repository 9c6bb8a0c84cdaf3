"""A scenario as values: a site, its people, and what happens at one door, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from edge.access.ruleset import Factor, Ruleset
from edge.config import LockSettings, PortalSettings
from edge.domain import InputName
from edge.simulation.kinds import (
    At,
    Because,
    Input,
    Jump,
    Kinds,
    Moment,
    Names,
    Seconds,
    Texts,
)

STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """A person of the site, as the office would have enrolled her.

    *looks_like*: whom the camera cannot tell from her. *gave_face*: False for who gave none.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    groups: Names = frozenset()
    gave_face: bool = True
    badge: str | None = None
    duress_badge: str | None = None
    revoked_badge: str | None = None
    pin: str | None = field(default=None, repr=False)
    duress_pin: str | None = field(default=None, repr=False)
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    suspended: bool = False
    looks_like: str | None = None

    @property
    def badges(self) -> tuple[str, ...]:
        """The numbers of all her badges, valid or not."""
        numbers = (self.badge, self.duress_badge, self.revoked_badge)
        return tuple(number for number in numbers if number is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The door of the story: its name, what can be shown at it, what is wired, who is enrolled.

    *enrolled*: how many people the gallery holds beside those of the story.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    door: str = "Front"
    shows: frozenset[Factor] = frozenset(Factor)
    inputs: frozenset[Input] = frozenset(InputName)
    enrolled: Annotated[int, Field(ge=0, le=1_000_000)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must be so once a step is done; what is not written is not asked.

    Of all that happened since the step before: *let_in*: exactly who was. *because*: the reason of
    the newest decision. *recorded*, *not_recorded*: kinds of events. *told*: words that the
    timeline says. *asks*: what the door asked for last. And of how it is now: *lock*, and *inside*:
    exactly who is.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    lock: Literal["released", "secured"] | None = None
    let_in: Names | None = None
    because: Because | None = None
    recorded: Kinds = ()
    not_recorded: Kinds = ()
    told: Texts = ()
    asks: Texts | None = None
    inside: Names | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens, or a look at how things are.

    *at*: a time by the clock on the wall, the next one to come; or *after*: seconds since the step
    before. *words*: what to call it in the timeline. The rest is what happens; without any of it
    time passes, and no more.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    at: At | None = None
    after: Seconds = 0.0
    words: str = ""
    face: str | None = None
    photo_of: str | None = None
    stranger: bool = False
    leaves: bool = False
    badge: str | None = None
    pin: str | None = field(default=None, repr=False)
    goes_through: bool = False
    leaves_elsewhere: str | None = None
    exit_button: Literal["pressed", "let go", "pressed and let go"] | None = None
    door: Literal["opens", "closes"] | None = None
    housing: Literal["opens", "closes"] | None = None
    fire: Literal["begins", "ends"] | None = None
    lockdown: Literal["begins", "ends"] | None = None
    office_mode: Literal["begins", "ends"] | None = None
    unlocked_from_the_pages: bool = False
    wire_cut: Input | None = None
    wire_mended: Input | None = None
    power: Literal["fails", "returns"] | None = None
    clock_set: Jump | None = None
    expect: Expected = field(default_factory=Expected)

    @property
    def acts(self) -> tuple[str, ...]:
        """The names of what happens in this step."""
        return tuple(name for name in ACTS if getattr(self, name) not in (None, False))


ACTS = tuple(
    each.name for each in fields(Step) if each.name not in ("at", "after", "words", "expect")
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
