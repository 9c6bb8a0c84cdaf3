"""The rules of a site as values: schedules, holidays, areas, doors, groups; nothing is computed.

Things refer to each other by name; :class:`edge.access.rules.Rules` refuses names that lead
nowhere. Times of day are minutes of the clock on the wall, 0 to 1440.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

ALWAYS = "Always"
NEVER = "Never"
EVERYONE = "Everyone"
"""The group that all people are in, members of other groups or not."""

MINUTES_OF_DAY = 24 * 60
PATIENCE_SECONDS = 15.0
TWO_PERSONS_SECONDS = 20.0


class Factor(StrEnum):
    """What a person shows to prove who she is."""

    FACE = "face"
    BADGE = "badge"
    PIN = "pin"


class Mode(StrEnum):
    """What a door asks for."""

    FACE = "face"
    BADGE_AND_FACE = "badge-and-face"
    BADGE = "badge"
    PIN_AND_FACE = "pin-and-face"
    BADGE_AND_PIN = "badge-and-pin"

    @property
    def factors(self) -> frozenset[Factor]:
        return _FACTORS[self]


_FACTORS = {
    Mode.FACE: frozenset({Factor.FACE}),
    Mode.BADGE_AND_FACE: frozenset({Factor.BADGE, Factor.FACE}),
    Mode.BADGE: frozenset({Factor.BADGE}),
    Mode.PIN_AND_FACE: frozenset({Factor.PIN, Factor.FACE}),
    Mode.BADGE_AND_PIN: frozenset({Factor.BADGE, Factor.PIN}),
}


class OnHoliday(StrEnum):
    """What a schedule does on a holiday."""

    CLOSED = "closed"
    OWN_HOURS = "own-hours"
    AS_USUAL = "as-usual"


class AntiPassback(StrEnum):
    """What happens to somebody who enters where she is already, or leaves where she is not."""

    NONE = "none"
    SOFT = "soft"
    HARD = "hard"


class CountsOn(StrEnum):
    """When somebody counts as having passed a door."""

    GRANT = "grant"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class Hours:
    """A time of day from *begin* up to *end*, minutes of the clock on the wall.

    An *end* at or before *begin* lies on the next day; 1440 is the midnight that ends the day.
    """

    begin: int
    end: int

    @property
    def length(self) -> int:
        """Minutes on a day without a change of the clock, 1 to 1440."""
        return self.end - self.begin + (0 if self.end > self.begin else MINUTES_OF_DAY)


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Hours on days of the week, 0 for Monday; what crosses midnight belongs to its first day."""

    days: frozenset[int]
    hours: Hours


@dataclass(frozen=True, slots=True)
class RecurringHours:
    """Hours on the days of an RFC 5545 rule, counted from *first*; without a *rule* once."""

    first: date
    hours: Hours
    rule: str = ""


@dataclass(frozen=True, slots=True)
class HolidayUse:
    """What a schedule does on the days of *calendar*; *hours* are its own hours then."""

    calendar: str
    does: OnHoliday = OnHoliday.CLOSED
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When something holds. On a day of several calendars closed wins, then own hours."""

    name: str
    weekly: tuple[WeeklyHours, ...] = ()
    recurring: tuple[RecurringHours, ...] = ()
    holidays: tuple[HolidayUse, ...] = ()


class Easter(StrEnum):
    """Whose Easter: of the Gregorian calendar, or of the Julian one as the Orthodox keep it."""

    WESTERN = "western"
    ORTHODOX = "orthodox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day off: exactly one of the four ways to say which.

    *on*: one date. *every*: month and day of every year. *rule*: an RFC 5545 rule, counted from
    1 January 2000, such as ``FREQ=YEARLY;BYMONTH=5;BYDAY=1MO``. *easter*: days after Easter
    Sunday, negative before.
    """

    name: str
    on: date | None = None
    every: tuple[int, int] | None = None
    rule: str = ""
    easter: int | None = None
    whose: Easter = Easter.WESTERN


@dataclass(frozen=True, slots=True)
class Calendar:
    """Holidays that are kept together."""

    name: str
    holidays: tuple[Holiday, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where people are between doors.

    *reset_after*: minutes after which anti-passback forgets a passage. *reset_at*: minute of the
    day at which it forgets all.
    """

    name: str
    anti_passback: AntiPassback = AntiPassback.NONE
    reset_after: int | None = None
    reset_at: int | None = None


@dataclass(frozen=True, slots=True)
class ModeTime:
    """While *schedule* is open, a door asks for *mode*."""

    schedule: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class TwoPersons:
    """While *schedule* is open, two permitted people must come within *seconds*."""

    schedule: str
    seconds: float = TWO_PERSONS_SECONDS


@dataclass(frozen=True, slots=True)
class Unlocking:
    """While *schedule* is open, the door stands unlocked.

    With *first_person* not before somebody was let in during these hours; *groups* whose members
    count as that, and everybody where it is empty.
    """

    schedule: str
    first_person: bool = False
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What one door asks for.

    *mode* holds where none of *modes* does; of those the first whose schedule is open. *enters*
    and *leaves* are areas, None for outside. *office_mode* and *lockdown* are groups whose members
    may begin and end these with a badge. *face_alone_limit*: the accepted rate (0 to 1) at which
    a stranger is taken for somebody; above it a face alone opens nothing. *patience*: seconds that
    a further factor is waited for.
    """

    name: str
    mode: Mode = Mode.FACE
    modes: tuple[ModeTime, ...] = ()
    enters: str | None = None
    leaves: str | None = None
    counts_on: CountsOn = CountsOn.OPENED
    two_persons: TwoPersons | None = None
    unlocking: Unlocking | None = None
    office_mode: frozenset[str] = frozenset()
    lockdown: frozenset[str] = frozenset()
    face_alone_limit: float | None = None
    patience: float = PATIENCE_SECONDS


@dataclass(frozen=True, slots=True)
class Permission:
    """Passing *doors* while *schedule* is open; None for every door."""

    doors: frozenset[str] | None
    schedule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People with the same permissions.

    *high_security*: members always show a second factor. *extended_opening*: the door stays
    released longer for them. *instead*: what members show where a door asks for their face, which
    they do not give: BADGE or BADGE_AND_PIN, and always the latter where it asks for two factors.
    *anti_passback_exempt*: members pass as they like.
    """

    name: str
    permissions: tuple[Permission, ...] = ()
    high_security: bool = False
    extended_opening: bool = False
    instead: Mode | None = None
    anti_passback_exempt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PinPolicy:
    """When wrong PINs bar a person's PIN for a while.

    After *tries* wrong ones for *pause* seconds; every further one multiplies the pause by
    *growth*, up to *longest* seconds.
    """

    tries: int = 3
    pause: float = 60.0
    growth: float = 2.0
    longest: float = 3600.0


BUILT_IN_SCHEDULES = (
    Schedule(
        name=ALWAYS,
        weekly=(WeeklyHours(frozenset(range(7)), Hours(0, MINUTES_OF_DAY)),),
    ),
    Schedule(name=NEVER),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """All rules of a site; *zone* is a name of the IANA time zone database.

    ``Always`` and ``Never`` are schedules of every ruleset without being listed. A door that is not
    listed asks for a face; only permissions for every door reach it.
    """

    zone: str = "UTC"
    schedules: tuple[Schedule, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    areas: tuple[Area, ...] = ()
    doors: tuple[Door, ...] = ()
    groups: tuple[Group, ...] = ()
    pins: PinPolicy = PinPolicy()

    @classmethod
    def default(cls, zone: str = "UTC") -> Ruleset:
        """Return the rules of a site that has made none: everybody, every door, at all times."""
        everyone = Group(name=EVERYONE, permissions=(Permission(None, ALWAYS),))
        return cls(zone=zone, groups=(everyone,))
