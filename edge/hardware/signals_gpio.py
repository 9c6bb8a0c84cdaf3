"""Lights and a buzzer on GPIO lines, played by a thread of their own.

A door works without them, so nothing here raises: lines that cannot be had, or are lost, are told
once and tried again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gpiod
from gpiod.line import Direction, Value

from edge.config.signals import LampLine
from edge.domain import Prompt, Signal
from edge.errors import HardwareError
from edge.hardware.gpio_lines import take_lines
from edge.hardware.patterns import DARK, Lamp, pattern_of

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0
"""Pause between tries to take lines that could not be had."""


class GpioSignals:
    """Plays patterns on the *wires* of *chip*, dark at the beginning and at the end.

    *library* is the module gpiod.
    """

    def __init__(self, chip: Path, wires: Mapping[Lamp, LampLine], *, library: Any = gpiod) -> None:
        self._chip = chip
        self._wires = dict(wires)
        self._library = library
        self._changed = threading.Condition()
        self._signal = Signal.OFF
        self._prompt: Prompt | None = None
        self._closed = False
        self._complained = False
        self._thread = threading.Thread(target=self._play, name="signals", daemon=True)
        self._thread.start()

    def show(self, signal: Signal) -> None:
        with self._changed:
            self._signal = signal
            self._changed.notify_all()

    def prompt(self, prompt: Prompt | None) -> None:
        with self._changed:
            self._prompt = prompt
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _play(self) -> None:
        request: Any | None = None
        playing, began = DARK, time.monotonic()
        while True:
            with self._changed:
                closed = self._closed
                wanted = DARK if closed else pattern_of(self._signal, self._prompt)
            if wanted is not playing:
                playing, began = wanted, time.monotonic()
            lamps, pause = playing.at(time.monotonic() - began)
            request = self._switched(request, lamps)
            if closed:
                break
            if request is None:
                pause = RETRY_SECONDS
            with self._changed:
                # What changed since it was looked at is not waited for.
                if not self._closed and pattern_of(self._signal, self._prompt) is playing:
                    self._changed.wait(pause)
        if request is not None:
            request.release()

    def _switched(self, request: Any | None, lamps: frozenset[Lamp]) -> Any | None:
        """Switch *lamps* on and all others off; return the request, or None if it is lost."""
        values = {
            wire.line: Value.ACTIVE if lamp in lamps else Value.INACTIVE
            for lamp, wire in self._wires.items()
        }
        try:
            if request is None:
                request = self._taken(values)
            else:
                request.set_values(values)
        except (HardwareError, OSError) as error:
            if not self._complained:
                log.warning("the lights of the door are out of order: %s", error)
            self._complained = True
            if request is not None:
                request.release()
            return None
        if self._complained:
            log.warning("the lights of the door are in order again")
            self._complained = False
        return request

    def _taken(self, values: Mapping[int, Value]) -> Any:
        lines = {
            wire.line: gpiod.LineSettings(
                direction=Direction.OUTPUT,
                output_value=values[wire.line],
                active_low=wire.active == "low",
            )
            for wire in self._wires.values()
        }
        settings = {wire.line: f"signals.{lamp}_line" for lamp, wire in self._wires.items()}
        return take_lines(
            self._chip, lines, settings=settings, refusal=HardwareError, library=self._library
        )
