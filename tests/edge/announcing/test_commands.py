"""What a broker may ask of the door, and what is no wish of anybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.announcing.commands import ACTOR, Command, Commands, why_not
from edge.desk import Desk
from edge.errors import StorageError
from edge.storage.key import Key
from tests.edge.announcing.conftest import DOOR, Clock


@pytest.fixture
def desk(folder: Path, key: Key) -> Iterator[Desk]:
    """Open a desk."""
    with Desk(folder / "desk.db", key) as desk:
        yield desk


class Seconds:
    """A monotonic clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_wish_becomes_a_request_at_the_desk(desk: Desk, clock: Clock) -> None:
    """The door takes it as it takes those of the pages, and knows where it came from."""
    commands = Commands(requests=desk, door=DOOR, clock=clock, monotonic=Seconds())

    assert commands.take(Command(b"UNLOCK"))

    (request,) = desk.take()
    assert (request.door, request.actor, request.at) == (DOOR, ACTOR, clock())


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (Command(b"UNLOCK", retained=True), "retained"),
        (Command(b"UNLOCK", repeated=True), "repetition"),
        (Command(b"LOCK"), "locks by itself"),
        (Command(b"unlock"), "no word"),
        (Command(b""), "no word"),
        (Command(b"\xff\x00"), "no word"),
    ],
)
def test_what_is_no_fresh_wish_is_ignored(
    desk: Desk, clock: Clock, command: Command, reason: str
) -> None:
    """And why is said once in the log."""
    commands = Commands(requests=desk, door=DOOR, clock=clock, monotonic=Seconds())

    assert not commands.take(command)

    assert reason in (why_not(command) or "")
    assert desk.take() == ()


def test_a_flood_does_not_reach_the_desk(desk: Desk, clock: Clock) -> None:
    """One wish a second is passed on."""
    seconds = Seconds()
    commands = Commands(requests=desk, door=DOOR, clock=clock, monotonic=seconds)

    assert [commands.take(Command(b"OPEN")) for _ in range(50)].count(True) == 1
    seconds.now += 1.0
    assert commands.take(Command(b"UNLOCK"))
    assert len(desk.take()) == 2


def test_a_desk_that_cannot_be_written_ends_nothing(clock: Clock) -> None:
    """The next wish may be passed on again."""

    class Broken:
        def request_unlock(self, **_: object) -> str:
            raise StorageError("the disk is full")

    commands = Commands(requests=Broken(), door=DOOR, clock=clock, monotonic=Seconds())

    assert not commands.take(Command(b"UNLOCK"))
