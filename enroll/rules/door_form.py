"""A door as a form: what it asks for, between which areas it is, when it stands open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from edge.access.ruleset import (
    TWO_PERSONS_SECONDS,
    CountsOn,
    Door,
    Mode,
    ModeTime,
    Ruleset,
    TwoPersons,
    Unlocking,
)
from enroll.rules.fields import NOTHING, Faults, Form, name_of, number_of, rows_of, text_of

LONGEST_PATIENCE = 120.0
RAREST = 1_000_000.0
"""Of so many strangers one may be let in, at the strictest: no comparison was measured to be rarer."""

_TEXTS = (
    "name",
    "mode",
    "enters",
    "leaves",
    "counts_on",
    "two_schedule",
    "two_seconds",
    "unlock_schedule",
    "strangers",
    "patience",
)


@dataclass(frozen=True, slots=True)
class ModeRow:
    """What is asked for at times, as chosen."""

    schedule: str = NOTHING
    mode: str = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorForm:
    """What the form says. *strangers*: of so many one may be taken for somebody, "" for any rate."""

    template: ClassVar[str] = "rules/door.html"
    name: str = ""
    mode: str = Mode.FACE.value
    rows: tuple[ModeRow, ...] = ()
    enters: str = NOTHING
    leaves: str = NOTHING
    counts_on: str = CountsOn.OPENED.value
    two_schedule: str = NOTHING
    two_seconds: str = ""
    unlock_schedule: str = NOTHING
    unlock_first: bool = False
    unlock_groups: frozenset[str] = frozenset()
    office_mode: frozenset[str] = frozenset()
    lockdown: frozenset[str] = frozenset()
    strangers: str = ""
    patience: str = ""

    @classmethod
    def of(cls, door: Door | None, rules: Ruleset) -> DoorForm:  # noqa: ARG003 - as all forms
        """Return what the form says of *door*, or of a new one."""
        door = door or Door(name="")
        two, unlocking, limit = door.two_persons, door.unlocking, door.face_alone_limit
        return cls(
            name=door.name,
            mode=door.mode.value,
            rows=tuple(ModeRow(each.schedule, each.mode.value) for each in door.modes),
            enters=door.enters or NOTHING,
            leaves=door.leaves or NOTHING,
            counts_on=door.counts_on.value,
            two_schedule=two.schedule if two else NOTHING,
            two_seconds=f"{two.seconds:g}" if two else "",
            unlock_schedule=unlocking.schedule if unlocking else NOTHING,
            unlock_first=unlocking.first_person if unlocking else False,
            unlock_groups=unlocking.groups if unlocking else frozenset(),
            office_mode=door.office_mode,
            lockdown=door.lockdown,
            strangers="" if limit is None else f"{1 / limit:.6g}" if limit else "0",
            patience=f"{door.patience:g}",
        )

    @classmethod
    def read(cls, form: Form) -> DoorForm:
        """Return what was sent."""
        rows = (
            ModeRow(text_of(form, f"{row}schedule"), text_of(form, f"{row}mode"))
            for row in rows_of(form, "mode", "schedule")
        )
        return cls(
            **{part: text_of(form, part) for part in _TEXTS},
            rows=tuple(row for row in rows if row.schedule),
            unlock_first="unlock_first" in form,
            unlock_groups=frozenset(form.getlist("unlock_group")),
            office_mode=frozenset(form.getlist("office_group")),
            lockdown=frozenset(form.getlist("lockdown_group")),
        )

    def item(self, form: Form, faults: Faults) -> Door:
        """Return the door that is meant; whatever is wrong goes to *faults*."""
        unlocking = None
        if self.unlock_schedule:
            unlocking = Unlocking(self.unlock_schedule, self.unlock_first, self.unlock_groups)
        return Door(
            name=name_of(form, faults),
            mode=_mode(self.mode, "What it asks for", faults),
            modes=tuple(
                ModeTime(row.schedule, _mode(row.mode, f"At times, row {number}", faults))
                for number, row in enumerate(self.rows, start=1)
            ),
            enters=self.enters or None,
            leaves=self.leaves or None,
            counts_on=_counts_on(self.counts_on, faults),
            two_persons=self._two(faults),
            unlocking=unlocking,
            office_mode=self.office_mode,
            lockdown=self.lockdown,
            face_alone_limit=self._limit(faults),
            patience=_number(
                self.patience, Door(name="").patience, LONGEST_PATIENCE, "Waits for", faults
            ),
        )

    def _two(self, faults: Faults) -> TwoPersons | None:
        if not self.two_schedule:
            return None
        seconds = _number(
            self.two_seconds, TWO_PERSONS_SECONDS, LONGEST_PATIENCE, "Two people, within", faults
        )
        return TwoPersons(self.two_schedule, seconds)

    def _limit(self, faults: Faults) -> float | None:
        try:
            return 1 / number_of(self.strangers, least=1, most=RAREST) if self.strangers else None
        except ValueError as error:
            faults.add("A face alone", str(error))
            return None


def _mode(text: str, where: str, faults: Faults) -> Mode:
    try:
        return Mode(text)
    except ValueError:
        faults.add(where, "choose what is asked for")
        return Mode.FACE


def _counts_on(text: str, faults: Faults) -> CountsOn:
    try:
        return CountsOn(text)
    except ValueError:
        faults.add("Counts as passed", "choose one")
        return CountsOn.OPENED


def _number(text: str, usual: float, most: float, where: str, faults: Faults) -> float:
    try:
        return number_of(text, least=1, most=most) if text else usual
    except ValueError as error:
        faults.add(where, str(error))
        return usual
