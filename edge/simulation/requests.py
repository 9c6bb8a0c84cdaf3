"""The manager of a scenario at the pages: what she asks of the door, and its answers."""

from __future__ import annotations

from edge.desk import Answer, Command, DoorRequest
from edge.simulation.clock import Clock


class Requests:
    """Stands where a real door has the desk."""

    def __init__(self, door: str, clock: Clock) -> None:
        self._door = door
        self._clock = clock
        self._asked: list[DoorRequest] = []
        self._count = 0

    def ask(self, command: Command) -> None:
        """Ask something of the door."""
        self._count += 1
        request = DoorRequest(
            request_id=str(self._count),
            door=self._door,
            command=command,
            reason="in this story",
            actor="the manager",
            at=self._clock.wall,
        )
        self._asked.append(request)

    def take(self) -> tuple[DoorRequest, ...]:
        """Return what was asked since the last time."""
        asked, self._asked = tuple(self._asked), []
        return asked

    def answer(self, request_id: str, answer: Answer) -> None:
        """The record tells the answer already."""
