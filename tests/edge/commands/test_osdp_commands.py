"""``ostiary osdp`` as an installer calls it, with a real line to the other side."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from edge.__main__ import main
from edge.hardware.choose_osdp import osdp_keys
from edge.hardware.osdp.keys import PANEL, reader_name
from tests.edge.hardware.osdp_bench import ADDRESS, KEY, OTHER_KEY, Cable, PanelSide, ReaderSide

NAME = reader_name(ADDRESS)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call said and how it ended."""

    status: int
    out: str
    err: str


Ostiary = Callable[..., Answer]


@pytest.fixture
def cable() -> Iterator[Cable]:
    """Give a cable."""
    with Cable() as made:
        yield made


@pytest.fixture
def ostiary(
    cable: Cable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Answer]:
    """Give a function that calls ``ostiary``, with settings for one of the two ends of the cable."""

    def call(kind: str, *arguments: object) -> Answer:
        config = tmp_path / "ostiary.toml"
        port = cable.reader_port if kind == "panel" else cable.panel_port
        address = f"address = {ADDRESS}" if kind == "panel" else f'addresses = "{ADDRESS}"'
        config.write_text(
            f'[storage]\nfolder = "{tmp_path}"\n[{kind}]\nkind = "osdp"\n'
            f'[osdp_{kind}]\nport = "{port}"\nbaud = 115200\n{address}\n',
            encoding="utf-8",
        )
        with pytest.raises(SystemExit) as end:
            main(["--config", str(config), "osdp", *map(str, arguments)])
        said = capsys.readouterr()
        return Answer(int(str(end.value.code)), said.out, said.err)

    return call


def test_a_panel_is_installed_and_checked(cable: Cable, ostiary: Ostiary, tmp_path: Path) -> None:
    """One command takes the key, another says that it holds; no key is printed."""
    with PanelSide(cable.panel_port, KEY, install=True, restless=True):
        installed = ostiary("panel", "install", "panel", "--seconds", 10)
    assert installed.status == 0
    assert "on a bench" in installed.out
    assert "the line is secure" in installed.out
    assert osdp_keys(tmp_path).get(PANEL) == KEY

    with PanelSide(cable.panel_port, KEY, restless=True):
        status = ostiary("panel", "status", "--json")

    assert status.status == 0
    (line,) = json.loads(status.out)
    assert (line["side"], line["secure"]) == ("panel", True)
    assert KEY.digits not in installed.out + status.out


def test_a_reader_is_installed_and_checked(cable: Cable, ostiary: Ostiary, tmp_path: Path) -> None:
    """The reader of the settings is meant where there is one; its number is told."""
    with ReaderSide(cable.reader_port, None):
        installed = ostiary("reader", "install", "reader", "--seconds", 10)
        status = ostiary("reader", "status")

    assert installed.status == status.status == 0
    assert "serial number 1" in installed.out
    assert f"reader {ADDRESS}" in status.out
    key = osdp_keys(tmp_path).demand(NAME)
    assert key.fingerprint in installed.out
    assert key.fingerprint in status.out
    assert key.digits not in installed.out + status.out


def test_status_says_what_is_wrong_and_what_helps(
    cable: Cable, ostiary: Ostiary, tmp_path: Path
) -> None:
    """No key, nobody there, and another key are three different things; each ends with 1."""
    nothing = ostiary("reader", "status", "--seconds", 0.3)
    osdp_keys(tmp_path).put(NAME, OTHER_KEY)
    nobody = ostiary("reader", "status", "--seconds", 0.3)
    with ReaderSide(cable.reader_port, KEY):
        stranger = ostiary("reader", "status", "--seconds", 0.3)

    assert {nothing.status, nobody.status, stranger.status} == {1}
    assert f"install reader --address {ADDRESS}" in nothing.out
    assert "no reader answers" in nobody.out
    assert "does not prove" in stranger.out


def test_keys_are_listed_by_fingerprint_and_shown_only_when_asked(
    ostiary: Ostiary, tmp_path: Path
) -> None:
    """A list gives nothing away; --reveal prints one key, to be typed in at the other side."""
    osdp_keys(tmp_path).put(NAME, KEY)

    listed = ostiary("reader", "keys")
    revealed = ostiary("reader", "keys", "--reveal", NAME)
    missing = ostiary("reader", "keys", "--reveal", PANEL)

    assert KEY.fingerprint in listed.out
    assert KEY.digits not in listed.out
    assert revealed.out.strip() == KEY.digits
    assert missing.status == 2


def test_a_key_can_be_typed_in(
    ostiary: Ostiary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that the panel's software shows need not travel the line; a weak one is refused."""
    typed = iter([KEY.digits, "00" * 16])
    monkeypatch.setattr(click, "prompt", lambda *_, **__: next(typed))

    entered = ostiary("panel", "keys", "--enter", PANEL)
    weak = ostiary("panel", "keys", "--enter", PANEL)
    unknown = ostiary("panel", "keys", "--enter", "reader-99")

    assert entered.status == 0
    assert osdp_keys(tmp_path).get(PANEL) == KEY
    assert weak.status == 5
    assert "everybody tries" in weak.err
    assert unknown.status == 2


def test_a_port_that_the_door_holds_is_told(cable: Cable, ostiary: Ostiary, tmp_path: Path) -> None:
    """The remedy is to stop the door, not to try again."""
    osdp_keys(tmp_path).put(NAME, KEY)
    with ReaderSide(cable.panel_port):  # whoever holds our port
        installed = ostiary("reader", "install", "reader", "--seconds", 1)

    assert installed.status == 6
    assert "systemctl stop ostiary-door" in installed.err
