"""A scenario lived through: a clock that is turned by hand, the real door's parts, a timeline."""

from __future__ import annotations

from dataclasses import dataclass

from edge.access.rules import Rules
from edge.errors import ScenarioError
from edge.simulation.acting import Acting
from edge.simulation.clock import TICKS, Clock
from edge.simulation.door import SimulatedDoor
from edge.simulation.expecting import Failure, differences
from edge.simulation.scenario import Scenario, Step
from edge.simulation.telling import Tone, step_in_words
from edge.simulation.timeline import Line, LineKind, Timeline

FINE = TICKS // 10
"""Ticks between two turns of the door while something is under way: those of the real controller."""

COARSE = 30
"""Seconds of the clock on the wall on which the door is turned otherwise: schedules begin on whole
minutes, and what they say is believed for a minute."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a scenario."""

    timeline: tuple[Line, ...]
    failures: tuple[Failure, ...]

    @property
    def as_expected(self) -> bool:
        return not self.failures


def play(scenario: Scenario) -> Played:
    """Live through *scenario* and compare it with what it expects.

    :raises ScenarioError: if a step is at a time that is past, or that the clock jumps over.
    """
    return _Play(scenario).lived()


class _Play:
    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        rules = Rules(scenario.rules)
        self._clock = Clock(scenario.starts, rules.zone)
        self._timeline = Timeline(self._clock)
        self._door = SimulatedDoor(scenario, rules, self._clock, self._timeline)
        self._acting = Acting(scenario, self._door, self._clock)
        self._door.turn()
        self._timeline.begin()

    def lived(self) -> Played:
        failures: list[Failure] = []
        for number, step in enumerate(self._scenario.steps, start=1):
            self._timeline.anew()
            self._pass_until(self._time_of(number, step))
            self._tell(step)
            lasts = self._acting.act(step)
            self._door.turn()
            self._pass_until(self._clock.after(lasts))
            found = differences(number, step.expect, self._door, self._timeline)
            for failure in found:
                words = f"expected {failure.expected}; {failure.found}"
                self._timeline.say(LineKind.FAILED, words, Tone.ALARM)
            failures += found
        return Played(self._timeline.lines, tuple(failures))

    def _time_of(self, number: int, step: Step) -> int:
        if step.at is None:
            return self._clock.after(step.after)
        try:
            return self._clock.ticks_at(step.at)
        except ScenarioError as error:
            raise ScenarioError(f"step {number}: {error.message}") from error

    def _tell(self, step: Step) -> None:
        onlooker = self._door.onlooker
        before = None if onlooker is None else onlooker.words
        passing = self._timeline.passing if self._door.released else None
        words = step.words or step_in_words(step, self._scenario, before, passing)
        if words:
            self._timeline.say(LineKind.STEP, words)

    def _pass_until(self, ticks: int) -> None:
        while self._clock.ticks < ticks:
            self._clock.turn_to(min(ticks, self._next()))
            self._door.turn()
            for act in self._clock.due():
                act()
                self._door.turn()

    def _next(self) -> int:
        """Return the ticks at which to look next."""
        now = self._clock.ticks
        if self._door.busy:
            stride = FINE
        else:
            wall = self._clock.wall
            stride = COARSE * TICKS - round((wall.timestamp() % COARSE) * TICKS)
        known = (self._clock.next_due, self._door.next_due)
        coming = [each for each in known if each is not None and each > now]
        return min([now + stride, *coming])
