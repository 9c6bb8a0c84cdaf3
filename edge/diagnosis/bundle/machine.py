"""The machine and the programs on it: versions, platform, units of systemd, the newest log lines."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

SYSTEMD = Path("/run/systemd/system")
MODEL = Path("/proc/device-tree/model")
RELEASE = Path("/etc/os-release")

UNITS = "ostiary*"
PROPERTIES = (
    "Id",
    "LoadState",
    "ActiveState",
    "SubState",
    "UnitFileState",
    "Result",
    "ExecMainStatus",
    "NRestarts",
    "ActiveEnterTimestamp",
    "LastTriggerUSec",
    "NextElapseUSecRealtime",
    "MemoryCurrent",
    "WatchdogUSec",
)

SECONDS = 20.0
"""How long a question to systemd may take."""


def machine() -> dict[str, object]:
    """Return what runs on what."""
    return {
        "ostiary": version("ostiary"),
        "python": sys.version,
        "system": platform.platform(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "board": board(),
        "distribution": distribution(),
        "user": "root" if os.geteuid() == 0 else "another",
        "packages": packages(),
    }


def units() -> list[dict[str, str]] | str:
    """Return how the units are, or why that cannot be told."""
    if not SYSTEMD.is_dir():
        return "systemd does not run this machine"
    told = _asked("systemctl", "show", "--no-pager", f"--property={','.join(PROPERTIES)}", UNITS)
    blocks = [dict(_pair(line) for line in block.splitlines()) for block in told.split("\n\n")]
    return [block for block in blocks if block.get("Id")]


def journal(lines: int) -> str:
    """Return the newest *lines* of the journal of the units, or why there are none."""
    if not SYSTEMD.is_dir():
        return "systemd does not run this machine"
    return _asked(
        "journalctl",
        "--no-pager",
        "--no-hostname",
        "--output=short-iso",
        f"--unit={UNITS}",
        f"--lines={lines}",
    )


def _asked(*command: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own words
        command,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=SECONDS,
        check=False,
        env=os.environ | {"LC_ALL": "C.UTF-8", "SYSTEMD_COLORS": "0"},
    )
    if done.returncode:
        return f"{command[0]}: {done.stderr.strip() or f'status {done.returncode}'}"
    return done.stdout


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition("=")
    return name, value


def packages() -> dict[str, str | None]:
    """Return the version of everything that Ostiary asks for itself, None where it is missing."""
    names = sorted(
        {
            re.split(r"[^A-Za-z0-9_.\-]", wanted, maxsplit=1)[0]
            for wanted in requires("ostiary") or ()
            if "extra ==" not in wanted
        }
    )
    return {name: _version(name) for name in names}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def board() -> str | None:
    """Return what the board is called, where the firmware tells it, as a Raspberry Pi's does."""
    return _line(MODEL)


def distribution() -> str | None:
    """Return the name and version of the system."""
    for line in (_text(RELEASE) or "").splitlines():
        name, value = _pair(line)
        if name == "PRETTY_NAME":
            return value.strip('"')
    return None


def _line(path: Path) -> str | None:
    text = _text(path)
    return None if text is None else text.strip("\0\n")


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
