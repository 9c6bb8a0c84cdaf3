"""Lights that nobody sees: they remember what they were told, for tests and for trying things out."""

from __future__ import annotations

from collections.abc import Callable

from edge.domain import Prompt, Signal


class FakeSignals:
    """Keeps every signal in *history* and every prompt in *prompts*, the newest last.

    *echo* hears each change of a signal.
    """

    def __init__(self, *, echo: Callable[[str], None] | None = None) -> None:
        self.history: list[Signal] = []
        self.prompts: list[Prompt | None] = []
        self._echo = echo
        self._closed = False

    @property
    def shown(self) -> Signal:
        """What is shown at the moment."""
        return self.history[-1] if self.history else Signal.OFF

    def show(self, signal: Signal) -> None:
        """Remember *signal*; those after the end are not shown."""
        if self._closed:
            return
        before = self.shown
        self.history.append(signal)
        if self._echo is not None and signal is not before:
            self._echo(f"lights {signal}")

    def prompt(self, prompt: Prompt | None) -> None:
        """Remember *prompt*."""
        if not self._closed:
            self.prompts.append(prompt)

    def close(self) -> None:
        """Switch everything off."""
        self.show(Signal.OFF)
        self._closed = True
