"""Values as people write them in a scenario: times, durations, names of things, kinds of events."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import BeforeValidator

from edge.audit import EventKind
from edge.domain import InputName, Reason

LONGEST_SECONDS = 31 * 24 * 3600.0
"""A scenario waits no longer than a month at once."""

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_Named = TypeVar("_Named", bound=StrEnum)

_AT = re.compile(
    r"(?:(?P<day>\d{4}-\d\d-\d\d)[ T]|(?P<weekday>[A-Za-z]+) )?"
    r"(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)")
_UNITS = {"s": 1, "sec": 1, "min": 60, "h": 3600, "d": 86400}
_LONG_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}

_INPUTS = {
    "door contact": InputName.CONTACT,
    "exit button": InputName.REX,
    "housing": InputName.TAMPER,
    "fire alarm": InputName.FIRE,
}
"""What people call the things that are wired to a door; the names in the settings are taken, too."""


@dataclass(frozen=True, slots=True)
class When:
    """A time by the clock on the wall: of a *day*, of the next such *weekday* (0 Monday), or of any."""

    shows: time
    day: date | None = None
    weekday: int | None = None


def _when(value: object) -> object:
    match value:
        case datetime(tzinfo=None):
            return When(value.time(), day=value.date())
        case time(tzinfo=None):
            return When(value)
        case str():
            return _when_of(value)
    raise ValueError('should be a time such as "08:00", "Mon 08:00" or "2026-12-24 08:00"')


def _when_of(text: str) -> When:
    found = _AT.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError(text)
        at = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
        day = date.fromisoformat(found["day"]) if found["day"] else None
        weekday = DAYS.index(found["weekday"][:3].capitalize()) if found["weekday"] else None
    except ValueError as error:
        raise ValueError(
            'should be a time such as "08:00", "Mon 08:00" or "2026-12-24 08:00"'
        ) from error
    return When(at, day, weekday)


def _seconds(value: object) -> object:
    if isinstance(value, str):
        value = _seconds_of(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError('should be seconds, or text such as "90 s", "5 min", "2 h" or "3 days"')  # noqa: TRY004 - pydantic's way
    if not 0 <= value <= LONGEST_SECONDS:
        raise ValueError("should be no less than nothing, and no longer than 31 days")
    return float(value)


def _seconds_of(text: str) -> float:
    text = text.strip().lower()
    parts = _PART.findall(text)
    units = [_UNITS.get(unit) or _LONG_UNITS.get(unit.removesuffix("s")) for _, unit in parts]
    if not parts or None in units or _PART.sub("", text).strip():
        raise ValueError('should be seconds, or text such as "90 s", "5 min", "2 h" or "3 days"')
    return sum(float(number) * (unit or 0) for (number, _), unit in zip(parts, units, strict=True))


def _jump(value: object) -> object:
    """Return by how many seconds a clock is set: positive for forward."""
    if isinstance(value, str):
        length, _, way = value.strip().rpartition(" ")
        if way in ("forward", "back"):
            return _seconds_of(length) * (1 if way == "forward" else -1)
    raise ValueError('should be text such as "2 h forward" or "10 min back"')


def _moment(value: object) -> object:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, datetime) or value.tzinfo is not None:
        raise ValueError(
            "should be day and time by the clock on the wall, such as 2026-03-31T18:00:00"
        )
    return value


def _one_of(kind: type[_Named], what: str, example: str) -> Callable[[object], _Named]:
    """Return a check for a value of *kind*, however its words are joined."""
    known = {_joined(each.value): each for each in kind}

    def checked(value: object) -> _Named:
        if isinstance(value, str) and _joined(value) in known:
            return known[_joined(value)]
        near = difflib.get_close_matches(_joined(str(value)), known, n=1)
        meant = f"did you mean {near[0]!r}?" if near else f"one is {example!r}"
        raise ValueError(f"no {what} is called {str(value)[:64]!r}, {meant}")

    return checked


def _input(value: object) -> object:
    if isinstance(value, str):
        known = {**_INPUTS, **{name.value: name for name in InputName}}
        if value in known:
            return known[value]
    raise ValueError(f"should be one of {', '.join(map(repr, _INPUTS))}")


def _several(value: object) -> object:
    """One may be written without brackets."""
    return [value] if isinstance(value, str) else value


def _joined(text: str) -> str:
    return " ".join(re.split(r"[\s_-]+", text.strip().lower()))


def in_words(names: Iterable[Any], last: str = "and") -> str:
    """Return "a, b and c"."""
    words = [str(name) for name in names]
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def input_in_words(name: InputName) -> str:
    """Return what people call an input."""
    return next(words for words, each in _INPUTS.items() if each is name)


At: TypeAlias = Annotated[When, BeforeValidator(_when)]
Seconds: TypeAlias = Annotated[float, BeforeValidator(_seconds)]
Jump: TypeAlias = Annotated[float, BeforeValidator(_jump)]
Moment: TypeAlias = Annotated[datetime, BeforeValidator(_moment)]
Input: TypeAlias = Annotated[InputName, BeforeValidator(_input)]
Because: TypeAlias = Annotated[
    Reason, BeforeValidator(_one_of(Reason, "reason", "outside schedule"))
]
Kind: TypeAlias = Annotated[
    EventKind, BeforeValidator(_one_of(EventKind, "kind of event", "forced open"))
]
Kinds: TypeAlias = Annotated[tuple[Kind, ...], BeforeValidator(_several)]
Names: TypeAlias = Annotated[frozenset[str], BeforeValidator(_several)]
Texts: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_several)]
