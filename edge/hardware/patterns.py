"""What two lights and a buzzer can say: the pattern of every signal and of every prompt.

Little is told by colour alone: what matters differs by rhythm or sound, for whoever cannot tell red
from green. The lights of prompts are those of ships, red for the left and green for the right. No
light flashes more than three times in a second (WCAG 2.2, success criterion 2.3.1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from edge.domain import Prompt, Signal


class Lamp(StrEnum):
    """What can be switched on and off."""

    GREEN = "green"
    RED = "red"
    BUZZER = "buzzer"


G, R, B = Lamp.GREEN, Lamp.RED, Lamp.BUZZER


@dataclass(frozen=True, slots=True)
class Step:
    """What is on, and for how many seconds."""

    lamps: frozenset[Lamp]
    seconds: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """Steps that are played once, then steps that are played again and again.

    *words* describe it. Where a single step is played again, it simply stays.
    """

    words: str
    once: tuple[Step, ...]
    again: tuple[Step, ...]

    def at(self, elapsed: float) -> tuple[frozenset[Lamp], float | None]:
        """Return what is on *elapsed* seconds after the beginning, and how long it stays so.

        The second is None where it stays for good.
        """
        for step in self.once:
            if elapsed < step.seconds:
                return step.lamps, step.seconds - elapsed
            elapsed -= step.seconds
        if len(self.again) == 1:
            return self.again[0].lamps, None
        elapsed = math.fmod(elapsed, sum(step.seconds for step in self.again))
        for step in self.again[:-1]:
            if elapsed < step.seconds:
                return step.lamps, step.seconds - elapsed
            elapsed -= step.seconds
        return self.again[-1].lamps, max(self.again[-1].seconds - elapsed, 0.0)


def _on(seconds: float, *lamps: Lamp) -> Step:
    return Step(frozenset(lamps), seconds)


def _beeps(count: int, *lamps: Lamp, seconds: float = 0.1) -> tuple[Step, ...]:
    """Return *count* beeps and the pauses after them, with *lamps* on meanwhile."""
    return (_on(seconds, B, *lamps), _on(0.1, *lamps)) * count


DARK = Pattern("dark", (), (_on(1),))

SIGNALS: dict[Signal, Pattern] = {
    Signal.OFF: DARK,
    Signal.READY: Pattern("red, steady", (), (_on(1, R),)),
    Signal.LOOK: Pattern("red and green, steady", (), (_on(1, R, G),)),
    Signal.WAITING: Pattern("red, with green once a second", (), (_on(0.5, R, G), _on(0.5, R))),
    Signal.GRANTED: Pattern("green, steady; one beep", _beeps(1, G, seconds=0.2), (_on(1, G),)),
    Signal.DENIED: Pattern(
        "red, two quick flashes with beeps, then steady",
        (_on(0.1, R, B), _on(0.1)) * 2,
        (_on(1, R),),
    ),
    Signal.WARNING: Pattern(
        "red, once a second, each time with a short beep",
        (),
        (_on(0.1, R, B), _on(0.4, R), _on(0.5)),
    ),
    Signal.ALARM: Pattern(
        "red, twice a second; the buzzer sounds meanwhile", (), (_on(0.3, R, B), _on(0.2, B))
    ),
    Signal.FAULT: Pattern("red, a short flash every two seconds", (), (_on(0.1, R), _on(1.9))),
}

PROMPTS: dict[Prompt, Pattern] = {
    Prompt.LOOK_STRAIGHT: Pattern(
        "red and green by turns, once a second", (), (_on(0.5, R), _on(0.5, G))
    ),
    Prompt.TURN_LEFT: Pattern(
        "red, twice a second; one beep", _beeps(1, R), (_on(0.25, R), _on(0.25))
    ),
    Prompt.TURN_RIGHT: Pattern(
        "green, twice a second; two beeps", _beeps(2, G), (_on(0.25, G), _on(0.25))
    ),
    Prompt.LOOK_UP: Pattern(
        "red and green together, once a second; three beeps",
        _beeps(3, R, G),
        (_on(0.5, R, G), _on(0.5)),
    ),
    Prompt.BLINK: Pattern(
        "red and green together, two short flashes a second; four beeps",
        _beeps(4),
        (_on(0.1, R, G), _on(0.1), _on(0.1, R, G), _on(0.7)),
    ),
    Prompt.COME_CLOSER: Pattern(
        "green, a short flash a second; one long beep",
        (_on(0.6, B, G), _on(0.2)),
        (_on(0.1, G), _on(0.9)),
    ),
}

UNDER_PROMPTS = frozenset({Signal.READY, Signal.LOOK})
"""The signals that a prompt takes the place of: every other one matters more than an answer."""


def pattern_of(signal: Signal, prompt: Prompt | None) -> Pattern:
    """Return what is shown of *signal* and *prompt*."""
    if prompt is not None and signal in UNDER_PROMPTS:
        return PROMPTS[prompt]
    return SIGNALS[signal]
