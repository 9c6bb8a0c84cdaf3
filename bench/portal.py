"""The machine of the door, held against its rules through random happenings.

Run ``python bench/portal.py [--happenings N] [--seed S]``. Doors of every policy live through
random happenings at random times, a new door every thousand; after each step
``edge.portal.invariants`` must hold. Prints how many happenings there were, how many a second with
and without the checks, what became of them, and the violations, of which there must be none, else
the run fails.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from edge.domain import InputName
from edge.portal import (
    Granted,
    Happening,
    InputChanged,
    InputLost,
    Lockdown,
    Note,
    OfficeMode,
    PortalPolicy,
    PortalState,
    Release,
    Relock,
    Secured,
    Tick,
    UnlockSchedule,
    Withdrawn,
    step,
)
from edge.portal.invariants import violations

HAPPENINGS = 1_000_000
A_DOOR = 1000
"""Happenings of one door, before another begins."""


@dataclass(slots=True)
class Run:
    """What was seen: *stepping* and *checking* in seconds."""

    happenings: int = 0
    stepping: float = 0.0
    checking: float = 0.0
    releases: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    violations: Counter[str] = field(default_factory=Counter)


def any_policy(draw: random.Random) -> PortalPolicy:
    """Return how some door may be run."""
    return PortalPolicy(
        release=draw.uniform(0.5, 10),
        extended_release=draw.uniform(10, 30),
        lease=draw.uniform(0.5, 10),
        held_warning=draw.uniform(1, 30),
        held_alarm=draw.uniform(30, 90),
        settle=draw.choice((0.0, 1.0)),
        relock=draw.choice(tuple(Relock)),
        rex_releases=draw.random() < 0.8,
        rex_shunt=draw.uniform(0, 10),
        rex_stuck=draw.uniform(10, 120),
        fire_releases=draw.random() < 0.8,
        office=draw.uniform(60, 36_000),
    )


def any_happening(draw: random.Random) -> Happening:
    """Return something that may happen to a door; often a person, now and then a cut wire."""

    def yes() -> bool:
        return draw.random() < 0.5

    makers: dict[Callable[[], Happening], int] = {
        lambda: InputChanged(InputName.CONTACT, yes()): 30,
        lambda: InputChanged(InputName.REX, yes()): 12,
        lambda: Granted(extended=draw.random() < 0.1): 20,
        Tick: 20,
        lambda: UnlockSchedule(yes()): 6,
        lambda: InputLost(draw.choice(tuple(InputName))): 3,
        lambda: InputChanged(InputName.FIRE, draw.random() < 0.3): 2,
        lambda: InputChanged(InputName.TAMPER, yes()): 2,
        lambda: Lockdown(draw.random() < 0.4): 2,
        lambda: OfficeMode(yes()): 2,
        Withdrawn: 1,
        Secured: 1,
    }
    (maker,) = draw.choices(tuple(makers), weights=tuple(makers.values()))
    return maker()


def any_life(draw: random.Random, length: int) -> Iterator[tuple[float, Happening]]:
    """Yield *length* happenings and when, in seconds: in bursts, with pauses of up to an hour."""
    now = draw.uniform(0, 1e6)
    for _ in range(length):
        now += draw.choice((0.0, draw.uniform(0, 1), draw.uniform(0, 20), draw.expovariate(1 / 60)))
        if draw.random() < 0.001:
            now += draw.uniform(0, 3600)
        yield now, any_happening(draw)


def lived(count: int, seed: int) -> Run:
    """Let *count* things happen, chosen by *seed*."""
    draw, run = random.Random(seed), Run()  # noqa: S311 - a seed that can be given again
    while run.happenings < count:
        policy, state = any_policy(draw), PortalState()
        for now, happening in list(any_life(draw, min(A_DOOR, count - run.happenings))):
            began = time.perf_counter()
            found = step(state, happening, now, policy)
            stepped = time.perf_counter()
            run.violations.update(violations(state, happening, found, policy))
            run.checking += time.perf_counter() - stepped
            run.stepping += stepped - began
            run.happenings += 1
            if found.refused is not None:
                run.refused[found.refused] += 1
            for effect in found.effects:
                if isinstance(effect, Release):
                    run.releases[effect.why] += 1
                elif isinstance(effect, Note):
                    run.notes[effect.kind] += 1
            state = found.state
    return run


def main() -> int:
    """Print the table; return 1 if a rule was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--happenings", type=int, default=HAPPENINGS)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    run = lived(arguments.happenings, arguments.seed)
    table = Table("what", "how often", title=f"A door, seed {arguments.seed}")
    table.add_row("happenings", f"{run.happenings:,}")
    table.add_row("a second, the machine alone", f"{run.happenings / run.stepping:,.0f}")
    table.add_row("a second, checked", f"{run.happenings / (run.stepping + run.checking):,.0f}")
    for title, counter in (("released", run.releases), ("refused", run.refused)):
        for name, times in counter.most_common():
            table.add_row(f"{title}: {name}", f"{times:,}")
    for name, times in run.notes.most_common():
        table.add_row(f"recorded: {name}", f"{times:,}")
    table.add_row("violations", f"{run.violations.total():,}")
    console = Console()
    console.print(table)
    for name, times in run.violations.most_common(20):
        console.print(f"VIOLATION {times} x {name}", markup=False)
    return 1 if run.violations else 0


if __name__ == "__main__":
    sys.exit(main())
