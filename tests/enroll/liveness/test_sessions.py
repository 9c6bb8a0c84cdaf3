"""Sessions are made, found and forgotten; nobody can have too many."""

from __future__ import annotations

import random
import uuid

import pytest

from edge.domain import Points
from enroll.liveness.session import LIFETIME, Session, Status
from enroll.liveness.sessions import MOST_RUNNING, MOST_WAITING, REMEMBERED, LivenessSessions
from tests.enroll.liveness.conftest import SAME, Stage


class Seconds:
    """A clock that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    """Move the clock of the sessions."""
    return Seconds()


@pytest.fixture
def sessions(seconds: Seconds, mesh: Points) -> LivenessSessions:
    """Keep sessions on a clock that a test moves."""

    def make(session_id: str, owner: str, now: float) -> Session:
        return Session(
            session_id,
            owner=owner,
            reader=Stage(mesh),
            draw=random.Random(1),
            same_cosine=SAME,
            created=now,
        )

    return LivenessSessions(make, clock=seconds)


def made(sessions: LivenessSessions, owner: str = "a", token: str | None = None) -> Session:
    """Make a session."""
    session = sessions.create(owner, token=token)
    assert session is not None
    return session


def test_found_by_its_id(sessions: LivenessSessions) -> None:
    """Which is a random UUID."""
    session = made(sessions)
    assert uuid.UUID(session.session_id).version == 4
    assert sessions.find(session.session_id) is session
    assert sessions.find(str(uuid.uuid4())) is None


def test_a_repeated_token_gives_the_same(sessions: LivenessSessions, seconds: Seconds) -> None:
    """To the same key, for as long as the session is remembered."""
    session = made(sessions, "a", "t")
    assert made(sessions, "a", "t") is session
    assert made(sessions, "b", "t") is not session
    assert made(sessions) is not session
    seconds.now += REMEMBERED + 1
    assert made(sessions, "a", "t") is not session


def test_expired_and_forgotten(sessions: LivenessSessions, seconds: Seconds) -> None:
    """An expired session is told from one that never was, for an hour."""
    session = made(sessions)
    seconds.now += LIFETIME
    assert sessions.find(session.session_id) is session
    assert session.result(seconds.now).status is Status.EXPIRED
    seconds.now += REMEMBERED
    assert sessions.find(session.session_id) is None


def test_too_many_of_one_key(sessions: LivenessSessions, seconds: Seconds) -> None:
    """They do not keep others from making theirs, and room comes back by itself."""
    for _ in range(MOST_WAITING):
        made(sessions)
    assert sessions.create("a") is None
    made(sessions, "b")
    seconds.now += LIFETIME
    made(sessions)


def test_too_many_cameras(sessions: LivenessSessions, seconds: Seconds) -> None:
    """Whoever comes next waits, with a session that is still good."""
    for _ in range(MOST_RUNNING):
        assert sessions.begin(made(sessions)) is not None
    waiting = made(sessions)
    assert sessions.begin(waiting) is None
    assert waiting.result(seconds.now).status is Status.CREATED
    seconds.now += 6  # nobody has shown anything
    assert sessions.begin(waiting) is not None
    with pytest.raises(ValueError, match="once"):
        sessions.begin(waiting)
