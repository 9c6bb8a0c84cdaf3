"""The soak finds what it looks for: a leak of memory, of descriptors, of threads."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
import soak


def run(leak: int = 0, descriptors: int = 0, threads: int = 0) -> soak.Soak:
    """Return a run that loses *leak* bytes a frame, and some *descriptors* and *threads* in all."""
    samples = [
        soak.Sample(
            number * 100,
            300 * 2**20 + number * 100 * leak + (number % 3) * 4096,
            20 + descriptors * number // 99,
            8 + threads * number // 99,
        )
        for number in range(100)
    ]
    return soak.Soak(samples=samples)


def test_a_steady_run_is_well() -> None:
    """Memory that goes up and down a little has no slope."""
    assert run().faults == ()
    assert abs(run().slope) < 1


def test_every_leak_is_found() -> None:
    """A kilobyte a frame, one descriptor, one thread."""
    assert "memory grew" in run(leak=1024).faults[0]
    assert abs(run(leak=1024).slope - 1024) < 2
    assert run(descriptors=1).faults == ("1 descriptors were not given back",)
    assert run(threads=1).faults == ("1 threads did not end",)


def test_what_a_beginning_takes_is_no_leak() -> None:
    """Caches fill in the first half."""
    grown = run()
    grown.samples = [
        replace(each, memory=each.memory - max(0, 40 - number) * 2**20)
        for number, each in enumerate(grown.samples)
    ]
    assert grown.faults == ()
