"""What machine it is, as far as that decides how fast it is; nothing that tells it from its like.

No serial number, no host name, no address, nobody's name and no path: reports are sent about.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from edge.diagnosis.bundle.machine import board, distribution, packages
from edge.metrics import held_back, temperature
from edge.metrics.host import SYSTEM, THROTTLED

PROCESSOR = Path("/proc/cpuinfo")
MEMORY = Path("/proc/meminfo")

PARTS = {
    "0xd03": "Cortex-A53",
    "0xd04": "Cortex-A35",
    "0xd05": "Cortex-A55",
    "0xd07": "Cortex-A57",
    "0xd08": "Cortex-A72",
    "0xd09": "Cortex-A73",
    "0xd0a": "Cortex-A75",
    "0xd0b": "Cortex-A76",
    "0xd0d": "Cortex-A77",
    "0xd0c": "Neoverse-N1",
}
"""Arm's part numbers, as Linux lists them in ``arch/arm64/include/asm/cputype.h``."""

DOT_PRODUCTS = frozenset(("asimddp", "avx512_vnni", "avx_vnni"))
"""Features with which a processor multiplies eight bits four times as fast as float32 or faster."""

VCGENCMD_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the machine is at one moment; None for what it does not tell.

    *celsius* of the processor, *megahertz* of its first core, *governor* of its clock, and what it
    is *held_back* by, () for nothing.
    """

    celsius: float | None
    megahertz: int | None
    governor: str | None
    held_back: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Machine:
    """What is measured: the board, its processor and its memory, the system, and versions.

    *megahertz* is the most that the clock may reach; *memory* in bytes.
    """

    board: str | None
    processor: str
    cores: int
    megahertz: int | None
    dot_products: bool
    memory: int | None
    architecture: str
    system: str | None
    kernel: str
    python: str
    packages: dict[str, str | None]


def this_machine(
    *, processor: Path = PROCESSOR, memory: Path = MEMORY, system: Path = SYSTEM
) -> Machine:
    """Return what this machine is."""
    facts = _facts(processor)
    features = f"{facts.get('Features', '')} {facts.get('flags', '')}".split()
    return Machine(
        board=board(),
        processor=facts.get("model name") or _arm_name(facts),
        cores=os.cpu_count() or 1,
        megahertz=_megahertz(system, "cpuinfo_max_freq"),
        dot_products=not DOT_PRODUCTS.isdisjoint(features),
        memory=_kilobytes(_facts(memory).get("MemTotal", "")),
        architecture=platform.machine(),
        system=distribution(),
        # Without what follows: whoever builds a kernel names it as she likes.
        kernel=".".join(re.findall(r"\d+", platform.release())[:3]),
        python=platform.python_version(),
        packages=packages(),
    )


def conditions(*, system: Path = SYSTEM) -> Conditions:
    """Return how this machine is now."""
    return Conditions(
        celsius=temperature(system),
        megahertz=_megahertz(system, "scaling_cur_freq"),
        governor=_text(_clock(system) / "scaling_governor") or None,
        held_back=_held_back(system),
    )


def _held_back(system: Path) -> tuple[str, ...] | None:
    states = held_back(system)
    if not states and (tool := shutil.which("vcgencmd")):
        states = throttled_in(_asked(tool, "get_throttled"))
    return tuple(why for why, active in states.items() if active) if states else None


def throttled_in(answer: str) -> dict[str, int]:
    """Return the states in what ``vcgencmd get_throttled`` says, as in ``throttled=0x50005``."""
    found = re.fullmatch(r"throttled=0x([0-9a-fA-F]+)", answer.strip())
    if found is None:
        return {}
    bits = int(found[1], 16)
    return {why: bits >> bit & 1 for bit, why in THROTTLED.items()}


def _asked(*command: str) -> str:
    try:
        return subprocess.run(  # noqa: S603 - our own words
            command, capture_output=True, text=True, timeout=VCGENCMD_SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _arm_name(facts: dict[str, str]) -> str:
    part = facts.get("CPU part", "")
    return PARTS.get(part, f"part {part}" if part else "unknown")


def _facts(path: Path) -> dict[str, str]:
    """Return the first value of each name in a file of the kernel's form ``name : value``."""
    facts: dict[str, str] = {}
    for line in _text(path).splitlines():
        name, _, value = line.partition(":")
        facts.setdefault(name.strip(), value.strip())
    return facts


def _clock(system: Path) -> Path:
    return system / "devices/system/cpu/cpu0/cpufreq"


def _megahertz(system: Path, name: str) -> int | None:
    text = _text(_clock(system) / name)
    return int(text) // 1000 if text.isdigit() else None


def _kilobytes(text: str) -> int | None:
    number = text.removesuffix("kB").strip()
    return int(number) * 1024 if number.isdigit() else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
