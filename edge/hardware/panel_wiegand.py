"""Looking like a Wiegand reader to somebody else's panel.

Wiegand has no answer: whether the panel took a number, and what it made of it, nobody is told. What
can be known is whether the pulses went out as a panel reads them; if not, they are sent again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from edge.errors import CardError, PanelError
from edge.hardware.wiegand_lines import WiegandLines
from edge.logs.seldom import Seldom
from edge.readers import BadgeNumbers, Bits
from edge.readers.pulses import INTERVAL_SECONDS, SILENCE_SECONDS, frame_seconds, too_late

log = logging.getLogger(__name__)

ANNOUNCE_SECONDS = 2.0
"""How long a number may take in all; see :meth:`edge.hardware.Panel.announce`."""


def longest_pause(
    pauses: int,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> float:
    """Return how long the longest of so many pauses between pulses becomes here, in seconds."""
    longest = 0.0
    for _ in range(pauses):
        begun = clock()
        sleep(INTERVAL_SECONDS)
        longest = max(longest, clock() - begun)
    return longest


class WiegandPanel:
    """Sends the cards of badges, written as *numbers* says, over lines that *connect* opens.

    *clock* and *sleep* are those of :mod:`time`. Ports that are lost are opened anew with the next
    number.

    :raises PanelError: if *connect* does.
    """

    def __init__(
        self,
        connect: Callable[[], WiegandLines],
        numbers: BadgeNumbers,
        *,
        name: str = "Wiegand panel",
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connect = connect
        self._numbers = numbers
        self._name = name
        self._clock = clock
        self._sleep = sleep
        self._guard = threading.Lock()
        self._closed = False
        self._last = float("-inf")
        self._late = 0
        self._seldom = Seldom(log)
        self._lines: WiegandLines | None = connect()

    @property
    def name(self) -> str:
        return self._name

    @property
    def online(self) -> bool:
        """Whether the ports are there; of the panel behind them nothing is known."""
        return self._lines is not None and not self._closed

    @property
    def late(self) -> int:
        """How many frames were broken off because this program was kept waiting."""
        return self._late

    def announce(self, number: str) -> bool:
        try:
            bits = self._numbers.bits_of(number)
        except CardError as error:
            raise PanelError(
                f"the {self._name} cannot be told {error.message}", remedy=error.remedy
            ) from error
        with self._guard:
            until = self._clock() + ANNOUNCE_SECONDS
            try:
                while not self._closed and self._clock() + frame_seconds(bits.length) <= until:
                    if self._sent(bits):
                        return True
            except PanelError as error:
                log.warning("the %s is lost: %s", self._name, error)
                self._let_go()
            return False

    def tamper(self, *, active: bool) -> None:
        """Do nothing: the line cannot tell."""

    def close(self) -> None:
        self._closed = True
        with self._guard:
            self._let_go()

    def _sent(self, bits: Bits) -> bool:
        """Send one frame; break it off and return False where a panel could not read it."""
        lines = self._lines = self._lines or self._connect()
        self._wait_until(self._last + SILENCE_SECONDS)
        for place, bit in enumerate(bits):
            if place:
                self._wait_until(self._last + INTERVAL_SECONDS)
            if self._closed:
                return False
            # The time is taken before the pulse. Late is what comes late for the panel; so it is
            # looked at again afterwards, when it may be too late to stop this pulse.
            now = self._clock()
            if place and too_late(now - self._last):
                return self._broken_off()
            lines.pulse(bit)
            before, self._last = self._last, self._clock()
            if place and too_late(self._last - before):
                return self._broken_off()
        return True

    def _broken_off(self) -> bool:
        self._late += 1
        self._seldom.warn("the %s could not be told in time; it is told again", self._name)
        return False

    def _wait_until(self, moment: float) -> None:
        while (left := moment - self._clock()) > 0:
            self._sleep(left)

    def _let_go(self) -> None:
        lines, self._lines = self._lines, None
        if lines is not None:
            with suppress(PanelError):
                lines.close()
