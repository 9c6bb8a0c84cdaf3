"""All units together: understood, small, apart from each other where it matters."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from edge.__main__ import main_group
from edge.config import Settings
from edge.storage.key import CREDENTIAL_NAME
from edge.storage.signing import SIGNING_KEY_NAME
from tests.systemd.reading import FOLDER, analyze, needs_systemd, startable, values_of

SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))
UNITS = sorted(path.name for path in FOLDER.iterdir() if path.suffix != ".conf")

EXPOSURE = {
    "ostiary-announce.service": 12,
    "ostiary-backup.service": 5,
    "ostiary-door.service": 14,
    "ostiary-kiosk.service": 40,
    "ostiary-prepare.service": 5,
    "ostiary-sweep.service": 5,
    "ostiary-web.service": 12,
}
"""In tenths, of 100: systemd's own measure of a sandbox. The kiosk's browser makes one of its own."""

SHARING = [name for name in SERVICES if name != "ostiary-kiosk.service"]
"""Those that work on the databases."""

DEVICES = ("gpio", "video", "dialout", "input")


@needs_systemd
@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_every_line(name: str, tmp_path: Path) -> None:
    """An unknown line would be ignored at run time, and with it what it protects."""
    for each in UNITS:
        startable(each, tmp_path)

    result = analyze("verify", "--recursive-errors=no", str(tmp_path / name))

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize(("name", "exposure"), EXPOSURE.items())
def test_no_service_is_exposed_to_more_than_it_needs(
    name: str, exposure: int, tmp_path: Path
) -> None:
    """By systemd's own measure, which needs no running systemd."""
    unit = str(startable(name, tmp_path))

    result = analyze("security", "--offline=true", f"--threshold={exposure}", unit)

    assert result.returncode == 0, result.stdout


@needs_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_a_sandbox_with_a_hole_would_be_noticed(name: str, tmp_path: Path) -> None:
    """The check above can fail: without the lines that protect files and kernel it does."""
    unit = startable(name, tmp_path)
    text = unit.read_text(encoding="utf-8")
    unit.write_text(re.sub(r"^Protect.*\n", "", text, flags=re.MULTILINE), encoding="utf-8")

    limit = f"--threshold={EXPOSURE[name]}"
    assert analyze("security", "--offline=true", limit, str(unit)).returncode != 0


def test_every_service_is_measured() -> None:
    """A new one cannot forget its sandbox."""
    assert sorted(EXPOSURE) == SERVICES


def test_the_pages_are_another_user_in_no_group_of_a_device() -> None:
    """Whatever is found in them: no camera, no lock, no signal to the door."""
    made = (FOLDER / "ostiary.sysusers.conf").read_text(encoding="utf-8")

    assert values_of("ostiary-web.service", "User") == ["ostiary-web"]
    assert values_of("ostiary-door.service", "User") == ["ostiary"]
    assert values_of("ostiary-web.service", "PrivateDevices") == ["yes"]
    assert values_of("ostiary-web.service", "SupplementaryGroups") == []
    assert values_of("ostiary-web.service", "DeviceAllow") == []
    assert not re.search(r"^m ostiary-web ", made, re.MULTILINE)


def test_only_the_door_has_the_door_s_devices() -> None:
    """The kiosk's browser has a camera and a screen, and none of the pins or ports."""
    for name in SERVICES:
        allowed = " ".join(values_of(name, "DeviceAllow"))
        if name != "ostiary-door.service":
            assert "gpio" not in allowed
            assert "tty" not in allowed.replace("char-tty rw", "")


def test_nobody_can_ask_the_door_anything() -> None:
    """It opens connections and takes none; the pages alone listen."""
    listening = [name for name in SERVICES if values_of(name, "SocketBindDeny") != ["any"]]
    networked = [name for name in listening if values_of(name, "PrivateNetwork") != ["yes"]]

    assert networked == ["ostiary-web.service"]


def test_what_works_by_night_has_no_network() -> None:
    """Backup, sweep and preparing read and write files, and could send nothing anywhere."""
    for name in ("ostiary-backup.service", "ostiary-prepare.service", "ostiary-sweep.service"):
        assert values_of(name, "PrivateNetwork") == ["yes"], name
        assert values_of(name, "RestrictAddressFamilies") == ["none"], name


def test_the_pages_give_way_to_the_door() -> None:
    """Whoever keeps them busy takes neither the door's time nor its memory."""
    (nice,) = values_of("ostiary-web.service", "Nice")
    (pages,) = values_of("ostiary-web.service", "OOMScoreAdjust")
    (door,) = values_of("ostiary-door.service", "OOMScoreAdjust")

    assert int(nice) > 0
    assert values_of("ostiary-door.service", "Nice") == []
    assert int(door) < 0 < int(pages)
    assert values_of("ostiary-web.service", "MemoryMax")
    assert values_of("ostiary-web.service", "TasksMax")


def test_what_was_in_memory_is_not_written_down() -> None:
    """No service leaves a core dump: faces and keys would be in it."""
    for name in SERVICES:
        assert values_of(name, "LimitCORE") == ["0"], name


@pytest.mark.parametrize("name", SHARING)
def test_whoever_shares_the_databases_shares_them_by_group(name: str) -> None:
    """New files are the group's, and no other's."""
    assert values_of(name, "Group") == ["ostiary"]
    assert values_of(name, "UMask") == ["0007"]


@pytest.mark.parametrize("name", SHARING)
def test_systemd_never_gives_the_files_to_another_user(name: str) -> None:
    """StateDirectory= makes its unit's user the owner: only units of the door's user may say it."""
    if values_of(name, "User") == ["ostiary"]:
        assert values_of(name, "StateDirectory") == ["ostiary"]
        assert values_of(name, "StateDirectoryMode") == ["02770"]
        assert values_of(name, "LoadCredential") == [CREDENTIAL_NAME]
    else:
        assert values_of(name, "StateDirectory") == []


def test_the_pages_are_handed_the_keys_that_they_may_not_read() -> None:
    """From where the settings have them; as files they are their owner's alone."""
    storage = Settings().storage

    assert values_of("ostiary-web.service", "LoadCredential") == [
        f"{CREDENTIAL_NAME}:{storage.key_file}",
        f"{SIGNING_KEY_NAME}:{storage.key_file.with_name(SIGNING_KEY_NAME)}",
    ]
    assert f"STATE_DIRECTORY={storage.folder}" in values_of("ostiary-web.service", "Environment")


def test_what_ends_again_and_again_is_waited_for_longer() -> None:
    """But never so long that a door stays shut for it."""
    starts = [int(value) for name in SERVICES for value in values_of(name, "RestartSec")]
    (longest,) = values_of("ostiary-backoff.conf", "RestartMaxDelaySec")

    assert max(starts) < int(longest) <= 30
    assert values_of("ostiary-backoff.conf", "RestartSteps") == ["4"]


def test_the_kiosk_s_browser_sees_nothing_of_the_rest() -> None:
    """The largest program of the machine, and the one that strangers touch."""
    hidden = " ".join(values_of("ostiary-kiosk.service", "InaccessiblePaths"))

    for path in (Settings().storage.folder, Path("/etc/ostiary"), Settings().live.folder):
        assert f"-{path}" in hidden.split()
    assert values_of("ostiary-kiosk.service", "IPAddressAllow") == ["localhost"]
    assert values_of("ostiary-kiosk.service", "Group") == []


def test_every_user_of_a_unit_is_made() -> None:
    """By sysusers.d, with the groups that its unit adds."""
    made = (FOLDER / "ostiary.sysusers.conf").read_text(encoding="utf-8")

    for name in SERVICES:
        (user,) = values_of(name, "User")
        assert re.search(rf"^u {user} ", made, re.MULTILINE)
        for group in " ".join(values_of(name, "SupplementaryGroups")).split():
            assert re.search(rf"^g {group} ", made, re.MULTILINE)


def test_one_word_starts_and_stops_all_of_it() -> None:
    """Each is part of the target; timers stand for the services that they start."""
    timed = {path.stem for path in FOLDER.glob("*.timer")}

    for name in UNITS:
        # What others start before themselves is started by nobody else.
        if name not in {"ostiary.target", "ostiary-prepare.service"} and not (
            name.endswith(".service") and name.removesuffix(".service") in timed
        ):
            assert values_of(name, "PartOf") == ["ostiary.target"], name
            assert "ostiary.target" in " ".join(values_of(name, "WantedBy")).split(), name


@pytest.mark.parametrize("name", SERVICES)
def test_every_command_of_a_unit_exists(name: str) -> None:
    """A unit with a misspelt one would be found out at night."""
    lines = [line for key in ("ExecStart", "ExecStopPost") for line in values_of(name, key)]
    for line in lines:
        program, *words = re.sub(r" --(config \S+|quiet)", "", line).split()
        if program == "/usr/bin/ostiary":
            command: click.Command | None = main_group
            for word in words:
                assert isinstance(command, click.Group), line
                command = command.get_command(click.Context(command), word)
                assert command is not None, line


def test_door_and_pages_are_well_below_what_is_called_exposed() -> None:
    """2.0 of 10 at most, whatever is added to either."""
    assert max(EXPOSURE["ostiary-door.service"], EXPOSURE["ostiary-web.service"]) <= 20


def test_no_service_is_given_up() -> None:
    """Whatever fails, and however often: it is tried again, until its settings are wrong."""
    for name in SERVICES:
        if values_of(name, "Type") != ["oneshot"]:
            assert values_of(name, "StartLimitIntervalSec") == ["0"], name
            assert values_of(name, "Restart")[0] in {"on-failure", "always"}, name


@pytest.mark.skipif(shutil.which("systemd-tmpfiles") is None, reason="systemd is not installed")
def test_folders_are_made_as_the_services_need_them(tmp_path: Path) -> None:
    """By systemd itself, in an empty root: shared by a group, closed to all others."""
    root = tmp_path / "root"
    for folder in ("etc", "run", "var/lib"):
        (root / folder).mkdir(parents=True)
    # Its own user stands for all of the file's, which do not exist here.
    for name in ("passwd", "group"):
        shutil.copy(f"/etc/{name}", root / "etc" / name)
    with (root / "etc/passwd").open("a") as users, (root / "etc/group").open("a") as groups:
        users.write("ostiary:x:64001:64001::/var/lib/ostiary:/usr/sbin/nologin\n")
        groups.write("ostiary:x:64001:\n")

    made = subprocess.run(
        ["systemd-tmpfiles", f"--root={root}", "--create", FOLDER / "ostiary.tmpfiles.conf"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode and "Operation not permitted" in made.stderr:
        pytest.skip("only root can give files to another user")

    assert made.returncode == 0, made.stderr
    modes = {
        path: f"{(root / path).stat().st_mode & 0o7777:04o}"
        for path in ("etc/ostiary", "etc/ostiary/ostiary.toml", "var/lib/ostiary", "run/ostiary")
    }
    assert modes == {
        "etc/ostiary": "0750",
        "etc/ostiary/ostiary.toml": "0640",
        "var/lib/ostiary": "2770",
        "run/ostiary": "2770",
    }
    assert (root / "var/lib/ostiary").stat().st_gid == 64001


def test_the_journal_can_neither_fill_nor_wear_out_the_card() -> None:
    """Every way for it to grow has a limit."""
    text = (FOLDER / "ostiary.journald.conf").read_text(encoding="utf-8")

    for key in ("SystemMaxUse", "SystemKeepFree", "RuntimeMaxUse", "MaxRetentionSec"):
        assert re.search(rf"^{key}=\d+", text, re.MULTILINE), key
    assert "\nForwardToSyslog=no\n" in text
