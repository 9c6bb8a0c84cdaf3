"""What a change of the rules will mean in the coming week, before it is applied; pure.

Permissions are compared, group by group and door by door, to the minute of the clock on the wall.
What somebody must show, anti-passback and a second person are not part of it: those are told by
:mod:`edge.access.explain` for one person at one moment.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.access.rules import Allowed, Rules
from edge.access.ruleset import EVERYONE, MINUTES_OF_DAY
from edge.access.schedule import Minutes

DAYS = 7
"""Every usual schedule repeats after a week; a holiday further ahead is looked up by its day."""

MOST_CREWS = 2000
"""Different sets of groups that are counted; 50 groups used in any order made fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How a group's time at a door changes: minutes of the week before, after, new and gone."""

    group: str
    door: str
    members: int
    before: int
    after: int
    gained: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """How many people gain, and how many lose, some time of the week at a door."""

    door: str
    gaining: int
    losing: int


@dataclass(frozen=True, slots=True)
class Foresight:
    """What changes; empty where nothing does. *complete* is False if there was too much to count."""

    shifts: tuple[Shift, ...] = ()
    crowds: tuple[Crowd, ...] = ()
    complete: bool = True


def foresee(
    before: Rules,
    after: Rules,
    *,
    doors: Iterable[str],
    crews: Mapping[frozenset[str], int],
    since: datetime,
) -> Foresight:
    """Return what changes in the seven days from *since* (aware) on.

    *doors* are those that exist beside the ones the rules list; *crews* says how many people are in
    exactly these groups.
    """
    pair = (before, after)
    listed = {each.name for rules in pair for each in rules.ruleset.doors}
    groups = dict.fromkeys(each.name for rules in pair for each in rules.ruleset.groups)
    counted = dict(itertools.islice(crews.items(), MOST_CREWS))
    shifts, crowds = [], []
    for door in sorted({*doors, *listed}):
        was, now = _Week(before, door, since), _Week(after, door, since)
        shifts += [
            _shift(group, door, _members(group, crews), was.of((group,)), now.of((group,)))
            for group in groups
        ]
        crowds.append(_crowd(door, counted, was, now))
    return Foresight(
        shifts=tuple(each for each in shifts if each.gained or each.lost),
        crowds=tuple(each for each in crowds if each.gaining or each.losing),
        complete=len(counted) == len(crews),
    )


class _Week:
    """When the groups may pass one door in the seven days: stretches of minutes since the first."""

    def __init__(self, rules: Rules, door: str, since: datetime) -> None:
        today = rules.wall(since).day
        self._days = [today + timedelta(days=ahead) for ahead in range(DAYS)]
        self._of_group = {
            group.name: self._stretches(rules.allowed(door, (group,)))
            for group in rules.ruleset.groups
        }

    def of(self, groups: Iterable[str]) -> Minutes:
        """Return when somebody who is in *groups* alone may pass."""
        return _union(stretch for group in groups for stretch in self._of_group.get(group, ()))

    def _stretches(self, allowed: Iterable[Allowed]) -> Minutes:
        return _union(
            (number * MINUTES_OF_DAY + begin, number * MINUTES_OF_DAY + end)
            for each in allowed
            for number, day in enumerate(self._days)
            for begin, end in each.timetable.on(day)
        )


def _shift(group: str, door: str, members: int, was: Minutes, now: Minutes) -> Shift:
    return Shift(
        group=group,
        door=door,
        members=members,
        before=_length(was),
        after=_length(now),
        gained=_length(_without(now, was)),
        lost=_length(_without(was, now)),
    )


def _crowd(door: str, crews: Mapping[frozenset[str], int], was: _Week, now: _Week) -> Crowd:
    gaining = losing = 0
    for crew, people in crews.items():
        groups = (*crew, EVERYONE)
        former, coming = was.of(groups), now.of(groups)
        gaining += people if _without(coming, former) else 0
        losing += people if _without(former, coming) else 0
    return Crowd(door=door, gaining=gaining, losing=losing)


def _members(group: str, crews: Mapping[frozenset[str], int]) -> int:
    return sum(people for crew, people in crews.items() if group == EVERYONE or group in crew)


def _union(stretches: Iterable[tuple[int, int]]) -> Minutes:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(stretches):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((begin, end))
    return tuple(merged)


def _without(stretches: Minutes, others: Minutes) -> Minutes:
    """Return what of *stretches* is in none of *others*; both disjoint and in order."""
    left = []
    for begin, end in stretches:
        for other_begin, other_end in others:
            if other_end <= begin or other_begin >= end:
                continue
            if other_begin > begin:
                left.append((begin, other_begin))
            begin = other_end  # noqa: PLW2901 - what remains of it
            if begin >= end:
                break
        if begin < end:
            left.append((begin, end))
    return tuple(left)


def _length(stretches: Minutes) -> int:
    return sum(end - begin for begin, end in stretches)
