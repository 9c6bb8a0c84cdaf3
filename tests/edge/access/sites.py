"""A site whose rules a facility manager could have written, and people who go there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from edge.access.document import from_toml
from edge.access.engine import evaluate
from edge.access.rules import Rules
from edge.access.ruleset import Factor, Ruleset
from edge.access.verdict import Question, Verdict
from edge.access.whereabouts import Whereabouts
from edge.domain import Badge, Credentials

BERLIN = ZoneInfo("Europe/Berlin")

DOCUMENT = """
zone = "Europe/Berlin"

[calendars.Public]
days = [
    { name = "New Year", every = "01-01" },
    { name = "Good Friday", easter = -2 },
    { name = "Works outing", on = "2026-06-12" },
]

[schedules."Weekdays 07–19"]
weekly = ["Mon-Fri 07:00-19:00"]
holidays = [{ calendar = "Public" }]

[schedules.Night]
weekly = ["Mon-Sun 22:00-06:00"]

[areas.Hall]
anti_passback = "soft"

[areas.Vault]
anti_passback = "hard"
reset_after_minutes = 600

[doors.Main]
enters = "Hall"
counts_on = "grant"

[doors.Store]
mode = "badge-and-face"

[doors.Bikes]
mode = "badge"

[doors.Laboratory]
mode = "pin-and-face"
modes = [{ schedule = "Night", mode = "badge-and-pin" }]

[doors.Crowd]
face_alone_limit = 0.01

[doors.Vault]
enters = "Vault"
leaves = "Hall"
two_persons = { schedule = "Always", seconds = 20 }

[doors."Vault exit"]
enters = "Hall"
leaves = "Vault"

[doors.Shop]
unlocking = { schedule = "Weekdays 07–19", first_person = true, groups = ["Keyholders"] }
office_mode = ["Keyholders"]
lockdown = ["Guards"]

[groups.Staff]
permissions = [{ doors = "all", schedule = "Weekdays 07–19" }]

[groups.Guards]
anti_passback_exempt = true
permissions = [{ doors = ["Main", "Shop"], schedule = "Always" }]

[groups.Keyholders]
permissions = [{ doors = ["Shop"], schedule = "Always" }]

[groups.Directors]
high_security = true
permissions = [{ doors = "all", schedule = "Always" }]

[groups."More time"]
extended_opening = true

[groups."No faces"]
instead = "badge"
"""

RULESET = from_toml(DOCUMENT)
RULES = Rules(RULESET)
DEFAULT = Rules(Ruleset.default())
NOBODY_INSIDE = Whereabouts()

FACE, BADGE, PIN = Factor.FACE, Factor.BADGE, Factor.PIN


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    """Return the instant at which the clock of the site shows *text*, such as 2026-06-01 08:00."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


MONDAY = local("2026-06-01 08:00")


def person(name: str = "ada", *groups: str, pin: bool = False, alike: bool = False) -> Credentials:
    """Give somebody with the valid badge "7" of her name."""
    return Credentials(
        name,
        badges=(Badge(f"{name}-7"),),
        groups=frozenset(groups),
        has_pin=pin,
        look_alikes=alike,
    )


def question(
    who: Credentials,
    door: str,
    *shown: Factor,
    at: datetime = MONDAY,
    people: int = 10,
    first: str | None = None,
) -> Question:
    """Ask whether *who* may pass *door*, having shown *shown*: her badge being her first."""
    badge = who.badges[0].number if BADGE in shown and who.badges else None
    return Question(
        person=who,
        door=door,
        at=at,
        shown=frozenset(shown),
        badge=badge,
        people=people,
        first=first,
    )


def answer(
    who: Credentials,
    door: str,
    *shown: Factor,
    at: datetime = MONDAY,
    people: int = 10,
    first: str | None = None,
    rules: Rules = RULES,
    whereabouts: Whereabouts = NOBODY_INSIDE,
) -> Verdict:
    """Evaluate :func:`question`."""
    asked = question(who, door, *shown, at=at, people=people, first=first)
    return evaluate(asked, rules, whereabouts)


def with_badges(who: Credentials, *badges: Badge) -> Credentials:
    """Give *who* other badges."""
    return replace(who, badges=badges)
