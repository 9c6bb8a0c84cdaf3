"""An area as a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from edge.access.ruleset import AntiPassback, Area, Ruleset
from enroll.rules.fields import Faults, Form, clock, minute_of, name_of, number_of, text_of

LONGEST_RESET = 7 * 24 * 60
"""Minutes after which anti-passback forgets at the latest, if it is to forget by itself: a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaForm:
    """What the form says."""

    template: ClassVar[str] = "rules/area.html"
    name: str = ""
    anti_passback: str = AntiPassback.NONE.value
    reset_after: str = ""
    reset_at: str = ""

    @classmethod
    def of(cls, area: Area | None, rules: Ruleset) -> AreaForm:  # noqa: ARG003 - as all forms
        """Return what the form says of *area*, or of a new one."""
        area = area or Area(name="")
        return cls(
            name=area.name,
            anti_passback=area.anti_passback.value,
            reset_after="" if area.reset_after is None else str(area.reset_after),
            reset_at="" if area.reset_at is None else clock(area.reset_at),
        )

    @classmethod
    def read(cls, form: Form) -> AreaForm:
        """Return what was sent."""
        parts = ("name", "anti_passback", "reset_after", "reset_at")
        return cls(**{part: text_of(form, part) for part in parts})

    def item(self, form: Form, faults: Faults) -> Area:
        """Return the area that is meant; whatever is wrong goes to *faults*."""
        name, kind, after, at = name_of(form, faults), AntiPassback.NONE, None, None
        try:
            kind = AntiPassback(self.anti_passback)
        except ValueError:
            faults.add("Anti-passback", "choose one")
        try:
            if self.reset_after:
                after = int(number_of(self.reset_after, least=1, most=LONGEST_RESET))
        except ValueError as error:
            faults.add("Forget after", str(error))
        try:
            if self.reset_at:
                at = minute_of(self.reset_at)
        except ValueError as error:
            faults.add("Forget at", str(error))
        return Area(name=name, anti_passback=kind, reset_after=after, reset_at=at)
