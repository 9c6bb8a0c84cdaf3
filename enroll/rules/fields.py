"""What the forms of rules have in common: text that somebody typed, and the values it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from werkzeug.datastructures import MultiDict

from edge.access.ruleset import MINUTES_OF_DAY, Hours
from edge.collection.text import is_presentable

Form = MultiDict[str, str]

LONGEST_NAME = 64
MOST_ROWS = 60
"""Rows of one kind that a form may send; a schedule of a week has seven."""

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NOTHING = ""

_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_STRETCH = re.compile(r"\s*(\S+?)\s*(?:-|\N{EN DASH}|to)\s*(\S+)\s*")


@dataclass(slots=True)
class Faults:
    """What is wrong with a form, gathered so that all of it is told at once."""

    told: list[str] = field(default_factory=list)

    def add(self, where: str, what: str) -> None:
        self.told.append(f"{where}: {what}")


def text_of(form: Form, name: str, *, longest: int = 200) -> str:
    """Return a field's text without needless blanks, cut to *longest* characters."""
    return " ".join(form.get(name, "").split())[:longest]


def rows_of(form: Form, prefix: str, probe: str) -> Iterator[str]:
    """Give the beginnings of the names of rows ``prefix-0-``, ``prefix-1-``, … that were sent.

    *probe* is a field that every row sends, filled in or not. Rows marked as gone are left out.
    """
    for number in range(MOST_ROWS):
        row = f"{prefix}-{number}-"
        if row + probe in form and row + "gone" not in form:
            yield row


def name_of(form: Form, faults: Faults) -> str:
    """Return the name that was typed."""
    name = text_of(form, "name", longest=LONGEST_NAME + 1)
    if not is_presentable(name, longest=LONGEST_NAME):
        faults.add("Name", f"give one of 1 to {LONGEST_NAME} characters")
    return name


def minute_of(text: str) -> int:
    """Return the minute of the day of a time written as 07:30; 24:00 is its end.

    :raises ValueError: if it is no time.
    """
    found = _CLOCK.fullmatch(text.strip())
    minute = int(found[1]) * 60 + int(found[2]) if found else MINUTES_OF_DAY + 1
    if minute > MINUTES_OF_DAY:
        raise ValueError(f"{text[:20]!r} is no time of day; write 07:30")
    return minute


def clock(minute: int) -> str:
    """Return a minute of the day as a field for times shows it; the day's end is 00:00."""
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def hours_between(begin: str, end: str) -> Hours:
    """Return the hours from *begin* up to *end*; an end of 00:00 is the end of the day.

    :raises ValueError: if either is no time.
    """
    return Hours(minute_of(begin), minute_of(end) or MINUTES_OF_DAY)


def hours_list(text: str) -> tuple[Hours, ...]:
    """Return the hours in a text such as ``07:00-12:00, 13:00-17:00``.

    :raises ValueError: if it holds something else.
    """
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;]", text))):
        stretch = _STRETCH.fullmatch(part)
        if stretch is None:
            raise ValueError(f"{part[:30]!r} are no hours; write 07:00-12:00")
        found.append(hours_between(stretch[1], stretch[2]))
    return tuple(found)


def hours_text(hours: tuple[Hours, ...]) -> str:
    """Return *hours* as :func:`hours_list` reads them."""
    return ", ".join(f"{clock(each.begin)}-{clock(each.end)}" for each in hours)


def day_of(text: str) -> date:
    """Return a day written as 2026-12-31.

    :raises ValueError: if it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text[:20]!r} is no day; write 2026-12-31") from error


def number_of(text: str, *, least: float, most: float) -> float:
    """Return a number from *least* to *most*.

    :raises ValueError: if it is none.
    """
    try:
        number = float(text)
    except ValueError as error:
        raise ValueError(f"{text[:20]!r} is no number") from error
    if not least <= number <= most:
        raise ValueError(f"{number:g} is not between {least:g} and {most:g}")
    return number
