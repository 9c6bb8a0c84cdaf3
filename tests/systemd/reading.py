"""What the tests of the units share: reading a unit, and asking systemd about it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "systemd"

PROGRAMS = ("/usr/bin/ostiary", "/usr/bin/cage")
"""May not be installed here; systemd wants to see what it starts."""

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze, which needs no running systemd for what is asked here."""
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, check=False
    )


def values_of(name: str, key: str) -> list[str]:
    """Return what the unit *name* sets *key* to, in order; comments and joined lines undone."""
    text = (FOLDER / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [" ".join(value.split()) for value in re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)]


def startable(name: str, folder: Path) -> Path:
    """Copy the unit *name* to *folder*, with programs that exist, and return the copy."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    for program in PROGRAMS:
        text = text.replace(program, "/bin/true")
    copy = folder / name
    copy.write_text(text, encoding="utf-8")
    return copy
