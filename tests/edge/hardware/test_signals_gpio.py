"""Lights and a buzzer: what each signal and prompt looks like, and lines that play it."""

from __future__ import annotations

import errno
import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.config.signals import LampLine
from edge.domain import Prompt, Signal
from edge.hardware import Prompter, Signaller
from edge.hardware.patterns import PROMPTS, SIGNALS, Lamp, Pattern, pattern_of
from edge.hardware.signals_gpio import GpioSignals
from tests.edge.hardware.gpio_double import PATH, Chip

LIVENESS = Path(__file__).parents[3] / "docs/liveness.md"
ALL = [*SIGNALS.values(), *PROMPTS.values()]
GREEN, RED, BUZZER = 12, 13, 26
WIRES = {
    Lamp.GREEN: LampLine(GREEN, "high"),
    Lamp.RED: LampLine(RED, "low"),
    Lamp.BUZZER: LampLine(BUZZER, "high"),
}


def played(pattern: Pattern, seconds: float) -> list[tuple[float, frozenset[Lamp]]]:
    """Return when something changes within *seconds*, and what is on from then."""
    at = 0.0
    seen: list[tuple[float, frozenset[Lamp]]] = []
    while at < seconds:
        lamps, pause = pattern.at(at)
        if not seen or seen[-1][1] != lamps:
            seen.append((at, lamps))
        if pause is None:
            break
        at += pause + 1e-6
    return seen


def test_every_signal_and_every_prompt_has_a_look_of_its_own() -> None:
    """Nothing that a door shows is missing, and no two look alike."""
    assert set(SIGNALS) == set(Signal)
    assert set(PROMPTS) == set(Prompt)
    looks = [[(round(at, 2), lamps) for at, lamps in played(each, 10)] for each in ALL]
    assert all(one != two for one, two in itertools.combinations(looks, 2))


@pytest.mark.parametrize("pattern", ALL, ids=lambda pattern: pattern.words)
def test_no_light_flashes_more_than_three_times_a_second(pattern: Pattern) -> None:
    """WCAG 2.2, success criterion 2.3.1: people with photosensitive epilepsy pass this door."""
    for lamp in (Lamp.GREEN, Lamp.RED):
        changes = [(at, lamp in lamps) for at, lamps in played(pattern, 10)]
        lit = [
            at
            for before, (at, on) in zip([False] + [on for _, on in changes], changes, strict=False)
            if on and not before
        ]
        for begin in lit:
            assert sum(begin <= at < begin + 1 for at in lit) <= 3


@given(st.sampled_from(ALL), st.floats(0, 1e6))
def test_a_pattern_has_a_look_at_every_moment(pattern: Pattern, elapsed: float) -> None:
    """It never ends, and never asks to be looked at again before it may have changed."""
    lamps, pause = pattern.at(elapsed)

    assert lamps <= set(Lamp)
    assert pause is None or 0 <= pause <= 2


def test_what_matters_goes_before_a_prompt() -> None:
    """An answer or an alarm is shown whatever somebody is asked to do meanwhile."""
    shown = {signal for signal in Signal if pattern_of(signal, Prompt.BLINK) is SIGNALS[signal]}

    assert shown == set(Signal) - {Signal.READY, Signal.LOOK}
    assert pattern_of(Signal.READY, None) is SIGNALS[Signal.READY]


def test_the_prompts_are_explained_as_they_are_played() -> None:
    """Whoever puts up a sign at a door finds its words in docs/liveness.md."""
    text = LIVENESS.read_text(encoding="utf-8")

    for prompt, pattern in PROMPTS.items():
        assert f"| {prompt.words} | {pattern.words} |" in text


def test_they_are_taken_dark_and_given_back_dark() -> None:
    """A red light that is switched on by a low level is off at a high one."""
    chip = Chip()
    lights: Signaller = GpioSignals(Path(PATH), WIRES, library=chip)
    prompter: Prompter = lights
    assert chip.becomes(RED)

    lights.show(Signal.GRANTED)
    assert chip.becomes(GREEN, RED, BUZZER)
    assert chip.becomes(GREEN, RED)
    lights.show(Signal.READY)
    assert chip.becomes()
    prompter.prompt(Prompt.COME_CLOSER)
    assert chip.becomes(GREEN, RED, BUZZER)
    prompter.prompt(None)
    assert chip.becomes()
    lights.close()
    lights.close()

    assert {line for line, high in chip.high.items() if high} == {RED}
    assert chip.calls[-1] == "given back"


def test_lines_that_are_not_wired_are_left_alone() -> None:
    """A door with nothing but a buzzer beeps."""
    chip = Chip()
    lights = GpioSignals(Path(PATH), {Lamp.BUZZER: LampLine(BUZZER, "high")}, library=chip)

    lights.show(Signal.ALARM)
    assert chip.becomes(BUZZER)
    lights.close()

    assert set(chip.high) == {BUZZER}


def awaited(came: Callable[[], bool]) -> bool:
    """Wait until *came*; return whether it did."""
    until = time.monotonic() + 30
    while not came() and time.monotonic() < until:
        time.sleep(0.005)
    return came()


def test_lights_that_cannot_be_had_are_told_once_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A door works without them, and shows what it was told last when they are there."""
    monkeypatch.setattr("edge.hardware.signals_gpio.RETRY_SECONDS", 0.01)
    chip = Chip()
    chip.others[RED] = "w1"
    lights = GpioSignals(Path(PATH), WIRES, library=chip)
    lights.show(Signal.DENIED)
    lights.show(Signal.READY)
    assert awaited(lambda: 'line 13 of /dev/gpiochip0 is held by "w1"' in caplog.text)

    chip.others.clear()
    assert awaited(lambda: "in order again" in caplog.text)
    chip.faults[GREEN] = OSError(errno.EIO, "Input/output error")
    lights.show(Signal.GRANTED)
    assert awaited(lambda: caplog.text.count("out of order") == 2)
    chip.faults.clear()
    assert chip.becomes(GREEN, RED)
    lights.close()

    assert len(caplog.records) == 4
