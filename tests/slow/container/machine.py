"""A Debian 13 with a running systemd, in a container: the appliance, but for its devices.

Made of Debian's packages and of wheels alone, without a network of its own. What is asked of it is run
inside by nsenter, since the container has no login.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest

PROJECT = Path(__file__).parents[3]
TOOLS = ("systemd-nspawn", "mmdebstrap", "nsenter")
PACKAGES = "systemd,systemd-sysv,dbus,udev,python3,python3-venv,chrony,procps"
PYTHON = "3.13"
"""That of Debian 13."""

TREE = Path("/srv/tree")
WHEELS = Path("/srv/wheels")
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "PIP_NO_INDEX": "1",
    "PIP_FIND_LINKS": str(WHEELS),
}


def built(folder: Path) -> Path:
    """Make a root in *folder* that holds this tree and all that it installs; return it.

    Skips the test where a tool, a right or Debian's packages are missing.
    """
    for tool in TOOLS:
        if shutil.which(tool) is None:
            pytest.skip(f"no container: {tool} is not installed")
    if os.geteuid() != 0:
        pytest.skip("only root can start a container")
    root = folder / "root"
    made = subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", "trixie", root],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"no container: mmdebstrap has no packages: {made.stderr[-300:]}")
    _wheels(root / WHEELS.relative_to("/"))
    put_tree(root)
    return root


def copy_of(root: Path, place: Path) -> Path:
    """Copy *root* to *place*, owners and all; return *place*."""
    subprocess.run(["cp", "--archive", "--reflink=auto", root, place], check=True)
    return place


def put_tree(root: Path) -> Path:
    """Copy this tree, as it would be checked out, into *root*; return where it lies."""
    tree = root / TREE.relative_to("/")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.split("\0"):
        if name and (PROJECT / name).exists() and not name.startswith("tests/"):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, tree / name)
    return tree


def _wheels(folder: Path) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = (PROJECT / "wheels.txt").read_text(encoding="utf-8").splitlines()
    files_only = [line for line in lines if line and not line.startswith("#")]
    download = [
        sys.executable, "-m", "pip", "download", "--quiet", f"--dest={folder}",
        f"--constraint={PROJECT / 'constraints.txt'}", "--only-binary=:all:",
        f"--python-version={PYTHON}", "--implementation=cp",
        *(f"--platform=manylinux_2_{minor}_x86_64" for minor in (17, 27, 28, 34)),
    ]  # fmt: skip
    needed = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for wanted in (needed, ["--no-deps", *files_only]):
        subprocess.run([*download, *wanted], check=True, capture_output=True)


class Container:
    """A booted *root*; ``container("systemctl", "start", …)`` runs a command in it."""

    def __init__(self, root: Path, log: Path, *, binds: tuple[str, ...] = ()) -> None:
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                ["systemd-nspawn", "--register=no", "--keep-unit", "--resolv-conf=off",
                 "--console=pipe", "--quiet", "--boot", f"--directory={root}",
                 # By BPF systemd refuses sockets and addresses; a container may not load any.
                 "--capability=CAP_BPF,CAP_PERFMON,CAP_NET_ADMIN", "--system-call-filter=bpf",
                 *(f"--bind={each}" for each in binds)],
                env=os.environ | {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        self._init = ""
        if not awaited(self._booted):
            self.close()
            pytest.skip(f"no container: systemd does not start in one: {log.read_text()[-300:]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __call__(self, *command: str, check: bool = True) -> str:
        """Run *command* as root inside; return what it printed, its errors last."""
        done = self.run(*command)
        assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run *command* as root inside, however it ends."""
        return subprocess.run(
            ["nsenter", "--target", self._init, "--all", "env", "-i",
             *(f"{name}={value}" for name, value in ENVIRONMENT.items()), *command],
            capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip

    @property
    def root(self) -> Path:
        """Its files as it sees them, what is mounted inside too."""
        return Path(f"/proc/{self._init}/root")

    def shown(self, unit: str, name: str) -> str:
        """Return the property *name* of *unit*."""
        return self("systemctl", "show", "--value", f"--property={name}", unit).strip()

    def journal(self, unit: str) -> str:
        """Return what *unit*, and systemd about it, has said."""
        return self("journalctl", "--no-pager", "--output=cat", f"--unit={unit}")

    def put(self, path: str, text: str) -> None:
        """Write *text* to the file *path* of the container, readable by all."""
        file = self.root / path.removeprefix("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def read(self, path: str) -> str:
        """Return the text of the file *path* of the container; nothing if there is none."""
        file = self.root / path.removeprefix("/")
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def close(self) -> None:
        """End it, and with it everything inside."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _booted(self) -> bool:
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        if not children.exists() or not (found := children.read_text().split()):
            return False
        self._init = found[0]
        state = self.run("systemctl", "is-system-running").stdout.strip()
        return state in {"running", "degraded"}


def awaited(condition: Callable[[], object], seconds: float = 120.0) -> bool:
    """Wait until *condition* is true; return whether it became so."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return bool(condition())
        time.sleep(0.2)
    return True
