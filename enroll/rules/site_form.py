"""What holds for the whole site as a form: the clock on the wall, and what wrong PINs do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.access.ruleset import PinPolicy, Ruleset
from enroll.rules.fields import Faults, Form, number_of, text_of

_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteForm:
    """What the form says; pauses in seconds."""

    zone: str
    tries: str
    pause: str
    growth: str
    longest: str

    @classmethod
    def of(cls, rules: Ruleset) -> SiteForm:
        """Return what the form says of *rules*."""
        pins = rules.pins
        return cls(
            zone=rules.zone,
            tries=str(pins.tries),
            pause=f"{pins.pause:g}",
            growth=f"{pins.growth:g}",
            longest=f"{pins.longest:g}",
        )

    @classmethod
    def read(cls, form: Form) -> SiteForm:
        """Return what was sent."""
        parts = ("zone", "tries", "pause", "growth", "longest")
        return cls(**{part: text_of(form, part) for part in parts})

    def changed(self, rules: Ruleset, faults: Faults) -> Ruleset:
        """Return *rules* with what the form says; whatever is wrong goes to *faults*."""

        def number(text: str, where: str, least: float, most: float) -> float:
            try:
                return number_of(text, least=least, most=most)
            except ValueError as error:
                faults.add(where, str(error))
                return least

        pins = PinPolicy(
            tries=int(number(self.tries, "Wrong PINs", 1, 20)),
            pause=number(self.pause, "First pause", 1, _DAY_SECONDS),
            growth=number(self.growth, "Grows", 1, 10),
            longest=number(self.longest, "Longest pause", 1, _DAY_SECONDS),
        )
        return replace(rules, zone=self.zone, pins=pins)
