"""Fake inputs and lights: what they are told, from a test and from a named pipe alike."""

from __future__ import annotations

import logging
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.domain import Prompt, Signal
from edge.errors import InputError
from edge.hardware import DoorInputs, InputEdge, InputName, Signaller
from edge.hardware.inputs_fake import FakeInputs
from edge.hardware.signals_fake import FakeSignals
from edge.hardware.unwired import NoInputs, NoSignals

EVER = 60.0
"""Seconds that no test waits for: each has what it waits for already, or is woken."""


def test_nothing_is_active_at_the_beginning() -> None:
    """The door is shut, nobody asks, nothing burns; mypy holds the fake to the protocol."""
    inputs: DoorInputs = FakeInputs()

    assert inputs.levels() == dict.fromkeys(InputName, False)
    assert inputs.wait(0) == ()
    inputs.close()


def test_each_change_is_told_once_in_its_order() -> None:
    """What is set to what it was is no news; the levels are those after the edges."""
    inputs = FakeInputs([InputName.CONTACT, InputName.REX], clock=lambda: 7.0)
    inputs.set(InputName.REX, active=True)
    inputs.set(InputName.CONTACT, active=True)
    inputs.set(InputName.CONTACT, active=True)
    assert inputs.levels()[InputName.REX] is False

    edges = inputs.wait(EVER)

    assert edges == (
        InputEdge(InputName.REX, active=True, monotonic=7.0),
        InputEdge(InputName.CONTACT, active=True, monotonic=7.0),
    )
    assert inputs.levels() == {InputName.CONTACT: True, InputName.REX: True}
    assert inputs.wait(0) == ()
    inputs.close()


def test_a_lost_input_is_told_at_once_and_comes_back_with_an_edge() -> None:
    """Also where its level is what it was before: whoever took it for unknown must hear."""
    inputs = FakeInputs()
    inputs.lose(InputName.CONTACT)

    assert inputs.wait(EVER) == ()
    assert inputs.levels()[InputName.CONTACT] is None
    assert inputs.levels()[InputName.REX] is False
    inputs.set(InputName.CONTACT, active=False)
    assert inputs.wait(0) == ()
    inputs.restore(InputName.CONTACT)
    (edge,) = inputs.wait(EVER)
    assert (edge.input, edge.active) == (InputName.CONTACT, False)
    inputs.close()


def test_a_person_can_try_it_by_a_named_pipe(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be understood is told, and changes nothing; half a line waits for its end."""
    pipe = tmp_path / "inputs"
    inputs = FakeInputs([InputName.CONTACT], pipe=pipe)
    assert stat.S_IMODE(pipe.stat().st_mode) == 0o600

    with caplog.at_level(logging.WARNING):
        pipe.write_text("contact  on\nrex on\ncontact ajar\n\ncont")
        (edge,) = inputs.wait(EVER)
        pipe.write_text("act off\n")
        (second,) = inputs.wait(EVER)

    assert edge.active
    assert not second.active
    assert caplog.text.count("The fake inputs (contact) know") == 2
    inputs.close()
    FakeInputs(pipe=pipe).close()


def test_a_pipe_that_is_none_is_refused(tmp_path: Path) -> None:
    """Neither a file of somebody's nor a folder that is not there is written to."""
    file = tmp_path / "file"
    file.write_text("mine")

    with pytest.raises(InputError, match="no named pipe"):
        FakeInputs(pipe=file)
    with pytest.raises(InputError, match=r"inputs\.pipe"):
        FakeInputs(pipe=tmp_path / "none" / "inputs")
    assert file.read_text() == "mine"


@pytest.mark.parametrize("kind", [FakeInputs, NoInputs])
def test_another_thread_wakes_and_closes_it(kind: Callable[[], DoorInputs]) -> None:
    """A wake before the wait counts for it; closing ends the wait, and no later one begins."""
    inputs = kind()
    inputs.wake()
    assert inputs.wait(EVER) == ()
    ended: list[Exception] = []

    def watch() -> None:
        try:
            while True:
                inputs.wait(EVER)
        except InputError as error:
            ended.append(error)

    waiting = threading.Thread(target=watch)
    waiting.start()
    inputs.close()
    waiting.join(EVER)

    assert "closed" in str(ended[0])
    inputs.close()
    inputs.wake()
    with pytest.raises(InputError, match="closed"):
        inputs.wait(0)


def test_a_door_without_contacts_tells_none() -> None:
    """Nothing is wired, so nothing is lost either."""
    inputs = NoInputs()

    assert dict(inputs.levels()) == {}
    assert inputs.wait(0) == ()
    inputs.close()


def test_fake_lights_remember_what_they_showed() -> None:
    """Each change is heard once; they end dark and stay so."""
    heard: list[str] = []
    lights = FakeSignals(echo=heard.append)
    shown: Signaller = lights

    shown.show(Signal.READY)
    shown.show(Signal.READY)
    shown.prompt(Prompt.BLINK)
    shown.close()
    shown.show(Signal.ALARM)
    shown.prompt(None)

    assert lights.history == [Signal.READY, Signal.READY, Signal.OFF]
    assert lights.prompts == [Prompt.BLINK]
    assert heard == ["lights ready", "lights off"]


def test_a_door_without_lights_shows_nothing_and_fails_at_nothing() -> None:
    """It can be told whatever the others are told."""
    lights: Signaller = NoSignals()

    lights.show(Signal.ALARM)
    lights.prompt(Prompt.BLINK)
    lights.close()
