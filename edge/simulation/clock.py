"""The time of a scenario: a clock that never jumps, and one on the wall; both are turned by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from edge.audit.clock import Reading
from edge.errors import ScenarioError
from edge.simulation.kinds import When

TICKS = 1000
"""Time is counted in whole thousandths of a second, so that the same story has the same times."""

_DAY = timedelta(days=1)


class Clock:
    """Shows *starts* (by the clock on the wall in *zone*) at first, and then what it is turned to."""

    def __init__(self, starts: datetime, zone: ZoneInfo) -> None:
        self.zone = zone
        self._ticks = 0
        self._begin = starts.replace(tzinfo=zone).astimezone(UTC)
        self._later: list[tuple[int, Callable[[], None]]] = []

    @property
    def ticks(self) -> int:
        return self._ticks

    @property
    def now(self) -> float:
        """Seconds that never jump."""
        return self._ticks / TICKS

    @property
    def wall(self) -> datetime:
        """The clock on the wall; aware, UTC."""
        return self._begin + timedelta(milliseconds=self._ticks)

    @property
    def local(self) -> datetime:
        """The clock on the wall, in the site's zone."""
        return self.wall.astimezone(self.zone)

    def read(self) -> Reading:
        """Return both clocks, as the record of events compares them."""
        return Reading(self.wall, self.now)

    def turn_to(self, ticks: int) -> None:
        """Let time pass."""
        self._ticks = ticks

    def set(self, seconds: float) -> None:
        """Set the clock on the wall, forward or back."""
        self._begin += timedelta(seconds=seconds)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Have *act* done in *seconds*, by :meth:`due`."""
        self._later.append((self.after(seconds), act))

    def after(self, seconds: float) -> int:
        """Return the ticks at which *seconds* will have passed."""
        return self._ticks + round(seconds * TICKS)

    @property
    def next_due(self) -> int | None:
        """The ticks of the next thing that is to be done later."""
        return min((ticks for ticks, _ in self._later), default=None)

    def due(self) -> tuple[Callable[[], None], ...]:
        """Return what is to be done by now, and forget it."""
        found = [each for each in self._later if each[0] <= self._ticks]
        self._later = [each for each in self._later if each[0] > self._ticks]
        return tuple(act for _, act in found)

    def ticks_at(self, when: When) -> int:
        """Return the ticks at which the clock on the wall next shows *when*.

        :raises ScenarioError: if that time is past, or the clock jumps over it.
        """
        now, begin = self.wall, self.local.date()
        days = (when.day,) if when.day else tuple(begin + ahead * _DAY for ahead in range(9))
        for day in days:
            if when.weekday not in (None, day.weekday()):
                continue
            naive = datetime.combine(day, when.shows)
            moments = [
                naive.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1)
            ]
            shown = [
                each for each in moments if each.astimezone(self.zone).replace(tzinfo=None) == naive
            ]
            if not shown:
                raise ScenarioError(
                    f"the clock never shows {when.shows:%H:%M} on {day:%d %B %Y}: it goes forward."
                )
            coming = [each for each in shown if each >= now]
            if coming:
                passing = min(coming) - now
                return self._ticks + round(passing / timedelta(milliseconds=1))
        raise ScenarioError(f"{when.day} {when.shows:%H:%M} is past at that step already.")
