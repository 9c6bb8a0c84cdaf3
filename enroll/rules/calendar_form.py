"""A calendar of holidays as a form: one row a holiday, said in one of four ways."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from edge.access.ruleset import Calendar, Easter, Holiday, Ruleset
from enroll.rules.fields import Faults, Form, day_of, name_of, number_of, rows_of, text_of

KINDS = {
    "every": "the same day of every year",
    "on": "one day",
    "easter": "days after Easter Sunday",
    "orthodox": "days after Orthodox Easter",
    "rule": "by a rule (RFC 5545)",
}
"""How the day is said, and what a form calls it."""

FARTHEST = 200
"""Days before and after Easter; Corpus Christi is 60 after, Septuagesima 63 before."""

_DAY_OF_YEAR = re.compile(r"(\d{1,2})-(\d{1,2})")


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """A holiday as typed: what *when* means depends on *kind*."""

    name: str = ""
    kind: str = "every"
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarForm:
    """What the form says."""

    template: ClassVar[str] = "rules/calendar.html"
    name: str = ""
    rows: tuple[HolidayRow, ...] = ()

    @classmethod
    def of(cls, calendar: Calendar | None, rules: Ruleset) -> CalendarForm:  # noqa: ARG003 - as all forms
        """Return what the form says of *calendar*, or of a new one."""
        calendar = calendar or Calendar("")
        return cls(name=calendar.name, rows=tuple(_row_of(each) for each in calendar.holidays))

    @classmethod
    def read(cls, form: Form) -> CalendarForm:
        """Return what was sent."""
        rows = (
            HolidayRow(*(text_of(form, row + part) for part in ("name", "kind", "when")))
            for row in rows_of(form, "holiday", "name")
        )
        return cls(
            name=text_of(form, "name"),
            rows=tuple(row for row in rows if row.name or row.when),
        )

    def item(self, form: Form, faults: Faults) -> Calendar:
        """Return the calendar that is meant; whatever is wrong goes to *faults*."""
        found = []
        for number, row in enumerate(self.rows, start=1):
            try:
                found.append(_holiday_of(row))
            except ValueError as error:
                faults.add(f"Row {number}{', ' if row.name else ''}{row.name}", str(error))
        return Calendar(name_of(form, faults), tuple(found))


def _row_of(holiday: Holiday) -> HolidayRow:
    if holiday.on is not None:
        return HolidayRow(holiday.name, "on", holiday.on.isoformat())
    if holiday.every is not None:
        month, day = holiday.every
        return HolidayRow(holiday.name, "every", f"{month:02}-{day:02}")
    if holiday.easter is not None:
        kind = "orthodox" if holiday.whose is Easter.ORTHODOX else "easter"
        return HolidayRow(holiday.name, kind, str(holiday.easter))
    return HolidayRow(holiday.name, "rule", holiday.rule)


def _holiday_of(row: HolidayRow) -> Holiday:
    """Return the holiday of *row*.

    :raises ValueError: if it has no name, or its day is none.
    """
    if not row.name:
        raise ValueError("give the holiday a name")
    if row.kind == "on":
        return Holiday(name=row.name, on=day_of(row.when))
    if row.kind == "every":
        found = _DAY_OF_YEAR.fullmatch(row.when)
        if found is None:
            raise ValueError(f"{row.when[:20]!r} is no day of a year; write month and day: 12-25")
        day_of(f"2024-{int(found[1]):02}-{int(found[2]):02}")  # a leap year: 29 February is one
        return Holiday(name=row.name, every=(int(found[1]), int(found[2])))
    if row.kind in ("easter", "orthodox"):
        days = number_of(row.when, least=-FARTHEST, most=FARTHEST)
        if days != int(days):
            raise ValueError("days are whole")
        whose = Easter.ORTHODOX if row.kind == "orthodox" else Easter.WESTERN
        return Holiday(name=row.name, easter=int(days), whose=whose)
    if not row.when:
        raise ValueError("write the rule: FREQ=YEARLY;BYMONTH=5;BYDAY=1MO")
    return Holiday(name=row.name, rule=row.when)
