"""Who is where, from the passages that were counted; pure.

A value is never changed: every passage gives the next one. Whoever is not in it is outside, or was
forgotten by a reset; anti-passback lets her pass anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from edge.access.ruleset import CountsOn, Door


@dataclass(frozen=True, slots=True)
class Stay:
    """Where somebody is: *area*; *since* aware UTC; through which *door* she came."""

    area: str
    since: datetime
    door: str


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where everybody is who is inside, by person id."""

    stays: Mapping[str, Stay] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, person_id: str) -> Stay | None:
        return self.stays.get(person_id)


def granted(whereabouts: Whereabouts, person_id: str, door: Door, at: datetime) -> Whereabouts:
    """Return where people are after *door* was released for somebody."""
    return _moved(whereabouts, person_id, door, at, CountsOn.GRANT)


def passed(whereabouts: Whereabouts, person_id: str, door: Door, at: datetime) -> Whereabouts:
    """Return where people are after *door* was opened following a release for somebody."""
    return _moved(whereabouts, person_id, door, at, CountsOn.OPENED)


def forget(whereabouts: Whereabouts, people: Iterable[str]) -> Whereabouts:
    """Return it without *people*: reset by hand, or erased."""
    gone = frozenset(people)
    return Whereabouts({who: stay for who, stay in whereabouts.stays.items() if who not in gone})


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody on a muster list."""

    person_id: str
    stay: Stay


def muster(whereabouts: Whereabouts, area: str | None = None) -> tuple[Present, ...]:
    """Return who is in *area*, or inside at all, longest there first.

    No timed reset takes anybody off this list: an evacuation wants to know of everybody.
    """
    inside = (
        Present(person_id, stay)
        for person_id, stay in whereabouts.stays.items()
        if area in (None, stay.area)
    )
    return tuple(sorted(inside, key=lambda each: (each.stay.since, each.person_id)))


def _moved(
    whereabouts: Whereabouts, person_id: str, door: Door, at: datetime, counts_on: CountsOn
) -> Whereabouts:
    if door.counts_on is not counts_on:
        return whereabouts
    if door.enters is None:
        return whereabouts if door.leaves is None else forget(whereabouts, (person_id,))
    return Whereabouts({**whereabouts.stays, person_id: Stay(door.enters, at, door.name)})
