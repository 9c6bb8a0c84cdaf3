"""A panel on an OSDP line, which takes the appliance for a badge reader.

Only over a secure channel: a panel that does not prove that it has the key is told no number, and
what it orders is not obeyed. Nothing is sent twice or late: a number waits for the panel's next
poll, a moment, and is forgotten if none comes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from enum import Enum

from edge.domain import Signal
from edge.errors import CardError, PanelError
from edge.hardware.osdp.channel import SerialLine
from edge.hardware.osdp.keys import ChannelKey
from edge.hardware.osdp.link import Link
from edge.hardware.osdp.messages import Light, LightCancelled, PanelOrder, mark_of, signal_of
from edge.hardware.osdp.peripheral import Peripheral
from edge.readers import BadgeNumbers

log = logging.getLogger(__name__)

SILENCE_SECONDS = 3.0
"""Without a poll for so long the panel is gone. Panels poll ten times a second or more, those of a
full line once; OSDP 2.2 gives them eight seconds."""

ANNOUNCE_SECONDS = 2.0
"""How long a number waits for a poll."""


SETTLE_SECONDS = 1.0
"""How long something must last to be told of: beginning a secure channel takes a few tenths."""


class _Company(Enum):
    """Who is on the line, and what the log says of it."""

    PANEL = "the %s is there, over a secure channel"
    STRANGER = (
        "the %s speaks without our key, and is told nothing. Is it the panel that `ostiary osdp "
        "install panel` was run with?"
    )
    NOBODY = "the %s is gone. Is it switched on, and the line whole?"


class OsdpPanel:
    """Answers the panel at *line* as the reader *address*, with the panel's *key*.

    *keep* stores a key that the panel sets in place of it. *numbers* makes cards of badge numbers.
    *show* is told, from a thread of the panel's own, what the panel wants shown; it keeps its own
    faults to itself.
    """

    def __init__(
        self,
        line: SerialLine,
        *,
        address: int,
        key: ChannelKey,
        keep: Callable[[ChannelKey], None],
        numbers: BadgeNumbers,
        show: Callable[[Signal], None] = lambda _: None,
        wait: float = ANNOUNCE_SECONDS,
        settle: float = SETTLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line = line
        self._address = address
        self._numbers = numbers
        self._show = show
        self._wait = wait
        self._settle = settle
        self._clock = clock
        self._guard = threading.Condition()
        self._one_at_a_time = threading.Lock()
        self._closed = False
        self._told = self._seen = _Company.NOBODY
        self._seen_at = clock()
        self._steady = Signal.READY
        self._until: float | None = None
        self._mark = mark_of(address, reply=False)
        line.listen_for(self._mark)
        self._device = Peripheral(line, address=address, key=key, on_key=self._keeping(keep))
        self._link = Link(line, self._turn, guard=self._guard, clock=clock)
        self._link.start()

    @property
    def name(self) -> str:
        return f"OSDP panel at {self._line.port}"

    @property
    def online(self) -> bool:
        with self._guard:
            return self._here()

    def announce(self, number: str) -> bool:
        try:
            bits = self._numbers.bits_of(number)
        except CardError as error:
            raise PanelError(
                f"the panel cannot be told {error.message}", remedy=error.remedy
            ) from error
        with self._one_at_a_time, self._guard:
            if not self._here():
                return False
            self._device.send_card(bits)
            self._guard.wait_for(self._answered, self._wait)
            sent = self._device.sent()
            if sent is None:
                self._device.forget()
            return sent is True

    def tamper(self, *, active: bool) -> None:
        with self._guard:
            self._device.tamper(active=active)

    def close(self) -> None:
        with self._guard:
            self._closed = True
            self._guard.notify_all()
        self._link.close()

    def _here(self) -> bool:
        heard = self._line.silent_for(self._mark) < SILENCE_SECONDS
        return not self._closed and self._line.is_open and heard and self._device.secure

    def _answered(self) -> bool:
        return self._closed or self._device.sent() is not None

    def _turn(self) -> None:
        with self._guard:
            orders = self._device.refresh()
            self._look()
            self._guard.notify_all()
        # Without the guard: what is shown may take its time, and may ask us something.
        for order in orders:
            self._obey(order)
        if self._until is not None and self._clock() >= self._until:
            self._until = None
            self._show(self._steady)

    def _look(self) -> None:
        """Log once who speaks on the line, when it has been so for a while."""
        now = self._clock()
        heard = self._line.silent_for(self._mark) < SILENCE_SECONDS
        company = _Company.STRANGER if heard else _Company.NOBODY
        company = _Company.PANEL if self._here() else company
        if company is not self._seen:
            self._seen, self._seen_at = company, now
        if company is not self._told and now - self._seen_at >= self._settle:
            self._told = company
            log.warning(company.value, self.name)

    def _obey(self, order: PanelOrder) -> None:
        log.info("the panel orders %s", order)
        if isinstance(order, LightCancelled):
            self._until = None
            self._show(self._steady)
        elif isinstance(order, Light):
            signal = signal_of(order)
            if order.seconds is None and signal is not None:
                self._steady = signal
                if self._until is None:
                    self._show(signal)
            elif order.seconds is not None and signal is not None:
                self._until = self._clock() + order.seconds
                self._show(signal)

    def _keeping(self, keep: Callable[[ChannelKey], None]) -> Callable[[ChannelKey], None]:
        def keeping(key: ChannelKey) -> None:
            keep(key)
            log.warning("the %s has set a new key, %s", self.name, key.fingerprint)

        return keeping
