"""The days of an RFC 5545 recurrence rule, year by year, in bounded time.

python-dateutil walks a rule from its beginning, and one that names no day at all (30 February, every
year) it walks to the year 9999. So it is only ever asked for one year, or one month, of a rule
without an end: the interval is so long that its second period lies beyond the calendar. Intervals,
the beginning and the end are counted here. A year of a rule takes a few milliseconds at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from dateutil.rrule import rrule, rrulestr

LONGEST_RULE = 200
"""Characters; "every second Tuesday and Thursday but August" takes 70."""

COUNT_YEARS = 100
"""How far ahead the occurrences of a COUNT are looked for."""

_BEYOND = 12 * 9999
"""An interval that leads out of dateutil's calendar in years as in months."""

_FORM = re.compile(r"[A-Z]+=[A-Z0-9,+\-]+(;[A-Z]+=[A-Z0-9,+\-]+)*")
_FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_SELECTING = ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY", "BYSETPOS")


def _list_of(item: str) -> re.Pattern[str]:
    return re.compile(f"{item}(,{item})*")


_UP_TO_1000 = re.compile(r"[1-9]\d{0,2}|1000")
_UP_TO_366 = r"[+\-]?([1-9]|[1-9]\d|[12]\d\d|3[0-5]\d|36[0-6])"
_UP_TO_53 = r"([1-9]|[1-4]\d|5[0-3])"
_WEEKDAY = "(MO|TU|WE|TH|FR|SA|SU)"
_FORMS = {
    "FREQ": re.compile("[A-Z]+"),
    "INTERVAL": _UP_TO_1000,
    "COUNT": _UP_TO_1000,
    "UNTIL": re.compile(r"\d{8}"),
    "WKST": re.compile(_WEEKDAY),
    "BYMONTH": _list_of("([1-9]|1[0-2])"),
    "BYMONTHDAY": _list_of(r"[+\-]?([1-9]|[12]\d|3[01])"),
    "BYYEARDAY": _list_of(_UP_TO_366),
    "BYWEEKNO": _list_of(rf"[+\-]?{_UP_TO_53}"),
    "BYDAY": _list_of(rf"([+\-]?{_UP_TO_53})?{_WEEKDAY}"),
    "BYSETPOS": _list_of(_UP_TO_366),
}
"""What RFC 5545, 3.3.10, lets each part be; INTERVAL and COUNT within our bounds."""

_ALL_MONTHS = tuple(range(1, 13))


@dataclass(frozen=True)
class Recurrence:
    """A rule whose days are counted from *first*.

    As in dateutil, *first* itself is a day of it only where it fits the rule.

    :raises ValueError: if *text* is no rule, or one that has no place here: times of day come from
        the hours of a schedule, so nothing may recur more often than daily.
    """

    text: str
    first: date

    def __post_init__(self) -> None:
        _refuse(self._parts)
        _ = self._rule, self.last

    def days(self, year: int) -> tuple[date, ...]:
        """Return the days of *year* (1 to 9998), in order."""
        last = self.last
        return tuple(day for day in self._endless(year) if last is None or day <= last)

    @cached_property
    def last(self) -> date | None:
        """The last day that the rule may name, by its UNTIL or COUNT; None without."""
        if "UNTIL" in self._parts:
            return _day(self._parts["UNTIL"])
        if "COUNT" not in self._parts:
            return None
        left = int(self._parts["COUNT"])
        for year in range(self.first.year, self.first.year + COUNT_YEARS):
            found = list(self._endless(year))
            if len(found) >= left:
                return found[left - 1]
            left -= len(found)
        return date(self.first.year + COUNT_YEARS, 1, 1)

    @cached_property
    def _parts(self) -> dict[str, str]:
        if len(self.text) > LONGEST_RULE or not _FORM.fullmatch(self.text):
            raise ValueError("should be a rule such as FREQ=WEEKLY;INTERVAL=2;BYDAY=SA")
        pairs = [part.partition("=") for part in self.text.split(";")]
        parts = {name: value for name, _, value in pairs}
        if len(parts) < len(pairs):
            raise ValueError("says one thing twice")
        return parts

    @cached_property
    def _interval(self) -> int:
        return int(self._parts.get("INTERVAL", "1"))

    @cached_property
    def _rule(self) -> rrule:
        """The rule as one of years or of months, with nothing left to be taken from its start."""
        frequency, parts = self._parts["FREQ"], self._parts
        chosen = {name: parts[name] for name in _SELECTING if name in parts}
        if frequency == "WEEKLY":
            chosen.setdefault("BYDAY", _WEEKDAYS[self.first.weekday()])
        elif not chosen.keys() & {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY"}:
            if frequency == "DAILY":
                chosen["BYMONTHDAY"] = ",".join(str(day) for day in range(1, 32))
            else:
                chosen["BYMONTHDAY"] = str(self.first.day)
                if frequency == "YEARLY":
                    chosen.setdefault("BYMONTH", str(self.first.month))
        unit = "MONTHLY" if frequency == "MONTHLY" else "YEARLY"
        options = "".join(f";{name}={value}" for name, value in chosen.items())
        week = parts.get("WKST", "MO")
        text = f"FREQ={unit};INTERVAL={_BEYOND};WKST={week}{options}"
        found = rrulestr(text, dtstart=_midnight(2000, 1))
        if not isinstance(found, rrule):  # a set comes of several lines, and there is one
            raise TypeError("one rule was read as several")
        return found

    def _endless(self, year: int) -> Iterator[date]:
        """Give the days of *year* from the first on, as if there were no last."""
        for period in self._periods(year):
            for found in self._rule.replace(dtstart=period):
                day = found.date()
                if day >= self.first and self._in_step(day):
                    yield day

    def _periods(self, year: int) -> Iterator[datetime]:
        """Give the beginnings of the years or months to look at."""
        if year < self.first.year:
            return
        if self._parts["FREQ"] != "MONTHLY":
            yield _midnight(year, 1)
            return
        before = 12 * (year - self.first.year) - self.first.month
        for month in _ALL_MONTHS:
            if (before + month) % self._interval == 0:
                yield _midnight(year, month)

    def _in_step(self, day: date) -> bool:
        """Tell whether the interval, counted from the first day, leads to *day*."""
        match self._parts["FREQ"]:
            case "YEARLY":
                return (day.year - self.first.year) % self._interval == 0
            case "WEEKLY":
                begins = _WEEKDAYS.index(self._parts.get("WKST", "MO"))
                weeks = (_week(day, begins) - _week(self.first, begins)).days // 7
                return weeks % self._interval == 0
            case "DAILY":
                return (day - self.first).days % self._interval == 0
        return True


def _week(day: date, begins: int) -> date:
    """Return the first day of the week of *day*; weeks begin on weekday *begins*, 0 for Monday."""
    return day - timedelta(days=(day.weekday() - begins) % 7)


def _midnight(year: int, month: int) -> datetime:
    return datetime(year, month, 1)  # noqa: DTZ001 - dateutil's rules are walked without a zone


def _refuse(parts: dict[str, str]) -> None:
    frequency = parts.get("FREQ", "")
    if frequency not in _FREQUENCIES:
        raise ValueError(f"FREQ should be {', '.join(_FREQUENCIES[:-1])} or {_FREQUENCIES[-1]}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("COUNT and UNTIL exclude each other")
    for name, value in parts.items():
        form = _FORMS.get(name)
        if form is None:
            raise ValueError(f"{name} has no place in a rule of days")
        if not form.fullmatch(value):
            raise ValueError(f"{name} cannot be {value}")
    if "UNTIL" in parts:
        _day(parts["UNTIL"])
    if frequency in ("WEEKLY", "DAILY"):
        _refuse_of_longer_periods(frequency, parts)


def _refuse_of_longer_periods(frequency: str, parts: dict[str, str]) -> None:
    barred = ["BYSETPOS", "BYWEEKNO", "BYYEARDAY"]
    if frequency == "WEEKLY":
        barred.append("BYMONTHDAY")  # RFC 5545, 3.3.10
    for name in barred:
        if name in parts:
            raise ValueError(f"{name} has no place beside FREQ={frequency}")
    if any(character.isdecimal() for character in parts.get("BYDAY", "")):
        raise ValueError("a number before a day needs FREQ=YEARLY or MONTHLY")


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise ValueError("UNTIL should be a day such as 20261231") from error
