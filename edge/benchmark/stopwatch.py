"""The laps of a frame, and what times the parts of something without changing what they do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

DETECT, POINTS, ALIGN, EMBED, REST = "detect", "points", "align", "embed", "rest"
LAPS = (DETECT, POINTS, ALIGN, EMBED, REST)


@dataclass(slots=True)
class Stopwatch:
    """Seconds by lap, of *clock*."""

    laps: dict[str, float] = field(default_factory=dict)
    clock: Callable[[], float] = time.perf_counter

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        """Add the time of the block to the lap *name*."""
        began = self.clock()
        try:
            yield
        finally:
            self.laps[name] = self.laps.get(name, 0.0) + self.clock() - began

    def ended(self, total: float) -> dict[str, float]:
        """Return all laps of something that took *total* seconds, with the rest, and begin anew."""
        laps = {**self.laps, REST: total - sum(self.laps.values())}
        self.laps.clear()
        return laps


class Timed:
    """Stands before a part and times its methods: all in one lap, or each as *laps* names it."""

    def __init__(self, part: object, watch: Stopwatch, laps: str | Mapping[str, str]) -> None:
        self._part, self._watch, self._laps = part, watch, laps

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._part, name)
        lap = self._laps if isinstance(self._laps, str) else self._laps.get(name)
        if lap is None or not callable(value):
            return value

        def timed(*arguments: Any, **keywords: Any) -> Any:
            with self._watch.lap(lap):
                return value(*arguments, **keywords)

        return timed
