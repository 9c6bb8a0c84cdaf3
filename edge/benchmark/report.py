"""What a benchmark found, as it is printed and as it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from edge.benchmark.apart import Apart
from edge.benchmark.capturing import Captured
from edge.benchmark.crowd import SearchTime
from edge.benchmark.machine import Conditions, Machine
from edge.benchmark.networks import Achieved
from edge.benchmark.stages import FrameTimes

FORMAT = 1
"""Raised when a field changes its meaning."""


@dataclass(frozen=True, slots=True)
class NetworkFigures:
    """One network with one number of threads.

    *shape* of what it is shown; *milliseconds* of its quickest run; *gmac*: 10⁹ multiplications a run, of which *int8* (0 to 1)
    have weights of eight bits; *megabytes* moved a run; *gmac_a_second* it reaches, which is the
    *share* (0 to 1) of what these cores do in matrix products of the same kinds.
    """

    name: str
    threads: int
    shape: tuple[int, ...]
    milliseconds: float
    gmac: float
    int8: float
    megabytes: float
    mac_a_byte: float
    gmac_a_second: float
    share: float


@dataclass(frozen=True, slots=True)
class PeakFigures:
    """10⁹ multiplications a second in matrix products with so many *threads*."""

    threads: int
    int8: float
    float32: float


@dataclass(frozen=True, slots=True)
class Report:
    """Everything about one machine on one day; *uncounted* networks run in no file we can count."""

    format: int
    made: date
    ostiary: str
    machine: Machine
    before: Conditions
    after: Conditions
    frames: tuple[FrameTimes, ...]
    peaks: tuple[PeakFigures, ...]
    networks: tuple[NetworkFigures, ...]
    uncounted: tuple[str, ...]
    searches: tuple[SearchTime, ...]
    door: Apart
    camera: Captured | None


def figures_of(one: Achieved, threads: int) -> NetworkFigures:
    """Return what one network achieved, in the units of a report."""
    return NetworkFigures(
        name=one.name,
        threads=threads,
        shape=one.work.shape,
        milliseconds=1000 * one.seconds,
        gmac=one.work.all / 1e9,
        int8=one.work.eight / one.work.all,
        megabytes=one.work.bytes / 1e6,
        mac_a_byte=one.work.intensity,
        gmac_a_second=one.rate / 1e9,
        share=one.share,
    )
