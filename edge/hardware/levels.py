"""What is known of a door's inputs, and what of it is news."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from edge.hardware import InputEdge, InputName


class Levels:
    """The level of every input of *wired*; all are lost until they have been read once."""

    def __init__(self, wired: Iterable[InputName]) -> None:
        self._known: dict[InputName, bool | None] = dict.fromkeys(wired)

    def now(self) -> Mapping[InputName, bool | None]:
        """Return the levels as they are known, which do not change afterwards."""
        return MappingProxyType(dict(self._known))

    @property
    def all_lost(self) -> bool:
        """Whether nothing is known of any input, of which there is one."""
        return bool(self._known) and all(level is None for level in self._known.values())

    def read(self, name: InputName, active: bool, monotonic: float) -> tuple[InputEdge, ...]:
        """Take in that *name* was *active* at *monotonic*; return the edge if that is news."""
        if self._known[name] is active:
            return ()
        self._known[name] = active
        return (InputEdge(name, active, monotonic),)

    def lose(self, name: InputName) -> bool:
        """Take in that *name* cannot be read; return whether that is news."""
        news = self._known[name] is not None
        self._known[name] = None
        return news
