"""A prompter that nobody sees: it remembers what it was told, for tests and for trying things out."""

from __future__ import annotations

from edge.domain import Prompt


class FakePrompter:
    """Keeps every prompt in *history*, the newest last."""

    def __init__(self) -> None:
        self.history: list[Prompt | None] = []

    @property
    def shown(self) -> Prompt | None:
        """What is asked for at the moment."""
        return self.history[-1] if self.history else None

    def prompt(self, prompt: Prompt | None) -> None:
        """Remember *prompt*."""
        self.history.append(prompt)
