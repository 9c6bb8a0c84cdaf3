"""The desk between pages and door: real files, two connections, two processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.queues import Queue
from pathlib import Path

import pytest

from edge.desk import Answer, Desk
from edge.desk.desk import KEPT
from edge.errors import KeyFileError
from edge.storage.key import Key

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def key() -> Key:
    """Give the key of one installation."""
    return Key(bytes(range(32)))


@pytest.fixture
def pages(tmp_path: Path, key: Key) -> Iterator[Desk]:
    """Open the desk as the pages do."""
    with Desk(tmp_path / "desk.db", key) as desk:
        yield desk


@pytest.fixture
def door(pages: Desk, tmp_path: Path, key: Key) -> Iterator[Desk]:
    """Open the same desk as the door does."""
    with Desk(tmp_path / "desk.db", key) as desk:
        yield desk


def ask(desk: Desk, *, at: datetime = NOW) -> str:
    """Ask to unlock the front door."""
    return desk.request_unlock(door="front", reason="parcel", actor="account 7", now=at)


def test_a_request_is_taken_once(pages: Desk, door: Desk) -> None:
    """The door gets everything that was asked for, in order, and each thing only once."""
    assert door.take() == ()
    first, second = ask(pages), ask(pages, at=NOW + timedelta(seconds=1))

    taken = door.take()

    assert [request.request_id for request in taken] == [first, second]
    assert (taken[0].door, taken[0].reason, taken[0].actor) == ("front", "parcel", "account 7")
    assert taken[0].at == NOW
    assert door.take() == ()


def test_a_door_that_starts_later_finds_what_is_waiting(
    pages: Desk, tmp_path: Path, key: Key
) -> None:
    """The first look is not saved by comparing with nothing."""
    ask(pages)
    with Desk(tmp_path / "desk.db", key) as door:
        assert len(door.take()) == 1
    with Desk(tmp_path / "desk.db", key) as restarted:
        assert restarted.take() == ()


def test_answers_come_back(pages: Desk, door: Desk) -> None:
    """The pages see a request waiting, taken, answered; the first answer stands."""
    request = ask(pages)
    seen = [pages.state(request)]
    door.take()
    seen.append(pages.state(request))
    door.answer(request, Answer.BUSY)
    door.answer(request, Answer.REQUESTED)
    seen.append(pages.state(request))

    assert [(state.taken, state.answer) for state in seen if state] == [
        (False, None),
        (True, None),
        (True, Answer.BUSY),
    ]
    assert pages.state("nobody's") is None


def test_what_was_not_taken_cannot_be_answered(pages: Desk) -> None:
    """Nobody can answer before the door has looked."""
    request = ask(pages)
    pages.answer(request, Answer.REQUESTED)
    state = pages.state(request)
    assert state is not None
    assert state.answer is None


def test_old_requests_are_forgotten(pages: Desk) -> None:
    """The desk does not grow: the record of what happened is the audit's."""
    old = ask(pages)
    ask(pages, at=NOW + KEPT + timedelta(seconds=1))
    assert pages.state(old) is None


def test_another_key_opens_nothing(pages: Desk, tmp_path: Path) -> None:
    """Who cannot read the databases cannot ask for an unlock either."""
    ask(pages)
    with pytest.raises(KeyFileError):
        Desk(tmp_path / "desk.db", Key.random())


def _ask_often(path: Path, digits: bytes, count: int, asked: Queue[list[str]]) -> None:
    with Desk(path, Key(digits)) as desk:
        asked.put([ask(desk) for _ in range(count)])


def test_two_processes(tmp_path: Path, key: Key) -> None:
    """Whatever another process asks, while the door takes, is taken exactly once."""
    path = tmp_path / "desk.db"
    taken: list[str] = []
    with Desk(path, key) as door:
        context = multiprocessing.get_context("spawn")
        asked: Queue[list[str]] = context.Queue()
        process = context.Process(target=_ask_often, args=(path, key.secret, 50, asked))
        process.start()
        while process.is_alive():
            taken += [request.request_id for request in door.take()]
        told = asked.get(timeout=10)
        process.join()
        taken += [request.request_id for request in door.take()]
    assert sorted(taken) == sorted(told)
    assert len(taken) == 50
