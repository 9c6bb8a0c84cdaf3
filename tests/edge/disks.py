"""Small disks of memory, which can really be full and really be read-only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a disk of so many *megabytes* on *folder*; skip where none can be mounted."""
    folder.mkdir(parents=True)
    options = f"size={megabytes}m"
    command = ["mount", "-t", "tmpfs", "-o", options, "ostiary-test", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave no byte free, as a log that nobody rotates does; return the file that does it."""
    path = folder / "log-of-somebody-else"
    with path.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    assert os.statvfs(folder).f_bavail == 0
    return path


def set_read_only(folder: Path, *, read_only: bool) -> None:
    """Mount the disk anew, read-only or not, as a kernel does that no longer trusts a card."""
    way = "ro" if read_only else "rw"
    subprocess.run(["mount", "-o", f"remount,{way}", str(folder)], check=True)
