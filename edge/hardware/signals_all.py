"""The lights of the door and those of its readers as one: whatever is shown is shown everywhere."""

from __future__ import annotations

from collections.abc import Sequence

from edge.domain import Prompt, Signal
from edge.hardware import CardReader, Signaller


class AllSignals:
    """Shows on *signaller* and on *readers* alike; prompts need lights that can say more."""

    def __init__(self, signaller: Signaller, readers: Sequence[CardReader]) -> None:
        self._signaller = signaller
        self._readers = tuple(readers)

    def show(self, signal: Signal) -> None:
        self._signaller.show(signal)
        for reader in self._readers:
            reader.signal(signal)

    def prompt(self, prompt: Prompt | None) -> None:
        self._signaller.prompt(prompt)

    def close(self) -> None:
        """Switch the door's own off; the readers go dark with whoever owns them."""
        self._signaller.close()
