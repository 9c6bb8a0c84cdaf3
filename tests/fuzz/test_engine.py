"""What finds faults must find them: a target that fails in every way there is, and each is named."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from edge.errors import ImageError
from tests.fuzz import target as limits
from tests.fuzz.choices import Choices
from tests.fuzz.target import Target, TooLargeError, TooSlowError, alone, attempt
from tests.fuzz.watching import watched

SEED = b"a good input"


def broken(fail: Callable[[], object], allowed: tuple[type[Exception], ...] = ()) -> Target:
    """Return a target that fails at every input that is no longer the seed."""

    def read(data: bytes) -> None:
        if data != SEED:
            fail()

    return Target("broken", "a fault", alone(read), lambda: (SEED,), allowed)


def fail() -> None:
    """Fail as nothing may."""
    raise KeyError("at")


def refuse() -> None:
    """Fail as it was announced."""
    raise ImageError("the picture is damaged.")


def test_what_is_promised_is_no_finding() -> None:
    """A refusal is an answer."""
    tried, finding = watched(broken(refuse, (ImageError,)), 30, 1)
    assert finding is None
    assert tried > 20


def test_an_error_is_found_with_its_input() -> None:
    """Made as small as it can be."""
    _, finding = watched(broken(fail), 30, 1)
    assert finding is not None
    assert "KeyError" in finding.what
    assert finding.data == b""


def test_a_process_that_is_killed_is_found() -> None:
    """As by a decoder that writes where it must not, or for want of memory."""
    _, finding = watched(broken(lambda: os.kill(os.getpid(), signal.SIGKILL)), 30, 1)
    assert finding is not None
    assert "SIGKILL" in finding.what


def test_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though whatever fails on the way is caught."""

    def work() -> None:
        while True:
            try:
                time.process_time()
            except Exception:  # noqa: BLE001 - as decoders' callers catch it
                return

    monkeypatch.setattr(limits, "MOST_SECONDS", 0.2)
    slow = broken(work)
    with slow.open(None) as read, pytest.raises(TooSlowError):  # type: ignore[arg-type] # unused
        attempt(slow, read, b"x")


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small input that unpacks to what no small computer has."""
    monkeypatch.setattr(limits, "MOST_MEMORY", 1 << 20)
    # More than this process has ever had.
    large = broken(lambda: bytearray(limits._peak() + (64 << 20)))
    with large.open(None) as read, pytest.raises(TooLargeError):  # type: ignore[arg-type] # unused
        attempt(large, read, b"x")


def test_choices_end_with_the_first() -> None:
    """Any bytes are a whole input."""
    choices = Choices(b"\2\1x")
    assert choices.one_of("abc") == "c"
    assert choices.piece() == b"x"
    assert (choices.left, choices.one_of("abc"), choices.piece()) == (0, "a", b"")
