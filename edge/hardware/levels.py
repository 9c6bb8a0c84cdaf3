"""What is known of a door's inputs, what of it is news, and what is a bounce."""

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

    def lose(self, name: InputName) -> None:
        """Take in that *name* cannot be read."""
        self._known[name] = None


class Debounce:
    """Tells which of the levels that are read again and again have settled for *seconds*.

    The first level of an input has settled: nothing is known that it could have bounced from.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._settled: dict[InputName, bool] = {}
        self._since: dict[InputName, float] = {}

    def settled(self, name: InputName, *, active: bool, now: float) -> bool:
        """Return whether *active*, read at *now*, is the settled level of *name*."""
        if self._settled.setdefault(name, active) is active:
            self._since.pop(name, None)
            return True
        if now - self._since.setdefault(name, now) < self._seconds:
            return False
        self._settled[name] = active
        del self._since[name]
        return True

    def forget(self, name: InputName) -> None:
        """Take in that *name* cannot be read: whatever is read next has settled."""
        self._settled.pop(name, None)
        self._since.pop(name, None)
