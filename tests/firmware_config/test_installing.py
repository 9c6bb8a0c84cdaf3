"""Installer, package and read-only root, as far as they can be tried without a system of their own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "firmware_config"
PACKAGING = FOLDER / "debian"

SCRIPTS = sorted(
    [
        *FOLDER.rglob("*.sh"),
        *(PACKAGING / name for name in ("preinst", "postinst", "prerm", "postrm")),
    ]
)

FSTAB = "proc /proc proc defaults 0 0\nPARTUUID=x-02 / ext4 defaults,noatime 0 1\n"
CMDLINE = "console=tty1 root=PARTUUID=x-02 rootwait\n"


def laid_down() -> dict[str, str]:
    """Return where each file of the list goes."""
    lines = (FOLDER / "files.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if not line.startswith("#"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_understood(script: Path) -> None:
    """By the shell that runs them, and by shellcheck where there is one."""
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    if shutil.which("shellcheck"):
        checked = subprocess.run(
            ["shellcheck", "-x", script], cwd=FOLDER, capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stdout


def test_every_file_of_the_system_is_laid_down() -> None:
    """No unit is forgotten by installer and package, and no line leads nowhere."""
    laid = laid_down()

    assert [source for source in laid if not (PROJECT / source).is_file()] == []
    assert [f"systemd/{path.name}" for path in sorted((PROJECT / "systemd").iterdir())
            if f"systemd/{path.name}" not in laid] == []  # fmt: skip
    assert len(set(laid.values())) == len(laid)


def test_a_dry_run_tells_everything_and_does_nothing(tmp_path: Path) -> None:
    """As whoever, on any system: every action is a line that begins with a plus."""
    told = subprocess.run(
        ["sh", FOLDER / "install.sh", "--dry-run", "--kiosk", "--firewall"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": str(tmp_path)},
    ).stdout.splitlines()  # fmt: skip

    done = [line for line in told if line.startswith("+ ")]
    for source, place in laid_down().items():
        assert any(source in line and line.endswith(f" {place}") for line in done), place
    assert any("enable" in line and "ostiary-backup.timer" in line for line in done)
    assert list(tmp_path.iterdir()) == []
    if not Path("/opt/ostiary").exists():
        assert any(line.startswith("Building ") for line in told)


def test_units_are_enabled_alike_by_installer_and_package() -> None:
    """Door, pages, backup and sweep; what talks to others and the kiosk are chosen."""
    by_installer = re.findall(
        r"run systemctl enable (ostiary\.target[^\n]*)\\\n\s*([^\n]*)",
        (FOLDER / "install.sh").read_text(encoding="utf-8"),
    )
    (by_package,) = re.findall(
        r'^UNITS="(.*)"$', (PACKAGING / "postinst").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert " ".join(by_installer[0]).split() == by_package.split()
    assert not {"ostiary-kiosk.service", "ostiary-announce.service"} & set(by_package.split())


def switched(root: Path, word: str) -> None:
    """Switch the read-only root of the system in *root*."""
    subprocess.run(
        ["sh", FOLDER / "read_only_root.sh", word],
        check=True, capture_output=True, env={"PATH": "/usr/bin:/bin", "ROOT": str(root)},
    )  # fmt: skip


def test_the_root_becomes_read_only_and_writable_again(tmp_path: Path) -> None:
    """Twice changes nothing more; the data keep a partition of their own throughout."""
    fstab, cmdline = tmp_path / "etc/fstab", tmp_path / "boot/firmware/cmdline.txt"
    for file, text in ((fstab, FSTAB), (cmdline, CMDLINE)):
        file.parent.mkdir(parents=True)
        file.write_text(text, encoding="utf-8")

    switched(tmp_path, "on")
    once = fstab.read_text(encoding="utf-8"), cmdline.read_text(encoding="utf-8")
    switched(tmp_path, "on")

    assert (fstab.read_text(encoding="utf-8"), cmdline.read_text(encoding="utf-8")) == once
    assert once[1] == f"overlayroot=tmpfs:recurse=0 {CMDLINE}"
    assert once[0].startswith(FSTAB)
    (data,) = [line for line in once[0].splitlines() if line.startswith("LABEL=ostiary-data ")]
    assert data.split()[1] == "/var/lib/ostiary"
    assert {"nodev", "nosuid", "noexec"} <= set(data.split()[3].split(","))
    assert "nofail" not in data, "a door without its data waits, locked"
    switched(tmp_path, "off")
    assert cmdline.read_text(encoding="utf-8") == CMDLINE
    assert fstab.read_text(encoding="utf-8") == once[0]


def test_data_are_never_hidden_by_an_empty_partition(tmp_path: Path) -> None:
    """Where people are stored already, it is refused until they were moved."""
    for name in ("etc", "boot/firmware", "var/lib/ostiary"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "etc/fstab").write_text(FSTAB, encoding="utf-8")
    (tmp_path / "boot/firmware/cmdline.txt").write_text(CMDLINE, encoding="utf-8")
    (tmp_path / "var/lib/ostiary/collection.db").write_bytes(b"x")

    with pytest.raises(subprocess.CalledProcessError):
        switched(tmp_path, "on")

    assert (tmp_path / "etc/fstab").read_text(encoding="utf-8") == FSTAB
