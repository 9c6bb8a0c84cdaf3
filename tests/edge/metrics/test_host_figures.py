"""What is read of the machine, on files laid out as the kernel lays them out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from edge.errors import AuditError
from edge.metrics import HostFigures, Kept
from edge.metrics.exposition import new_registry

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
KEPT = Kept(events=12, unsigned=3, signed_at=AT, backed_up_at=None)


def write(path: Path, text: str) -> None:
    """Write *text* as a file of the kernel."""
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="ascii")


def figures(system: Path, kept: Kept = KEPT) -> dict[str, float]:
    """Return all figures by their name, with the value of their label."""
    registry = new_registry()
    registry.register(HostFigures(system, kept=lambda: kept, system=system))
    return {
        "/".join((sample.name.removeprefix("ostiary_"), *sample.labels.values())): sample.value
        for family in registry.collect()
        for sample in family.samples
    }


def test_a_raspberry_pi_that_is_held_back(tmp_path: Path) -> None:
    """The firmware's bits are those of this moment; what once was is not told as now."""
    write(tmp_path / "class/thermal/thermal_zone0/temp", "61300\n")
    write(tmp_path / "devices/platform/soc/soc:firmware/get_throttled", "d0005\n")

    found = figures(tmp_path)

    assert found["host_temperature_celsius"] == 61.3
    assert found["host_throttled/under-voltage"] == 1
    assert found["host_throttled/frequency-capped"] == 0
    assert found["host_throttled/throttled"] == 1
    assert found["host_throttled/temperature-limit"] == 0


def test_another_kernel_tells_of_the_voltage_alone(tmp_path: Path) -> None:
    """By a sensor among others."""
    write(tmp_path / "class/hwmon/hwmon0/name", "cpu_thermal\n")
    write(tmp_path / "class/hwmon/hwmon1/name", "rpi_volt\n")
    (tmp_path / "class/hwmon/hwmon1/in0_lcrit_alarm").write_text("1\n", encoding="ascii")

    found = figures(tmp_path)

    assert found["host_throttled/under-voltage"] == 1
    assert "host_throttled/throttled" not in found


def test_what_is_not_there_is_left_out(tmp_path: Path) -> None:
    """Another machine has no such sensors; a file that makes no sense is none."""
    write(tmp_path / "class/thermal/thermal_zone0/temp", "warm\n")

    found = figures(tmp_path)

    assert "host_temperature_celsius" not in found
    assert not any(name.startswith("host_throttled") for name in found)
    assert 0 < found["disk_free_bytes"] <= found["disk_size_bytes"]


def test_the_record_and_its_copies(tmp_path: Path) -> None:
    """As times, from which the reader computes an age; never is no time at all."""
    found = figures(tmp_path)

    assert found["audit_events"] == 12
    assert found["audit_unsigned_events"] == 3
    assert found["audit_checkpoint_timestamp_seconds"] == AT.timestamp()
    assert "backup_timestamp_seconds" not in found


def test_a_record_that_cannot_be_read_takes_nothing_else_with_it(tmp_path: Path) -> None:
    """The disk is most interesting then."""

    def broken() -> Kept:
        raise AuditError("broken")

    registry = new_registry()
    registry.register(HostFigures(tmp_path, kept=broken, system=tmp_path))
    names = {family.name for family in registry.collect()}

    assert names == {"ostiary_disk_free_bytes", "ostiary_disk_size_bytes"}
