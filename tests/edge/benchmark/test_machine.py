"""What is told of a machine, on files laid out as the kernel lays them out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from edge.benchmark.machine import conditions, this_machine, throttled_in
from edge.benchmark.memory import forget_peak, peak_memory

PI_5 = """\
processor\t: 0
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm aes crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp
CPU implementer\t: 0x41
CPU part\t: 0xd0b
processor\t: 1
CPU part\t: 0xd0b
Revision\t: d04170
Serial\t\t: 10f3a7c2d94b5e61
Model\t\t: Raspberry Pi 5 Model B Rev 1.0
"""


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """Write the part of /sys that is read."""
    clock = tmp_path / "devices/system/cpu/cpu0/cpufreq"
    clock.mkdir(parents=True)
    (clock / "cpuinfo_max_freq").write_text("2400000\n")
    (clock / "scaling_cur_freq").write_text("1500000\n")
    (clock / "scaling_governor").write_text("ondemand\n")
    heat = tmp_path / "class/thermal/thermal_zone0"
    heat.mkdir(parents=True)
    (heat / "temp").write_text("71300\n")
    firmware = tmp_path / "devices/platform/soc@107c000000/soc@107c000000:firmware"
    firmware.mkdir(parents=True)
    (firmware / "get_throttled").write_text("4\n")
    return tmp_path


def test_a_raspberry_pi_without_its_serial_number(tmp_path: Path, system: Path) -> None:
    """The core has a name, and can multiply eight bits by fours; nothing tells it from its like."""
    (tmp_path / "cpuinfo").write_text(PI_5)
    (tmp_path / "meminfo").write_text("MemTotal:        8256000 kB\nMemFree: 1 kB\n")

    machine = this_machine(
        processor=tmp_path / "cpuinfo", memory=tmp_path / "meminfo", system=system
    )

    assert machine.processor == "Cortex-A76"
    assert machine.dot_products
    assert machine.megahertz == 2400
    assert machine.memory == 8256000 * 1024
    assert "10f3a7c2d94b5e61" not in str(asdict(machine))


def test_an_older_core_has_no_dot_products(tmp_path: Path) -> None:
    """A Raspberry Pi 4's."""
    (tmp_path / "cpuinfo").write_text(
        "Features\t: fp asimd evtstrm crc32 cpuid\nCPU part\t: 0xd08\n"
    )

    machine = this_machine(
        processor=tmp_path / "cpuinfo", memory=tmp_path / "none", system=tmp_path
    )

    assert machine.processor == "Cortex-A72"
    assert not machine.dot_products
    assert machine.memory is None
    assert machine.megahertz is None


def test_conditions_of_the_moment(system: Path) -> None:
    """Heat, clock, governor, and that the firmware holds it back."""
    now = conditions(system=system)

    assert now.celsius == 71.3
    assert now.megahertz == 1500
    assert now.governor == "ondemand"
    assert now.held_back == ("throttled",)


def test_a_machine_that_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not known is another answer than nothing."""
    monkeypatch.setenv("PATH", str(tmp_path))

    now = conditions(system=tmp_path)

    assert (now.celsius, now.megahertz, now.governor, now.held_back) == (None, None, None, None)


def test_the_firmwares_own_tool_is_asked_where_the_kernel_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program in its place, which answers as it does."""
    tool = tmp_path / "vcgencmd"
    tool.write_text('#!/bin/sh\ntest "$1" = get_throttled && echo throttled=0x50005\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert conditions(system=tmp_path / "none").held_back == ("under-voltage", "throttled")


@pytest.mark.parametrize("answer", ["", "error=1", "throttled=0x", "VCHI initialization failed"])
def test_an_answer_that_is_none(answer: str) -> None:
    """It is not known, then."""
    assert throttled_in(answer) == {}


def test_the_peak_of_the_memory(tmp_path: Path) -> None:
    """The process that asks has some; a file without the line has none; a new peak is never above the old."""
    assert peak_memory(tmp_path / "none") is None
    (tmp_path / "status").write_text("Name:\tpython\nVmHWM:\t  250000 kB\nVmRSS:\t  1 kB\n")
    assert peak_memory(tmp_path / "status") == 250000 * 1024

    before = peak_memory()
    assert before is not None
    assert before > 10_000_000
    if forget_peak():
        after = peak_memory()
        assert after is not None
        assert after <= before
    assert not forget_peak(tmp_path / "none" / "clear_refs")
