"""Charts as drawings of rectangles and words, made on the server: no script, no library.

Sizes are in the units of the SVG, which the page scales. Each chart comes with its numbers, which
the page shows as a table to whoever would rather read them, or can.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LETTER = 6.6
"""Width of a letter of the 12-unit type, by which space for words is left."""

GAP = 0.25
"""Part of a bar's room that is left free."""


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of count: what it is called, and the style of its bars."""

    name: str
    style: str


@dataclass(frozen=True, slots=True)
class Group:
    """The counts of one bar, one for each series; *short* is what fits beneath it."""

    label: str
    counts: tuple[int, ...]
    short: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; *told* is what it stands for."""

    x: float
    y: float
    width: float
    height: float
    style: str
    told: str


@dataclass(frozen=True, slots=True)
class Word:
    """A text; *anchor* is which end of it stands at *x*."""

    x: float
    y: float
    text: str
    anchor: str = "middle"
    style: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and its numbers."""

    title: str
    heading: str
    series: tuple[Series, ...]
    groups: tuple[Group, ...]
    width: float
    height: float
    bars: tuple[Bar, ...]
    words: tuple[Word, ...]
    lines: tuple[float, ...]
    """Heights of lines across, from *left* on."""

    left: float

    @property
    def empty(self) -> bool:
        """Whether there is nothing to count."""
        return not any(any(group.counts) for group in self.groups)


def columns(
    title: str,
    heading: str,
    series: Sequence[Series],
    groups: Sequence[Group],
    *,
    width: float = 720,
    height: float = 220,
) -> Chart:
    """Return a chart of upright bars, the series of each group on top of each other.

    *heading* names what the groups are.
    """
    top = _round_up(max((sum(group.counts) for group in groups), default=0))
    left, floor, ceiling = 12 + LETTER * len(f"{top:,}"), height - 24, 8.0
    room = (width - left) / max(len(groups), 1)
    scale = (floor - ceiling) / top
    bars, words = [], []
    every = max(1, math.ceil(max((len(g.short) for g in groups), default=0) * LETTER * 1.3 / room))
    for number, group in enumerate(groups):
        x, y = left + room * (number + GAP / 2), floor
        for each, count in zip(series, group.counts, strict=True):
            if count:
                y -= count * scale
                told = f"{group.label}: {count:,} {each.name}"
                bars.append(_bar(x, y, room * (1 - GAP), count * scale, each.style, told))
        if number % every == 0:
            words.append(Word(round(left + room * (number + 0.5), 1), height - 6, group.short))
    ticks = (0, top // 2, top) if top % 2 == 0 else (0, top)
    words += [
        Word(left - 8, round(floor - tick * scale + 4, 1), f"{tick:,}", "end") for tick in ticks
    ]
    lines = tuple(round(floor - tick * scale, 1) for tick in ticks)
    return Chart(
        title,
        heading,
        tuple(series),
        tuple(groups),
        width,
        height,
        tuple(bars),
        tuple(words),
        lines,
        left,
    )


def rows(
    title: str, heading: str, series: Series, groups: Sequence[Group], *, width: float = 460
) -> Chart:
    """Return a chart of lying bars with a name in front and the count behind each."""
    line, top = 30.0, max((group.counts[0] for group in groups), default=0) or 1
    left = 8 + LETTER * max((len(group.label) for group in groups), default=0)
    right = 16 + LETTER * len(f"{top:,}")
    bars, words = [], []
    for number, group in enumerate(groups):
        y, count = line * number, group.counts[0]
        long = (width - left - right) * count / top
        bars.append(
            _bar(left, y + 5, max(long, 1), line - 10, series.style, f"{group.label}: {count:,}")
        )
        words.append(Word(left - 8, y + line / 2 + 4, group.label, "end"))
        words.append(
            Word(round(left + long + 8, 1), y + line / 2 + 4, f"{count:,}", "start", "value")
        )
    height = line * max(len(groups), 1)
    return Chart(
        title, heading, (series,), tuple(groups), width, height, tuple(bars), tuple(words), (), left
    )


def _bar(x: float, y: float, width: float, height: float, style: str, told: str) -> Bar:
    return Bar(round(x, 1), round(y, 1), round(width, 1), round(height, 1), style, told)


def _round_up(value: int) -> int:
    """Return the next number that reads well on an axis: 1, 2, 3, 4, 5, 6, 8 or 10 times a power of ten."""
    power = int("1" + "0" * (len(str(value)) - 1))
    return next(each * power for each in (1, 2, 3, 4, 5, 6, 8, 10) if each * power >= value)
