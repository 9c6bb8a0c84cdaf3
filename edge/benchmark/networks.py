"""Networks by themselves: how long they take, and how near that is to what the processor can do."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge.benchmark.peak import Peaks
from edge.benchmark.work import Work
from edge.vision.tflite import Network

LEAST_ROUNDS = 3
"""However slow a machine is: of fewer, the quickest would be chance."""

RUNS = 5
"""Runs in a row of each network, after one that warms its weights up."""


@dataclass(frozen=True, slots=True)
class Achieved:
    """One network: its work, the *seconds* of its quickest run, and the *limit* of such a run.

    The limit is its work at the processor's own pace in matrix products of the same kinds.
    """

    name: str
    work: Work
    seconds: float
    limit: float

    @property
    def rate(self) -> float:
        """Multiplications a second."""
        return self.work.all / self.seconds

    @property
    def share(self) -> float:
        """How much of the processor's pace is reached, from 0 to 1."""
        return self.limit / self.seconds


def achieved(name: str, work: Work, seconds: float, peaks: Peaks) -> Achieved:
    """Return what a network of that *work* achieved in *seconds*."""
    return Achieved(name, work, seconds, work.seconds_at(eight=peaks.eight, whole=peaks.whole))


def quickest(
    files: Mapping[str, Path],
    *,
    rounds: int,
    shapes: Mapping[str, tuple[int, ...]] | None = None,
    threads: int = 1,
    seconds: float = math.inf,
    progress: Callable[[], None] = lambda: None,
) -> dict[str, float]:
    """Return the seconds of each network's quickest run, by name; they take turns in every round.

    They are shown noise, of *shapes* where they have no size of their own. After *seconds* no new round begins. *progress* is called after each round.

    :raises ModelError: if a file is no network that can be run.
    """
    networks = {name: Network(path, threads=threads) for name, path in files.items()}
    for name, shape in (shapes or {}).items():
        networks[name].resize(shape)
    random = np.random.default_rng(0)
    shown = {
        name: random.uniform(0, 255, network.input_shape).astype(np.float32)
        for name, network in networks.items()
    }
    best = dict.fromkeys(files, math.inf)
    until = time.perf_counter() + seconds
    for number in range(rounds):
        if number >= LEAST_ROUNDS and time.perf_counter() > until:
            break
        for name, network in networks.items():
            network.run(shown[name])
            for _ in range(RUNS):
                began = time.perf_counter()
                network.run(shown[name])
                best[name] = min(best[name], time.perf_counter() - began)
        progress()
    return best
