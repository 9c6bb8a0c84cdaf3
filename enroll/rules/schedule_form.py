"""A schedule as a form: hours of the week, hours of repeated days, what holidays do to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from edge.access.ruleset import (
    HolidayUse,
    OnHoliday,
    RecurringHours,
    Ruleset,
    Schedule,
    WeeklyHours,
)
from enroll.rules.fields import (
    NOTHING,
    Faults,
    Form,
    clock,
    day_of,
    hours_between,
    hours_list,
    hours_text,
    name_of,
    rows_of,
    text_of,
)

_DAYS = frozenset("0123456")


@dataclass(frozen=True, slots=True)
class WeekRow:
    """Hours on days of the week, as typed."""

    days: frozenset[int] = frozenset()
    begin: str = ""
    end: str = ""

    @property
    def blank(self) -> bool:
        return self == WeekRow()


@dataclass(frozen=True, slots=True)
class RepeatedRow:
    """Hours on the days of a rule, as typed."""

    first: str = ""
    begin: str = ""
    end: str = ""
    rule: str = ""

    @property
    def blank(self) -> bool:
        return self == RepeatedRow()


@dataclass(frozen=True, slots=True)
class UseRow:
    """What happens on the holidays of *calendar*, as chosen; "" for nothing."""

    calendar: str
    does: str = NOTHING
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleForm:
    """What the form says."""

    template: ClassVar[str] = "rules/schedule.html"
    name: str = ""
    week: tuple[WeekRow, ...] = ()
    repeated: tuple[RepeatedRow, ...] = ()
    uses: tuple[UseRow, ...] = ()

    @classmethod
    def of(cls, schedule: Schedule | None, rules: Ruleset) -> ScheduleForm:
        """Return what the form says of *schedule*, or of a new one."""
        schedule = schedule or Schedule(name="")
        known = {each.calendar: each for each in schedule.holidays}
        return cls(
            name=schedule.name,
            week=tuple(
                WeekRow(each.days, clock(each.hours.begin), clock(each.hours.end))
                for each in schedule.weekly
            ),
            repeated=tuple(
                RepeatedRow(
                    each.first.isoformat(),
                    clock(each.hours.begin),
                    clock(each.hours.end),
                    each.rule,
                )
                for each in schedule.recurring
            ),
            uses=tuple(
                UseRow(name, known[name].does.value, hours_text(known[name].hours))
                if name in known
                else UseRow(name)
                for name in dict.fromkeys([*known, *(each.name for each in rules.calendars)])
            ),
        )

    @classmethod
    def read(cls, form: Form) -> ScheduleForm:
        """Return what was sent."""
        week = (
            WeekRow(
                frozenset(int(day) for day in form.getlist(f"{row}day") if day in _DAYS),
                text_of(form, f"{row}begin"),
                text_of(form, f"{row}end"),
            )
            for row in rows_of(form, "week", "begin")
        )
        repeated = (
            RepeatedRow(*(text_of(form, row + part) for part in ("first", "begin", "end", "rule")))
            for row in rows_of(form, "repeated", "first")
        )
        return cls(
            name=text_of(form, "name"),
            week=tuple(row for row in week if not row.blank),
            repeated=tuple(row for row in repeated if not row.blank),
            uses=tuple(
                UseRow(*(text_of(form, row + part) for part in ("calendar", "does", "hours")))
                for row in rows_of(form, "use", "calendar")
            ),
        )

    def item(self, form: Form, faults: Faults) -> Schedule:
        """Return the schedule that is meant; whatever is wrong goes to *faults*."""
        return Schedule(
            name=name_of(form, faults),
            weekly=tuple(self._weekly(faults)),
            recurring=tuple(self._recurring(faults)),
            holidays=tuple(self._holidays(faults)),
        )

    def _weekly(self, faults: Faults) -> list[WeeklyHours]:
        found = []
        for number, row in enumerate(self.week, start=1):
            try:
                if not row.days:
                    raise ValueError("choose at least one day")
                found.append(WeeklyHours(row.days, hours_between(row.begin, row.end)))
            except ValueError as error:
                faults.add(f"Hours of the week, row {number}", str(error))
        return found

    def _recurring(self, faults: Faults) -> list[RecurringHours]:
        found = []
        for number, row in enumerate(self.repeated, start=1):
            try:
                hours = hours_between(row.begin, row.end)
                found.append(RecurringHours(day_of(row.first), hours, row.rule))
            except ValueError as error:
                faults.add(f"Other days, row {number}", str(error))
        return found

    def _holidays(self, faults: Faults) -> list[HolidayUse]:
        found = []
        for row in self.uses:
            if row.does == NOTHING:
                continue
            try:
                does = OnHoliday(row.does)
                hours = hours_list(row.hours) if does is OnHoliday.OWN_HOURS else ()
                if does is OnHoliday.OWN_HOURS and not hours:
                    raise ValueError("write the hours of such days")
                found.append(HolidayUse(row.calendar, does, hours))
            except ValueError as error:
                faults.add(f"Holidays of {row.calendar}", str(error))
        return found
