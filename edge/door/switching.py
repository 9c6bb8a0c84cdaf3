"""What members of some groups switch by showing a badge again: office mode, and the lockdown.

Shown again within ten seconds of being let in with it, a badge begins or ends office mode: whoever
does that has shown just before all that the door asks for. Shown three times within ten seconds, a
badge begins the lockdown, for which nothing else is asked: locking is the safe direction. It ends
on the pages, where somebody has to sign in.
"""

from __future__ import annotations

from datetime import datetime

from edge.access.rules import Rules
from edge.access.standing import Switch, may_switch
from edge.domain import Credentials

WITHIN = 10.0
"""Seconds in which showings of one badge belong together."""

SHOWINGS_OF_LOCKDOWN = 3


class Switching:
    """Counts the showings of badges at one door; for one thread."""

    def __init__(self, door: str) -> None:
        self._door = door
        self._number: str | None = None
        self._showings: list[float] = []
        self._let_in: tuple[str, float] | None = None

    def let_in(self, badge: str | None, now: float) -> None:
        """Take note that the carrier of *badge* was let in with it."""
        self._let_in = None if badge is None else (badge, now)

    def shown(
        self, badge: str, owner: Credentials | None, rules: Rules, *, now: float, at: datetime
    ) -> Switch | None:
        """Return what showing *badge* at *now* switches, if anything."""
        if badge != self._number:
            self._number, self._showings = badge, []
        self._showings = [*(when for when in self._showings if now - when <= WITHIN), now]
        if owner is None:
            return None
        if len(self._showings) >= SHOWINGS_OF_LOCKDOWN and may_switch(
            Switch.LOCKDOWN, owner, self._door, at, rules, badge=badge
        ):
            return Switch.LOCKDOWN
        let_in, self._let_in = self._let_in, None
        if (
            let_in is not None
            and let_in[0] == badge
            and now - let_in[1] <= WITHIN
            and may_switch(Switch.OFFICE_MODE, owner, self._door, at, rules, badge=badge)
        ):
            return Switch.OFFICE_MODE
        return None
