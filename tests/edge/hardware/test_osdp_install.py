"""Handing over keys, both ways, with the real library: once, and never a published one for long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.errors import KeyFileError, PanelError, ReaderError
from edge.hardware.osdp.channel import SerialLine
from edge.hardware.osdp.install import (
    check_panel,
    check_reader,
    install_panel,
    install_reader,
)
from edge.hardware.osdp.keys import PANEL, KeyFolder, reader_name
from tests.edge.hardware.osdp_bench import (
    ADDRESS,
    KEY,
    OTHER_KEY,
    Cable,
    PanelSide,
    ReaderSide,
)

NAME = reader_name(ADDRESS)


@pytest.fixture
def cable() -> Iterator[Cable]:
    """Give a cable."""
    with Cable() as made:
        yield made


@pytest.fixture(autouse=True)
def _in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sides of a test's cable are quick."""
    monkeypatch.setattr("edge.hardware.osdp.install.TRY_SECONDS", 0.3)
    monkeypatch.setattr("edge.hardware.osdp.install.SETTLE_SECONDS", 0.15)
    monkeypatch.setattr("edge.hardware.osdp.install.KNOCK_SECONDS", 0.3)


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    """Give a folder without keys."""
    return KeyFolder(tmp_path / "osdp")


@pytest.fixture
def to_panel(cable: Cable) -> SerialLine:
    """Give our end of a line to a panel."""
    return SerialLine(cable.reader_port, baud=115200)


@pytest.fixture
def to_reader(cable: Cable) -> SerialLine:
    """Give our end of a line to a reader."""
    return SerialLine(cable.panel_port, baud=115200)


def test_a_panel_hands_over_a_key_and_the_install_mode_ends(
    cable: Cable, to_panel: SerialLine, keys: KeyFolder
) -> None:
    """The key is kept and holds; who comes with the default one afterwards is nobody."""
    with PanelSide(cable.panel_port, KEY, install=True, restless=True):
        installed = install_panel(to_panel, address=ADDRESS, keys=keys, seconds=10)

    assert installed.checked
    assert keys.get(PANEL) == KEY
    assert installed.fingerprint == KEY.fingerprint
    with PanelSide(cable.panel_port, OTHER_KEY, install=True, restless=True) as stranger:
        with pytest.raises(PanelError, match="without our key"):
            check_panel(to_panel, address=ADDRESS, keys=keys, seconds=0.5)
        assert not stranger.secure
    assert keys.get(PANEL) == KEY


def test_a_panel_that_sets_no_key_leaves_none(
    cable: Cable, to_panel: SerialLine, keys: KeyFolder
) -> None:
    """The install mode ends by itself; the error tells a silent line from a panel that polls."""
    with pytest.raises(PanelError, match="no panel polls"):
        install_panel(to_panel, address=ADDRESS, keys=keys, seconds=0.2)
    with (
        PanelSide(cable.panel_port, KEY),
        pytest.raises(PanelError, match="has set no key"),
    ):
        install_panel(to_panel, address=ADDRESS, keys=keys, seconds=0.4)

    assert keys.names() == ()
    assert not to_panel.is_open


def test_a_key_that_cannot_be_kept_is_not_taken(
    cable: Cable, to_panel: SerialLine, tmp_path: Path
) -> None:
    """The panel is refused, so it does not believe in a key that we shall have forgotten."""
    (tmp_path / "file").write_text("in the way")
    keys = KeyFolder(tmp_path / "file" / "osdp")

    with PanelSide(cable.panel_port, KEY, install=True, restless=True) as them:
        with pytest.raises(KeyFileError):
            install_panel(to_panel, address=ADDRESS, keys=keys, seconds=10)
        assert not them.secure


def test_a_reader_is_given_a_random_key(
    cable: Cable, to_reader: SerialLine, keys: KeyFolder
) -> None:
    """The reader and the folder have the same key, that nobody had before; it holds."""
    with ReaderSide(cable.reader_port, None) as them:
        installed = install_reader(to_reader, address=ADDRESS, keys=keys, seconds=10)
        checked = check_reader(to_reader, address=ADDRESS, keys=keys, seconds=10)

    assert [keys.get(NAME)] == them.keys
    assert keys.names() == (NAME,)
    assert checked.fingerprint == installed.fingerprint == them.keys[0].fingerprint
    assert installed.identity is not None
    assert installed.identity.encrypts


def test_a_reader_that_has_our_key_keeps_it(
    cable: Cable, to_reader: SerialLine, keys: KeyFolder
) -> None:
    """Running the command again changes nothing, unless another key is asked for."""
    keys.put(NAME, KEY)
    with ReaderSide(cable.reader_port) as them:
        install_reader(to_reader, address=ADDRESS, keys=keys, seconds=10)
        assert them.keys == []
        assert keys.get(NAME) == KEY

        install_reader(to_reader, address=ADDRESS, keys=keys, seconds=10, renew=True)

        assert [keys.get(NAME)] == them.keys
        assert keys.get(NAME) != KEY
        assert keys.names() == (NAME,)


def test_a_key_that_was_on_its_way_is_not_lost(
    cable: Cable, to_reader: SerialLine, keys: KeyFolder
) -> None:
    """Power fails when the reader has the key and its name is still the draft's: it is found."""
    keys.put(f"{NAME}-new", KEY)

    with ReaderSide(cable.reader_port, KEY) as them:
        install_reader(to_reader, address=ADDRESS, keys=keys, seconds=10)

    assert them.keys == []
    assert keys.get(NAME) == KEY


def test_a_reader_with_another_key_is_not_given_ours(
    cable: Cable, to_reader: SerialLine, keys: KeyFolder
) -> None:
    """A reader out of install mode takes nothing; the old key of ours stays what it was."""
    with ReaderSide(cable.reader_port, OTHER_KEY) as them:
        with pytest.raises(ReaderError, match="does not prove that it has our key"):
            install_reader(to_reader, address=ADDRESS, keys=keys, seconds=0.4)
        assert them.keys == []
    assert keys.get(NAME) is None

    with pytest.raises(ReaderError, match="no reader answers"):
        install_reader(to_reader, address=ADDRESS, keys=keys, seconds=0.2)


@pytest.mark.slow
def test_a_reader_may_be_made_ready_after_the_command(
    cable: Cable, to_reader: SerialLine, keys: KeyFolder
) -> None:
    """Whoever still looks for the button of the install mode is waited for."""
    with ReaderSide(cable.reader_port, OTHER_KEY) as them:
        button = threading.Timer(0.4, them.press_install_button)
        button.start()
        install_reader(to_reader, address=ADDRESS, keys=keys, seconds=10)
        button.join()

    assert [keys.get(NAME)] == them.keys
