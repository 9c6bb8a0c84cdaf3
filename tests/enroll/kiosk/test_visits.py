"""Who stood before the kiosk is forgotten, whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from enroll.kiosk import visit
from enroll.kiosk.visit import IDLE_SECONDS, LONGEST_SECONDS, MOST_VISITS, Visits


class Seconds:
    """A clock that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    """Move the clock of the visits."""
    return Seconds()


@pytest.fixture
def visits(seconds: Seconds) -> Iterator[Visits]:
    """Keep visits on a clock that a test moves."""
    visits = Visits(clock=seconds)
    yield visits
    visits.close()


def begun(visits: Visits) -> str:
    """Return the token of a new visit."""
    token = visits.begin("a", None)
    assert token is not None
    return token


def test_idle(visits: Visits, seconds: Seconds) -> None:
    """Whoever walks away is forgotten; a sign of life puts it off."""
    token = begun(visits)
    seconds.now += IDLE_SECONDS - 1
    found = visits.find(token, account_id="a")
    assert found is not None
    visits.alive(found)
    seconds.now += IDLE_SECONDS - 1
    assert visits.find(token, account_id="a") is found
    seconds.now += 1
    assert visits.find(token, account_id="a") is None
    assert len(visits) == 0


def test_a_face_on_a_poster(visits: Visits, seconds: Seconds) -> None:
    """Signs of life do not keep a visit for ever."""
    token = begun(visits)
    for _ in range(int(LONGEST_SECONDS // 60) + 1):
        found = visits.find(token, account_id="a")
        if found is None:
            break
        visits.alive(found)
        seconds.now += 60
    assert visits.find(token, account_id="a") is None


def test_wiped_without_being_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory is wiped although no browser ever says another word."""
    monkeypatch.setattr(visit, "IDLE_SECONDS", 0.2)
    visits = Visits()
    begun(visits)
    assert len(visits) == 1
    wiped = threading.Event()
    for _ in range(100):
        if len(visits) == 0:
            break
        wiped.wait(0.1)
    assert len(visits) == 0


def test_of_another_kiosk(visits: Visits) -> None:
    """A visit is found by its own kiosk's account, with its own token."""
    token = begun(visits)
    assert visits.find(token, account_id="b") is None
    assert visits.find("guessed", account_id="a") is None
    assert visits.find(token, account_id="a") is not None
    visits.end(token)
    visits.end(token)
    assert visits.find(token, account_id="a") is None


def test_too_many(visits: Visits, seconds: Seconds) -> None:
    """A page gone wild cannot fill the memory; room comes back by itself."""
    for _ in range(MOST_VISITS):
        begun(visits)
    assert visits.begin("a", None) is None
    seconds.now += IDLE_SECONDS
    assert visits.begin("a", None) is not None
