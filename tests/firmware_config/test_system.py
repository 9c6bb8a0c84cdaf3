"""What the rest of the system is told: by its own tools where there are any, else by rule."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from edge.config import Settings

FOLDER = Path(__file__).parents[2] / "firmware_config"
UNITS = Path(__file__).parents[2] / "systemd"


def lines_of(name: str) -> list[str]:
    """Return the lines of *name* that say something."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


@pytest.mark.skipif(shutil.which("nft") is None, reason="nft is not installed")
def test_the_firewall_is_understood(tmp_path: Path) -> None:
    """By nft itself, loaded in a network of its own, twice; and it denies by default."""
    rules = (FOLDER / "nftables.conf").read_text(encoding="utf-8")
    # Its users may not exist here.
    for number, user in enumerate(("ostiary-web", "ostiary-kiosk", "ostiary")):
        rules = re.sub(rf"(?<=[ {{]){user}(?=[ ,}}])(?! {{)(?!$)", str(64001 + number), rules)
    copy = tmp_path / "rules"
    copy.write_text(rules.replace("inet 64003", "inet ostiary"), encoding="utf-8")

    shown = subprocess.run(
        ["unshare", "--net", "--map-root-user", "sh", "-c",
         f"nft -f {copy} && nft -f {copy} && nft list table inet ostiary"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "unshare" in shown.stderr or "not permitted" in shown.stderr:
        pytest.skip(f"only root can make a network: {shown.stderr}")

    assert shown.returncode == 0, shown.stderr
    for chain in ("input", "forward"):
        assert f"hook {chain} priority filter; policy drop;" in shown.stdout
    assert shown.stdout.count("chain in {") == 1, "loaded twice, it is there once"


def test_the_firewall_opens_the_port_that_is_the_pages() -> None:
    """The default of the settings, and the one that the examples use."""
    (ports,) = [line for line in lines_of("nftables.conf") if line.startswith("define pages")]

    assert {str(Settings().web.port), "8443"} == set(re.findall(r"\d+", ports))


def test_firewall_and_units_name_the_same_network() -> None:
    """What is allowed by the one and denied by the other works nowhere."""
    text = (FOLDER / "nftables.conf").read_text(encoding="utf-8")
    named = set(re.findall(r"[0-9a-f.:]+/\d+", text))
    for unit in ("door", "web", "announce"):
        (allowed,) = re.findall(
            r"^IPAddressAllow=localhost (.*)$",
            (UNITS / f"ostiary-{unit}.service").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        assert set(allowed.split()) == named, unit


@pytest.mark.skipif(shutil.which("udevadm") is None, reason="udevadm is not installed")
def test_the_udev_rules_are_understood(tmp_path: Path) -> None:
    """By udevadm itself, where it can verify (systemd 254 and later); each line in form at least."""
    rules = tmp_path / "60-ostiary.rules"
    rules.write_text((FOLDER / "udev.rules").read_text(encoding="utf-8"), encoding="utf-8")

    checked = subprocess.run(
        # Groups are not asked for: systemd's sysusers make those that this system lacks.
        ["udevadm", "verify", "--resolve-names=never", str(rules)],
        capture_output=True,
        text=True,
        check=False,
    )

    if "Unknown command verb" not in checked.stderr and "Unknown operation" not in checked.stderr:
        assert checked.returncode == 0, checked.stdout + checked.stderr
    condition = r'[A-Z_]+(\{[\w/]+\})?(==|!=|=|\+=)"[^"]*"'
    for line in lines_of("udev.rules"):
        assert re.fullmatch(rf"{condition}(, {condition})*", line), line


def test_devices_are_given_to_the_door_s_groups() -> None:
    """Those that its unit adds; nobody else gets any of them."""
    given = set(re.findall(r'GROUP="(\w+)"', "\n".join(lines_of("udev.rules"))))
    unit = (UNITS / "ostiary-door.service").read_text(encoding="utf-8")
    (added,) = re.findall(r"^SupplementaryGroups=(.*)$", unit, re.MULTILINE)

    assert given == set(added.split())
    assert set(re.findall(r'MODE="(\d+)"', "\n".join(lines_of("udev.rules")))) == {"0660"}


def test_the_kernel_knows_every_name() -> None:
    """A name that it does not know would be passed over in silence; some kernels lack a module's."""
    optional = (
        "kernel.yama.", "kernel.unprivileged_bpf", "kernel.kexec_load", "kernel.sysrq", "net.ipv6.",
    )  # fmt: skip
    for line in lines_of("sysctl.conf"):
        name, equals, value = line.partition(" = ")
        assert (bool(equals), bool(value)) == (True, True), line
        if not name.startswith(optional):
            assert (Path("/proc/sys") / name.replace(".", "/")).exists(), name


def test_the_kiosk_s_browser_opens_one_address() -> None:
    """That which its unit shows, and which is the pages' by default."""
    policy = json.loads((FOLDER / "kiosk-policy.json").read_text(encoding="utf-8"))
    unit = (UNITS / "ostiary-kiosk.service").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^Environment=OSTIARY_KIOSK=(.*)$", unit, re.MULTILINE)
    web = Settings().web

    assert shown == f"http://{web.host}:{web.port}/kiosk"
    assert policy["URLBlocklist"] == ["*"]
    assert policy["URLAllowlist"] == policy["VideoCaptureAllowedUrls"]
    assert [shown.removesuffix("/kiosk")] == policy["URLAllowlist"]


def test_the_clock_is_set_once_and_never_jumps_again() -> None:
    """A jump would skip a schedule, or live through one twice."""
    assert "makestep 1 3" in lines_of("chrony.conf")
    assert {"port 0", "cmdport 0"} <= set(lines_of("chrony.conf"))
