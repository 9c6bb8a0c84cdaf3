"""Contacts on GPIO lines: edges, what is lost of them, and lines that die and come back.

The chip is a double with gpiod's own types; a real kernel's is in tests/slow/test_gpio_in_a_guest.py.
"""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from gpiod.line import Bias, Clock, Direction, Edge

from edge.config.inputs import InputLine
from edge.errors import InputError
from edge.hardware import DoorInputs, InputEdge, InputName
from edge.hardware.inputs_gpio import READ_BACK_SECONDS, RETRY_SECONDS, GpioInputs
from tests.edge.hardware.gpio_double import PATH, Chip

CONTACT, REX = InputName.CONTACT, InputName.REX
WIRES = {CONTACT: InputLine(22, "high", "pull-up"), REX: InputLine(23, "low", "pull-down")}
EVER = 60.0


class Hours:
    """A clock that stands still until it is put on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


Opened = Callable[..., GpioInputs]


@pytest.fixture
def hours() -> Hours:
    """Give a clock in the hands of the test."""
    return Hours()


@pytest.fixture
def chip() -> Chip:
    """Give a chip whose exit button, which is active at low, is not pressed."""
    chip = Chip()
    chip.drive(23, high=True)
    return chip


@pytest.fixture
def opened(hours: Hours) -> Iterator[Opened]:
    """Give a way to watch a chip; what is left open is closed in the end."""
    made: list[GpioInputs] = []

    def open_them(chip: Chip, **wishes: Any) -> GpioInputs:
        usual: dict[str, Any] = {"debounce": 0.03, "clock": hours}
        made.append(GpioInputs(Path(PATH), WIRES, library=chip, **usual | wishes))
        return made[-1]

    yield open_them
    for inputs in made:
        inputs.close()


def test_all_lines_are_taken_in_one_request(chip: Chip, opened: Opened) -> None:
    """Debounced and stamped by the kernel, with the pull and the sense of each."""
    inputs: DoorInputs = opened(chip)

    (config,) = chip.calls
    assert sorted(config) == [22, 23]
    for wanted in config.values():
        assert wanted.direction is Direction.INPUT
        assert wanted.edge_detection is Edge.BOTH
        assert wanted.debounce_period == timedelta(milliseconds=30)
        assert wanted.event_clock is Clock.MONOTONIC
    assert (config[22].bias, config[22].active_low) == (Bias.PULL_UP, False)
    assert (config[23].bias, config[23].active_low) == (Bias.PULL_DOWN, True)
    assert inputs.levels() == {CONTACT: False, REX: False}


def test_an_edge_has_the_kernels_time(chip: Chip, opened: Opened) -> None:
    """Also if it is fetched later, and with the sense of its line."""
    inputs = opened(chip)
    chip.drive(22, high=True, at=98.5)
    chip.drive(23, high=False, at=98.6)
    chip.drive(23, high=True, at=98.7)

    told: list[InputEdge] = []
    while edges := inputs.wait(0):
        told += edges

    assert told == [
        InputEdge(CONTACT, active=True, monotonic=98.5),
        InputEdge(REX, active=True, monotonic=98.6),
        InputEdge(REX, active=False, monotonic=98.7),
    ]
    assert inputs.levels() == {CONTACT: True, REX: False}


def test_an_edge_that_was_lost_is_made_up_for(chip: Chip, opened: Opened, hours: Hours) -> None:
    """The level is read back every second, and an edge that comes late says nothing new."""
    inputs = opened(chip)
    chip.drive(22, high=True)
    assert inputs.wait(0) == ()

    hours.now += READ_BACK_SECONDS
    assert inputs.wait(0) == (InputEdge(CONTACT, active=True, monotonic=hours.now),)
    chip.drive(22, high=True, at=hours.now)
    assert inputs.wait(0) == ()


def test_reading_back_never_overtakes_an_edge(chip: Chip, opened: Opened, hours: Hours) -> None:
    """What the kernel saw first is told first, with its time, though the level is newer."""
    inputs = opened(chip)
    hours.now += READ_BACK_SECONDS
    chip.drive(22, high=True, at=100.2)
    chip.drive(22, high=False, at=100.4)

    assert inputs.wait(0) == (InputEdge(CONTACT, active=True, monotonic=100.2),)
    assert inputs.wait(0) == (InputEdge(CONTACT, active=False, monotonic=100.4),)


def test_a_dead_line_is_told_once_and_the_others_go_on(
    chip: Chip, opened: Opened, hours: Hours, caplog: pytest.LogCaptureFixture
) -> None:
    """It is None while it is dead; when it can be read again an edge tells its level."""
    inputs = opened(chip)
    chip.faults[22] = OSError(errno.EIO, "Input/output error")

    for _ in range(3):
        hours.now += READ_BACK_SECONDS
        assert inputs.wait(0) == ()
    assert inputs.levels() == {CONTACT: None, REX: False}
    assert caplog.text.count("the input contact (line 22 of /dev/gpiochip0) cannot be read") == 1
    chip.drive(23, high=False, at=hours.now)
    assert inputs.wait(EVER)[0].input is REX

    del chip.faults[22]
    hours.now += READ_BACK_SECONDS
    assert inputs.wait(0) == (InputEdge(CONTACT, active=False, monotonic=hours.now),)
    assert "contact can be read again" in caplog.text


def test_a_chip_that_goes_and_comes_is_taken_anew(
    chip: Chip, opened: Opened, hours: Hours, caplog: pytest.LogCaptureFixture
) -> None:
    """All inputs are lost, the lines are asked for again, and all levels are told."""
    inputs = opened(chip)
    chip.gone = OSError(errno.ENODEV, "No such device")
    hours.now += READ_BACK_SECONDS
    assert inputs.wait(EVER) == ()
    assert inputs.levels() == {CONTACT: None, REX: None}
    assert chip.requests == []

    chip.refusal = FileNotFoundError(errno.ENOENT, "No such file")
    hours.now += RETRY_SECONDS
    assert inputs.wait(0) == ()
    chip.gone = chip.refusal = None
    chip.drive(22, high=True)
    assert inputs.wait(0) == ()
    hours.now += RETRY_SECONDS

    assert inputs.wait(EVER) == (
        InputEdge(CONTACT, active=True, monotonic=hours.now),
        InputEdge(REX, active=False, monotonic=hours.now),
    )
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 2 + ["WARNING"] * 2


def test_a_chip_that_goes_while_it_tells_is_taken_anew_at_once(chip: Chip, opened: Opened) -> None:
    """Its descriptor is of no use any more, and would wake the wait for ever."""
    inputs = opened(chip)
    chip.drive(22, high=True, at=100.0)
    chip.gone = OSError(errno.ENODEV, "No such device")
    chip.refusal = FileNotFoundError(errno.ENOENT, "No such file")

    assert inputs.wait(EVER) == ()
    assert inputs.levels() == {CONTACT: None, REX: None}


def test_a_chip_without_interrupts_is_read_again_and_again(
    opened: Opened, hours: Hours, caplog: pytest.LogCaptureFixture
) -> None:
    """Its lines are debounced here: a level that does not last is none."""
    chip = Chip(interrupts=False)
    chip.drive(23, high=True)
    inputs = opened(chip)
    assert "tells of no edges" in caplog.text
    assert [each.edge_detection for each in chip.calls[0].values()] == [Edge.NONE] * 2

    def after(seconds: float) -> tuple[InputEdge, ...]:
        hours.now += seconds
        return inputs.wait(0)

    chip.drive(22, high=True)
    assert after(0.02) == ()
    chip.drive(22, high=False)
    assert after(0.02) == ()
    chip.drive(22, high=True)
    assert after(0.02) == ()
    assert after(0.02) == ()
    assert after(0.02) == (InputEdge(CONTACT, active=True, monotonic=hours.now),)


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file"), r"inputs\.chip"),
        (PermissionError(errno.EACCES, "Permission denied"), "group gpio"),
        (OSError(errno.EINVAL, "Invalid argument"), "lines 22, 23 .* cannot be taken"),
    ],
)
def test_lines_that_cannot_be_taken_are_explained(
    chip: Chip, opened: Opened, refusal: Exception, said: str
) -> None:
    """A door whose contacts were set wrong does not begin without them."""
    chip.refusal = refusal

    with pytest.raises(InputError, match=said):
        opened(chip)


def test_who_holds_a_line_is_named(chip: Chip, opened: Opened) -> None:
    """And which line it is, of all that are asked for."""
    chip.others[23] = "w1"

    with pytest.raises(InputError, match=r'line 23 of /dev/gpiochip0 is held by "w1"\.') as caught:
        opened(chip)

    assert "line 22" not in caught.value.message


def test_a_chip_that_cannot_be_read_is_refused_and_given_back(chip: Chip, opened: Opened) -> None:
    """What is dead from the beginning was wired wrong."""
    chip.faults = dict.fromkeys((22, 23), OSError(errno.EIO, "Input/output error"))

    with pytest.raises(InputError, match="no input of"):
        opened(chip)
    assert chip.requests == []


def test_another_thread_wakes_and_closes_it(chip: Chip, opened: Opened) -> None:
    """The lines are given back once, and no wait begins afterwards."""
    inputs = opened(chip)
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
    assert chip.calls[-1] == "given back"


def test_nothing_is_logged_while_all_is_well(
    chip: Chip, opened: Opened, hours: Hours, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither edges nor reading back are news for a log."""
    with caplog.at_level(logging.DEBUG):
        inputs = opened(chip)
        chip.drive(22, high=True, at=100.0)
        inputs.wait(0)
        hours.now += READ_BACK_SECONDS
        inputs.wait(0)

    assert caplog.records == []
