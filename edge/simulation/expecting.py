"""What a step expects, held against what came; every difference in a line for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edge.simulation.door import SimulatedDoor
from edge.simulation.kinds import in_words
from edge.simulation.scenario import Expected
from edge.simulation.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Failure:
    """What was expected of step number *step* (from 1 on), and what was instead."""

    step: int
    expected: str
    found: str


def differences(
    number: int, expected: Expected, door: SimulatedDoor, timeline: Timeline
) -> tuple[Failure, ...]:
    """Return what is otherwise than *expected* of step *number*."""
    since = timeline.since
    found = (
        *_of_the_lock(expected, released=door.released),
        *_of_decisions(expected, timeline),
        *_of_the_record(expected, timeline),
    )
    failures = [Failure(number, *each) for each in found]
    if expected.asks is not None and {_plain(each) for each in expected.asks} != {
        _plain(each) for each in since.asks
    }:
        asked = "it asked for "
        failures.append(
            Failure(number, asked + _list(expected.asks), asked + _list(map(_plain, since.asks)))
        )
    inside = door.muster.inside
    if expected.inside not in (None, inside):
        failures.append(
            Failure(number, f"inside: {_list(expected.inside or ())}", f"inside: {_list(inside)}")
        )
    return tuple(failures)


def _of_the_lock(expected: Expected, *, released: bool) -> Iterator[tuple[str, str]]:
    lock = "released" if released else "secured"
    if expected.lock not in (None, lock):
        yield f"the lock is {expected.lock}", f"it is {lock}"


def _of_decisions(expected: Expected, timeline: Timeline) -> Iterator[tuple[str, str]]:
    since = timeline.since
    if expected.let_in is not None and expected.let_in != frozenset(since.let_in):
        yield f"let in: {_list(expected.let_in)}", f"let in: {_list(frozenset(since.let_in))}"
    because = since.decision.reason if since.decision is not None else None
    if expected.because not in (None, because):
        found = "nothing was decided" if because is None else f"it was {_plain(because)}"
        yield f"the decision is because of {_plain(str(expected.because))}", found


def _of_the_record(expected: Expected, timeline: Timeline) -> Iterator[tuple[str, str]]:
    events = list(dict.fromkeys(timeline.since.events))
    for kind in expected.recorded:
        if kind not in events:
            recorded = f"recorded: {_list(map(_plain, events))}"
            yield f"recorded: {_plain(kind)}", recorded
    for kind in expected.not_recorded:
        if kind in events:
            yield f"not recorded: {_plain(kind)}", "it was"
    told = timeline.told_since
    for words in expected.told:
        if not any(words.lower() in line.lower() for line in told):
            yield f"told: {words!r}", f"told: {'; '.join(told)}"


def _list(names: object) -> str:
    words = sorted(names) if isinstance(names, frozenset) else list(names)  # type: ignore[call-overload]
    return in_words(words) if words else "nobody or nothing"


def _plain(word: str) -> str:
    return word.replace("_", " ").replace("-", " ").lower()
