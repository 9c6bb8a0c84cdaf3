"""What of a contact's levels is news: held as rules over whatever it may do."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edge.hardware import InputEdge, InputName
from edge.hardware.levels import Debounce, Levels

SETTLE = 0.03
REX = InputName.REX

reads = st.lists(st.tuples(st.floats(0.001, 0.1), st.sampled_from([True, False, None])))
"""Seconds since the read before, and what was read: a level, or None for a line that is dead."""


def told(steps: list[tuple[float, bool | None]]) -> tuple[list[InputEdge], Levels, float]:
    """Return the edges of *steps*, the levels in the end, and when that is."""
    levels, debounce = Levels([REX]), Debounce(SETTLE)
    now = 0.0
    edges: list[InputEdge] = []
    for pause, active in steps:
        now += pause
        if active is None:
            levels.lose(REX)
            debounce.forget(REX)
        elif debounce.settled(REX, active=active, now=now):
            edges += levels.read(REX, active, now)
    return edges, levels, now


@given(reads)
def test_a_level_is_told_once_until_it_changes_or_is_lost(
    steps: list[tuple[float, bool | None]],
) -> None:
    """Two edges alike have a loss between them."""
    edges, _, _ = told(steps)
    lost, at = [], 0.0
    for pause, active in steps:
        at += pause
        if active is None:
            lost.append(at)

    for before, after in pairwise(edges):
        gone = any(before.monotonic <= time <= after.monotonic for time in lost)
        assert before.active is not after.active or gone


@given(reads)
def test_no_change_is_told_that_did_not_last(steps: list[tuple[float, bool | None]]) -> None:
    """Every reading since the settling time before an edge showed its level, but for the first."""
    edges, _, _ = told(steps)
    history, at = [], 0.0
    for pause, active in steps:
        at += pause
        history.append((at, active))

    for edge in edges:
        before = [each for each in history if each[0] < edge.monotonic]
        if not before or before[-1][1] is None:
            continue  # nothing is known that it could have bounced from
        since = max((time for time, active in before if active is not edge.active), default=0.0)
        first = min(time for time, _ in history if time > since)
        assert edge.monotonic - first >= SETTLE - 1e-9


@given(reads, st.booleans())
def test_a_level_that_stays_is_known_in_the_end(
    steps: list[tuple[float, bool | None]], last: bool
) -> None:
    """However it bounced before, after the settling time the truth is known."""
    _, levels, _ = told([*steps, *[(0.01, last)] * 5])

    assert levels.now() == {REX: last}
