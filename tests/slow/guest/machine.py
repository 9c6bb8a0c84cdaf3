"""A Debian kernel on an emulated board, which runs our own adapters; from packages alone.

The root is extracted, not installed, so no package's script runs and no emulation of it is needed.
The board's registers are seen from outside: every write to them is traced by qemu.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
MARK = "guest: "
TOOLS = ("qemu-system-aarch64", "mmdebstrap", "cpio")
PACKAGES = "python3,libstdc++6,linux-image-arm64"
PYTHON = "3.13"
"""That of Debian 13."""

PATIENCE = 300.0
"""Seconds after which a guest that does not answer is ended: booting takes 15 to 40."""

WRITE = re.compile(r"memory_region_ops_write .*addr (0x[0-9a-f]+) value (0x[0-9a-f]+) size 4")


@dataclass(frozen=True, slots=True)
class System:
    """What a guest boots: a kernel, a root for memory, and the boards' device trees."""

    kernel: Path
    root: Path
    trees: Path


def built(folder: Path, *, packages: tuple[str, ...] = (), modules: tuple[str, ...] = ()) -> System:
    """Make a system of Debian's packages and of the project's own.

    *packages* are further ones of Debian's; *modules* of the kernel lie in /modules, as ``.ko.xz``.
    Skips the test where a tool is missing or Debian's packages cannot be had.
    """
    for tool in TOOLS:
        if shutil.which(tool) is None:
            pytest.skip(f"no guest: {tool} is not installed")
    root = folder / "root"
    made = subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=extract", "--architectures=arm64",
         f"--include={','.join((PACKAGES, *packages))}", "trixie", root],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"no guest: mmdebstrap has no packages: {made.stderr[-300:]}")
    (kernel,) = (root / "boot").glob("vmlinuz-*")
    kernel = kernel.rename(folder / "vmlinuz")
    (trees,) = (root / "usr/lib").glob("linux-image-*")
    trees = trees.rename(folder / "trees")
    # Most of what is driven here is built into the kernel.
    (root / "modules").mkdir()
    for name in modules:
        (found,) = (root / "usr/lib/modules").rglob(f"{name}.ko.xz")
        shutil.copy(found, root / "modules")
    shutil.rmtree(root / "usr/lib/modules")
    for each in ("bin", "lib", "sbin"):
        (root / each).symlink_to(f"usr/{each}")
    _install(root / "site")
    program = (HERE / "init.py").read_text(encoding="utf-8")
    (root / "init").write_text(f"#!/usr/bin/python3\n{program}", encoding="utf-8")
    (root / "init").chmod(0o755)
    archive = folder / "root.cpio"
    with archive.open("wb") as file:
        names = b"\0".join(bytes(each.relative_to(root)) for each in sorted(root.rglob("*")))
        subprocess.run(
            ["cpio", "--create", "--format=newc", "--null", "--quiet"],
            cwd=root, input=names, stdout=file, check=True,
        )  # fmt: skip
    shutil.rmtree(root)
    return System(kernel, archive, trees)


def _install(site: Path) -> None:
    """Put Ostiary there, and the libraries that its GPIO adapters import."""
    platforms = [f"--platform=manylinux_2_{minor}_aarch64" for minor in (17, 27, 28)]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--only-binary=:all:",
         f"--python-version={PYTHON}", "--implementation=cp", *platforms,
         f"--target={site}", f"--constraint={PROJECT / 'constraints.txt'}",
         "gpiod", "numpy", "pydantic"],
        check=True, capture_output=True,
    )  # fmt: skip
    shutil.copytree(PROJECT / "edge", site / "edge", ignore=shutil.ignore_patterns("__pycache__"))


class Machine:
    """A guest that runs Python for its host: ``machine("answer = 1 + 1")`` is 2.

    *board* says to qemu what is emulated, *registers* is where its GPIO chip lies, and *console*
    the serial port that is this program's.
    """

    def __init__(
        self,
        folder: Path,
        system: System,
        board: list[str],
        *,
        registers: int,
        console: str = "ttyAMA0",
    ) -> None:
        self._registers = registers
        self._trace = folder / "trace.log"
        self._trace.touch()
        monitor = folder / "monitor"
        self._process = subprocess.Popen(
            ["qemu-system-aarch64", *board, "-accel", "tcg,thread=multi", "-display", "none",
             "-no-reboot", "-kernel", system.kernel, "-initrd", system.root,
             "-serial", "stdio", "-monitor", "none", "-D", self._trace,
             "-qmp", f"unix:{monitor},server=on,wait=off",
             "-append", f"console={console} rdinit=/init panic=-1 loglevel=0"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, errors="replace",
        )  # fmt: skip
        self._heard: list[str] = []
        assert self._answer() == "ready"
        self._monitor = socket.socket(socket.AF_UNIX)
        self._monitor.connect(str(monitor))
        self._lines = self._monitor.makefile("r", encoding="utf-8")
        self._lines.readline()  # the greeting
        self._command("qmp_capabilities")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._monitor.close()
        self._process.kill()
        self._process.communicate()

    def __call__(self, code: str) -> Any:
        """Run *code* in the guest; return what it called ``answer``."""
        self._send(code)
        return self._answer()

    def monitor(self, command: str) -> str:
        """Return what qemu answers to *command* of its monitor."""
        return str(self._command("human-monitor-command", **{"command-line": command}))

    def register(self, offset: int) -> int:
        """Return what a read of the chip's register of 32 bits gives."""
        told = self.monitor(f"xp /1xw {self._registers + offset:#x}")
        return int(told.split(":")[1], 16)

    @contextmanager
    def writes(self) -> Iterator[list[tuple[int, int]]]:
        """Give the list that has all writes to the chip, offset and value, after the block."""
        seen: list[tuple[int, int]] = []
        before = self._trace.stat().st_size
        self.monitor("trace-event memory_region_ops_write on")
        yield seen
        self.monitor("trace-event memory_region_ops_write off")
        with self._trace.open("rb") as file:
            file.seek(before)
            text = file.read().decode()
        for address, value in WRITE.findall(text):
            if 0 <= int(address, 16) - self._registers < 0x1000:
                seen.append((int(address, 16) - self._registers, int(value, 16)))

    def _send(self, code: str) -> None:
        assert self._process.stdin is not None
        line = json.dumps(code)
        assert len(line) < 4096, "a terminal takes no longer lines"
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        patience = threading.Timer(PATIENCE, self._process.kill)
        patience.start()
        try:
            for line in self._process.stdout:
                self._heard.append(line)
                if line.startswith(MARK):
                    answer = json.loads(line.removeprefix(MARK))
                    assert "error" not in answer, answer["error"]
                    return answer["value"]
        finally:
            patience.cancel()
        raise AssertionError(f"the guest ended: {''.join(self._heard[-40:])}")

    def _command(self, name: str, **arguments: str) -> Any:
        request = json.dumps({"execute": name, "arguments": arguments})
        self._monitor.sendall(f"{request}\n".encode())
        for line in self._lines:
            answer = json.loads(line)
            if "event" not in answer:
                return answer["return"]
        raise AssertionError("qemu's monitor ended")


def awaited(condition: Any, seconds: float = 60.0) -> bool:
    """Wait until *condition* is true; return whether it became so."""
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.1)
    return bool(condition())
