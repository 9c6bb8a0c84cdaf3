"""Who has gone through: whoever was let in counts as inside when the door says so.

The rules of a door say whether a grant is enough or the door must have been opened; without a
contact nobody could know that, and the grant counts.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from edge.access.ruleset import CountsOn, Door
from edge.access.whereabouts import Whereabouts, granted, passed
from edge.door.parts import Presences
from edge.errors import OstiaryError
from edge.portal import DoorCondition, Position

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Expected:
    people: tuple[str, ...]
    door: Door
    at: datetime
    openings: int


class Passages:
    """Counts the passages of one door; for one thread."""

    def __init__(self, presences: Presences) -> None:
        self._presences = presences
        self._expected: _Expected | None = None
        self._failed = False

    def expect(
        self, people: tuple[str, ...], door: Door, at: datetime, condition: DoorCondition
    ) -> None:
        """Take note that *door* was released for *people* at *at*; *condition* as just before."""
        for person_id in people:
            if door.counts_on is CountsOn.GRANT:
                self._note(person_id, granted(self._where(person_id), person_id, door, at))
        self._expected = None
        if door.counts_on is CountsOn.OPENED and (door.enters or door.leaves):
            self._expected = _Expected(people, door, at, condition.openings)
            if condition.position is not Position.CLOSED:
                self._count()

    def turned(self, condition: DoorCondition) -> None:
        """Count whoever was expected once the door was opened; nobody once it is secured unopened."""
        if self._expected is None:
            return
        if condition.openings > self._expected.openings:
            self._count()
        elif not condition.released:
            self._expected = None

    def _count(self) -> None:
        expected, self._expected = self._expected, None
        if expected is None:
            return
        for person_id in expected.people:
            where = passed(self._where(person_id), person_id, expected.door, expected.at)
            self._note(person_id, where)

    def _where(self, person_id: str) -> Whereabouts:
        return self._presences.among((person_id,))

    def _note(self, person_id: str, where: Whereabouts) -> None:
        try:
            self._presences.note(person_id, where.of(person_id))
        except OstiaryError as error:
            # She is through the door already: the next passage may say that she is not expected.
            if not self._failed:
                log.error("it cannot be noted who is inside: %s", error)  # noqa: TRY400 - it tells the remedy
            self._failed = True
        else:
            if self._failed:
                log.warning("it is noted again who is inside")
            self._failed = False
