"""What a broker asks of the door: a request at the desk, as the pages make them, or nothing.

The door decides, records and answers; here is only sorted out what is no fresh wish of anybody.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from edge.errors import StorageError
from edge.logs.seldom import Seldom

log = logging.getLogger(__name__)

ACTOR = "mqtt"
REASON = "asked by MQTT"

UNLOCK = frozenset({b"UNLOCK", b"OPEN"})
"""Home Assistant's words for it."""

LOCK = b"LOCK"

PAUSE = 1.0
"""Seconds between two wishes that are passed on: the desk is no place for a flood."""


class Requests(Protocol):
    """The part of a desk that is needed."""

    def request_unlock(self, *, door: str, reason: str, actor: str, now: datetime) -> str: ...


@dataclass(frozen=True, slots=True)
class Command:
    """A message on the topic of commands, and whether the broker kept or repeats it."""

    payload: bytes
    retained: bool = False
    repeated: bool = False


def why_not(command: Command) -> str | None:
    """Return why *command* is no wish to unlock now, or None if it is one.

    A retained one was meant for an earlier moment and would come back with every connection; a
    repeated one may have been carried out.
    """
    if command.retained:
        return "it is retained: send commands without the retain flag"
    if command.repeated:
        return "it is a repetition"
    if command.payload == LOCK:
        return "the door locks by itself"
    if command.payload not in UNLOCK:
        return "it is no word that is known here: send UNLOCK"
    return None


class Commands:
    """Puts wishes on the desk of *door*; for one thread."""

    def __init__(
        self,
        *,
        requests: Requests,
        door: str,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._requests = requests
        self._door = door
        self._clock = clock
        self._monotonic = monotonic
        self._passed_on = float("-inf")
        self._log = Seldom(log, clock=monotonic)

    def take(self, command: Command) -> bool:
        """Pass *command* on to the door, and tell whether that was done."""
        if reason := why_not(command):
            self._log.warn("a command by MQTT was ignored: %s", reason)
            return False
        now = self._monotonic()
        if now - self._passed_on < PAUSE:
            self._log.warn(
                "a command by MQTT was ignored: the last one came less than a second before"
            )
            return False
        try:
            self._requests.request_unlock(
                door=self._door, reason=REASON, actor=ACTOR, now=self._clock()
            )
        except StorageError as error:
            self._log.warn("a command by MQTT could not be passed on: %s", error)
            return False
        self._passed_on = now
        return True
