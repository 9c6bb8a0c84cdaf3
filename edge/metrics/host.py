"""How the machine is that a door runs on: its temperature, its power, its disk, its copies."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from edge.errors import OstiaryError

SYSTEM = Path("/sys")

THROTTLED = {0: "under-voltage", 1: "frequency-capped", 2: "throttled", 3: "temperature-limit"}
"""Bits of the firmware's ``get_throttled``, as Raspberry Pi documents ``vcgencmd``."""

FIRMWARE = "devices/platform/soc*/soc*:firmware/get_throttled"
"""Raspberry Pi's own kernels have it; in others there is ``rpi_volt`` alone."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of the record and elsewhere: events, of which *unsigned* no checkpoint signs.

    *signed_at* and *backed_up_at* are when that was last done, None for never.
    """

    events: int
    unsigned: int
    signed_at: datetime | None
    backed_up_at: datetime | None


class HostFigures(Collector):
    """Looks when it is asked. *folder* is where the databases lie; *kept* looks into the record.

    What cannot be told is left out: no figure is better than a wrong one.
    """

    def __init__(self, folder: Path, *, kept: Callable[[], Kept], system: Path = SYSTEM) -> None:
        self._folder = folder
        self._kept = kept
        self._system = system

    def collect(self) -> Iterator[Metric]:
        """Yield the figures of this moment."""
        yield from self._temperature()
        yield from self._power()
        yield from self._disk()
        yield from self._record()

    def _temperature(self) -> Iterator[Metric]:
        degrees = temperature(self._system)
        if degrees is not None:
            yield _gauge("host_temperature_celsius", "Of the processor.", degrees)

    def _power(self) -> Iterator[Metric]:
        states = held_back(self._system)
        if not states:
            return
        family = GaugeMetricFamily(
            "ostiary_host_throttled",
            "1 while a Raspberry Pi is held back, by why.",
            labels=["why"],
        )
        for why, active in states.items():
            family.add_metric([why], active)
        yield family

    def _disk(self) -> Iterator[Metric]:
        try:
            usage = shutil.disk_usage(self._folder)
        except OSError:
            return
        yield _gauge("disk_free_bytes", "Free where the databases lie.", usage.free)
        yield _gauge("disk_size_bytes", "Size of that file system.", usage.total)

    def _record(self) -> Iterator[Metric]:
        try:
            kept = self._kept()
        except OstiaryError:
            return
        yield _gauge("audit_events", "Number of the newest event of the record.", kept.events)
        yield _gauge("audit_unsigned_events", "Events no checkpoint signs yet.", kept.unsigned)
        if kept.signed_at is not None:
            yield _gauge(
                "audit_checkpoint_timestamp_seconds",
                "When the record was last signed.",
                kept.signed_at.timestamp(),
            )
        if kept.backed_up_at is not None:
            yield _gauge(
                "backup_timestamp_seconds",
                "When the newest backup on this machine was made.",
                kept.backed_up_at.timestamp(),
            )


def temperature(system: Path = SYSTEM) -> float | None:
    """Return the processor's temperature in °C, or None where the kernel tells none."""
    read = _number(system / "class/thermal/thermal_zone0/temp")
    return None if read is None else read / 1000


def held_back(system: Path = SYSTEM) -> dict[str, int]:
    """Return by why a Raspberry Pi may be held back 1 where it is, and {} where nobody knows."""
    for path in sorted(system.glob(FIRMWARE)):
        bits = _number(path, base=16)
        if bits is not None:
            return {why: bits >> bit & 1 for bit, why in THROTTLED.items()}
    alarm = _under_voltage(system)
    return {} if alarm is None else {THROTTLED[0]: alarm}


def _under_voltage(system: Path) -> int | None:
    for sensor in sorted(system.glob("class/hwmon/hwmon*")):
        if _text(sensor / "name") == "rpi_volt":
            return _number(sensor / "in0_lcrit_alarm")
    return None


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"ostiary_{name}", text, value=value)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _number(path: Path, *, base: int = 10) -> int | None:
    try:
        return int(_text(path), base)
    except ValueError:
        return None
