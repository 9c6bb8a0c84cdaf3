"""How well this machine keeps the times of Wiegand towards a panel, by two methods.

``python -m bench.wiegand [SECONDS]``: first the pulses of the serial method, over pseudo terminals:
how far apart they begin (the panel tolerates 0.2 to 20 ms) and how many frames were broken off. Then,
for comparison, what is not used: the width of a pulse that a program makes itself with two calls and
a busy wait of 50 µs between them (the panel tolerates 20 to 100 µs). The calls are ioctls of a
terminal, as there may be no GPIO here; the pins of a chip would add their own time.
"""

from __future__ import annotations

import fcntl
import os
import sys
import termios
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from edge.hardware.panel_wiegand import WiegandPanel
from edge.hardware.wiegand_lines import SerialLines
from edge.readers import BadgeNumbers, card_formats
from edge.readers.pulses import LONGEST_INTERVAL_SECONDS

SECONDS = 10.0
WIDTH = 50e-6
SHORTEST_WIDTH, LONGEST_WIDTH = 20e-6, 100e-6


@dataclass
class Timed:
    """Serial lines that note when each pulse begins; a frame begins after a long silence."""

    lines: SerialLines
    begun: list[float] = field(default_factory=list)

    def pulse(self, line: int) -> None:
        self.lines.pulse(line)
        self.begun.append(time.monotonic())

    def close(self) -> None:
        self.lines.close()


@contextmanager
def terminals() -> Iterator[tuple[Path, Path]]:
    """Give two ports whose other ends swallow everything."""
    pairs = [os.openpty() for _ in range(2)]
    for master, _ in pairs:
        tty.setraw(master)
        threading.Thread(target=_swallow, args=(master,), daemon=True).start()
    d0, d1 = (Path(os.ttyname(slave)) for _, slave in pairs)
    yield d0, d1
    for _, slave in pairs:
        os.close(slave)


def _swallow(master: int) -> None:
    try:
        while os.read(master, 4096):
            pass
    except OSError:
        os.close(master)  # the other end is closed: this is how a pseudo terminal says so


def serial(seconds: float) -> None:
    """Announce cards for so long, and tell how far apart their pulses began."""
    numbers = BadgeNumbers(card_formats("26"), facility=12)
    with terminals() as (d0, d1):
        timed = Timed(SerialLines(d0, d1))
        panel = WiegandPanel(lambda: timed, numbers)
        told = lost = 0
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if panel.announce(str(told % 65536)):
                told += 1
            else:
                lost += 1
        panel.close()
    gaps = np.diff(timed.begun)
    gaps = gaps[gaps < 0.09]  # of one frame; between two there are 100 ms
    print(f"serial: {told} cards told, {lost} not; {panel.late} frames broken off and told again")
    _show("  from pulse to pulse", gaps * 1e3, "ms")
    print(f"  beyond {LONGEST_INTERVAL_SECONDS * 1e3:.0f} ms: {(gaps > 0.02).sum()} of {len(gaps)}")


def busy_wait(seconds: float, *, realtime: bool) -> None:
    """Make pulses by two calls and a busy wait, 2 ms apart, and tell how wide they became."""
    who = "busy wait, real-time priority" if realtime else "busy wait"
    try:
        if realtime:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
    except PermissionError:
        print(f"{who}: not permitted here")
        return
    master, slave = os.openpty()
    widths = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        fcntl.ioctl(slave, termios.TIOCOUTQ, bytes(4))
        begun = time.perf_counter()
        while time.perf_counter() - begun < WIDTH:
            pass
        fcntl.ioctl(slave, termios.TIOCOUTQ, bytes(4))
        widths.append(time.perf_counter() - begun)
        time.sleep(0.002)
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    os.close(master)
    os.close(slave)
    found = np.array(widths)
    wrong = (found < SHORTEST_WIDTH) | (found > LONGEST_WIDTH)
    _show(f"{who}: width", found * 1e6, "µs")
    cards = 1 - (1 - wrong.mean()) ** 26
    print(f"  outside 20 to 100 µs: {wrong.sum()} of {len(found)}, one in {cards:.2%} of cards")


def _show(what: str, values: np.ndarray, unit: str) -> None:
    marks = ", ".join(f"{mark} % {np.percentile(values, mark):.2f}" for mark in (50, 99, 99.9))
    print(f"{what}: {marks}, longest {values.max():.2f} {unit}")


if __name__ == "__main__":
    duration = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    serial(duration)
    busy_wait(duration, realtime=False)
    busy_wait(duration, realtime=True)
