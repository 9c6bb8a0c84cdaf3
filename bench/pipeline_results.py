"""What contenders told, made into one figure each; pure.

Of every frame the quickest of all rounds counts: whatever else the machine does makes nothing quicker.
Over the frames it is the median. The stages are those of the quickest rounds, so they add up.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from edge.benchmark.stopwatch import LAPS

Size: TypeAlias = tuple[int, int]
Key: TypeAlias = tuple[str, int, Size]
"""A contender, its threads, and the width and height of its frames."""

Lap: TypeAlias = dict[str, float]
"""Seconds by stage of one frame."""


@dataclass(frozen=True, slots=True)
class Result:
    """Milliseconds of one contender, with so many threads, on frames of one size.

    *laps* of the stages that it has, and the *whole*, are None for what does not look at frames,
    *embedding* (of an aligned face, alone) for what does not embed or was not asked at this size.
    *found*: frames of *frames* with a face; *compared*: those that count, because every pipeline found
    one. *memory*: the most bytes the process had, frames aside, if it was asked at this size.
    """

    name: str
    threads: int
    width: int
    height: int
    frames: int
    found: int
    compared: int
    laps: dict[str, float] | None
    whole: float | None
    embedding: float | None
    memory: int | None


def summarized(
    laps: Mapping[Key, Sequence[Sequence[Lap | None]]],
    embedding: Mapping[Key, Sequence[Sequence[float]]],
    memory: Mapping[Key, int],
    pipelines: Sequence[str],
) -> list[Result]:
    """Return a figure for each of *laps* and of the seconds of *embedding*, by round, by frame.

    A miss is quick, and no merit: frames count in which all *pipelines* found a face.
    """
    keys = list(dict.fromkeys((*laps, *embedding, *memory)))
    return [
        _result(key, laps, embedding.get(key), memory.get(key), pipelines)
        for key in keys
        if key in laps or key in embedding
    ]


def common(
    laps: Mapping[Key, Sequence[Sequence[Lap | None]]], size: Size, pipelines: Sequence[str]
) -> tuple[int, ...]:
    """Return the places of the frames of *size* in which every pipeline found a face."""
    firsts = [
        rounds[0] for (name, _, each), rounds in laps.items() if name in pipelines and each == size
    ]
    return tuple(
        at for at, found in enumerate(zip(*firsts, strict=True)) if all(one for one in found)
    )


def _result(
    key: Key,
    laps: Mapping[Key, Sequence[Sequence[Lap | None]]],
    embedding: Sequence[Sequence[float]] | None,
    memory: int | None,
    pipelines: Sequence[str],
) -> Result:
    name, threads, size = key
    rounds = laps.get(key, ())
    counted = common(laps, size, pipelines)
    best = [
        min(looks, key=lambda look: sum(look.values()))
        for at in counted
        if (looks := [look for frames in rounds if (look := frames[at]) is not None])
    ]
    return Result(
        name=name,
        threads=threads,
        width=size[0],
        height=size[1],
        frames=len(rounds[0]) if rounds else 0,
        found=sum(one is not None for one in rounds[0]) if rounds else 0,
        compared=len(counted),
        laps={
            lap: _median([one[lap] for one in best if lap in one])
            for lap in LAPS
            if any(lap in one for one in best)
        }
        if best
        else None,
        whole=_median([sum(one.values()) for one in best]) if best else None,
        embedding=None
        if embedding is None
        else _median([min(chip) for chip in zip(*embedding, strict=True)]),
        memory=memory,
    )


def _median(seconds: Sequence[float]) -> float:
    return 1000 * statistics.median(seconds)
