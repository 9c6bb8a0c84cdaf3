"""The appliance as a reader of somebody else's panel, over a real line with the real library."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.domain import Signal
from edge.errors import KeyFileError, PanelError
from edge.hardware.osdp.channel import SerialLine
from edge.hardware.osdp.keys import DEFAULT_KEY, PANEL, ChannelKey, KeyFolder
from edge.hardware.osdp.messages import (
    CardRead,
    Colour,
    Light,
    Showing,
    Sound,
    StatusReported,
)
from edge.hardware.panel_osdp import OsdpPanel
from tests.edge.hardware.osdp_bench import (
    ADDRESS,
    BADGE,
    KEY,
    NUMBERS,
    OTHER_KEY,
    Cable,
    PanelSide,
    wait_until,
)


class Us:
    """The appliance at one end of a cable: what it was shown, and which keys it was told to keep."""

    def __init__(self, cable: Cable) -> None:
        self.shown: list[Signal] = []
        self.kept: list[ChannelKey] = []
        self.disk_full = False
        self.panel = OsdpPanel(
            SerialLine(cable.reader_port, baud=115200),
            address=ADDRESS,
            key=KEY,
            keep=self._keep,
            numbers=NUMBERS,
            show=self.shown.append,
            wait=0.3,
            settle=0.2,
        )
        assert wait_until(lambda: self.panel._line.is_open)

    def _keep(self, key: ChannelKey) -> None:
        if self.disk_full:
            raise KeyFileError("the disk is full")
        self.kept.append(key)


@pytest.fixture(autouse=True)
def _in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that was lost is tried again soon."""
    monkeypatch.setattr("edge.hardware.osdp.link.REOPEN_SECONDS", 0.1)


@pytest.fixture
def cable() -> Iterator[Cable]:
    """Give a cable."""
    with Cable() as made:
        yield made


@pytest.fixture
def us(cable: Cable) -> Iterator[Us]:
    """Give the appliance at the reader's end of it."""
    made = Us(cable)
    yield made
    made.panel.close()


def test_a_number_arrives_and_is_not_in_clear_on_the_wire(us: Us, cable: Cable) -> None:
    """The panel reads the card of the badge; who listens in reads nothing of it."""
    with PanelSide(cable.panel_port) as them:
        assert wait_until(lambda: us.panel.online and them.secure)

        assert us.panel.announce(BADGE)

        bits = NUMBERS.bits_of(BADGE)
        assert wait_until(lambda: CardRead(ADDRESS, bits) in them.reports)
        assert bits.to_bytes() not in cable.to_panel


def test_a_number_that_fits_no_card_is_refused(us: Us) -> None:
    """The caller learns that this panel can never be told of this badge, and no more of it."""
    with pytest.raises(PanelError, match="cannot be told") as refused:
        us.panel.announce("12-99999")
    assert "99999" not in str(refused.value)


def test_lights_come_back_and_end_by_themselves(us: Us, cable: Cable) -> None:
    """What the panel orders is shown, and a light for a while makes room for the one that stays."""
    with PanelSide(cable.panel_port) as them:
        assert wait_until(lambda: us.panel.online and them.secure)

        with them.guard:
            them.panel.show(ADDRESS, Showing(Light(Colour.RED), Sound(times=2)))
        assert wait_until(lambda: us.shown == [Signal.READY])
        with them.guard:
            them.panel._submit(
                ADDRESS,
                command=2, reader=0, led_number=0, temporary=True, control_code=2,
                on_color=2, off_color=0, on_count=1, off_count=0, timer_count=2,
            )  # fmt: skip

        assert wait_until(lambda: us.shown == [Signal.READY, Signal.GRANTED, Signal.READY])


def test_the_panel_learns_that_the_case_is_open(us: Us, cable: Cable) -> None:
    """Tamper is reported when it begins and when it ends, and again to a panel that asks."""
    with PanelSide(cable.panel_port) as them:
        assert wait_until(lambda: us.panel.online and them.secure)

        us.panel.tamper(active=True)
        opened = StatusReported(ADDRESS, tampered=True, power_failed=False)
        assert wait_until(lambda: opened in them.reports)
        them.reports.clear()
        with them.guard:
            them.panel.ask_status(ADDRESS)
        assert wait_until(lambda: them.reports[-1:] == [opened])
        us.panel.tamper(active=False)
        shut = StatusReported(ADDRESS, tampered=False, power_failed=False)
        assert wait_until(lambda: them.reports[-1:] == [shut])


def test_a_panel_with_another_key_is_told_nothing(
    us: Us, cable: Cable, caplog: pytest.LogCaptureFixture
) -> None:
    """No session, no number, and the log says what is wrong and what helps."""
    with PanelSide(cable.panel_port, OTHER_KEY) as them:
        assert wait_until(lambda: len(cable.to_reader) > 20)

        assert not us.panel.announce(BADGE)
        assert not us.panel.online
        assert not them.secure
        assert not them.reports
        assert wait_until(lambda: "speaks without our key" in caplog.text)


def test_the_default_key_opens_nothing(us: Us, cable: Cable) -> None:
    """A panel that offers SCBK-D, as one in install mode does, gets no session and sets no key."""
    with PanelSide(cable.panel_port, OTHER_KEY, install=True) as them:
        # It tries its key, then the default one, then without any; see the length of that.
        assert wait_until(lambda: len(cable.to_reader) > 60)

        assert not us.panel.announce(BADGE)
        assert not them.secure
        assert not us.kept


def test_what_was_recorded_is_not_obeyed_again(us: Us, cable: Cable) -> None:
    """Who plays a panel's words again, ciphertext as it was, makes nothing light up."""
    with PanelSide(cable.panel_port) as them:
        assert wait_until(lambda: us.panel.online and them.secure)
        cable.to_reader.clear()
        with them.guard:
            them.panel.show(ADDRESS, Showing(Light(Colour.GREEN)))
        assert wait_until(lambda: us.shown == [Signal.GRANTED])
        recorded = bytes(cable.to_reader)
        us.shown.clear()

    for _ in range(3):
        cable.say_to_reader(recorded)
        wait_until(lambda: us.shown, 0.1)

    assert not us.shown


@pytest.mark.parametrize("pieces", [50, pytest.param(3000, marks=pytest.mark.slow)])
def test_noise_neither_kills_nor_speaks_for_the_panel(us: Us, cable: Cable, pieces: int) -> None:
    """Whatever is sent on the line, the appliance goes on and shows nothing."""
    chance = random.Random(7)
    for _ in range(pieces):
        noise = chance.randbytes(chance.randrange(1, 60))
        cable.say_to_reader(chance.choice([b"", bytes((0xFF, 0x53, ADDRESS, 8, 0, 4))]) + noise)
        time.sleep(0.002)
    assert not us.shown
    assert not us.kept

    with PanelSide(cable.panel_port) as them:
        assert wait_until(lambda: us.panel.online and them.secure)
        assert us.panel.announce(BADGE)


def test_nothing_waits_for_a_panel_that_was_cut_off(us: Us, cable: Cable) -> None:
    """A number that the panel does not fetch is forgotten: nobody stands there any more later."""
    with PanelSide(cable.panel_port) as them:
        assert wait_until(lambda: us.panel.online and them.secure)
        cable.whole = False

        assert not us.panel.announce(BADGE)

        cable.whole = True
        assert wait_until(lambda: us.panel.announce("12-4712"))
        assert wait_until(lambda: any(isinstance(each, CardRead) for each in them.reports))
        assert [each.bits for each in them.reports if isinstance(each, CardRead)] == [
            NUMBERS.bits_of("12-4712")
        ]


def test_a_new_key_is_kept_before_it_is_used(us: Us, cable: Cable) -> None:
    """The panel may change the key over the channel of the old one; a full disk refuses it."""
    with PanelSide(cable.panel_port) as them:
        assert wait_until(lambda: us.panel.online and them.secure)

        with them.guard:
            them.panel.set_key(ADDRESS, OTHER_KEY)

        assert wait_until(lambda: us.kept == [OTHER_KEY])
        assert wait_until(lambda: us.panel.online and them.secure)
        us.disk_full = True
        with them.guard:
            them.panel.set_key(ADDRESS, KEY)
        assert wait_until(lambda: not them.secure)
        assert us.kept == [OTHER_KEY]


def test_a_weak_key_is_not_taken_from_a_panel_either(us: Us, cable: Cable) -> None:
    """A panel that sets the default key, as its software may by mistake, is refused."""
    with PanelSide(cable.panel_port) as them:
        assert wait_until(lambda: us.panel.online and them.secure)

        with them.guard:
            them.panel._submit(ADDRESS, command=5, type=1, data=DEFAULT_KEY)

        assert wait_until(lambda: not them.secure)
        assert not us.kept


def test_what_is_not_ours_to_do_is_refused(us: Us, cable: Cable) -> None:
    """Nobody moves us to another address or speed over the line."""
    with PanelSide(cable.panel_port) as them:
        assert wait_until(lambda: us.panel.online and them.secure)

        with them.guard:
            move = {"command": 6, "address": 9, "baud_rate": 9600}
            them.panel._context.submit_command(0, move)

        assert wait_until(lambda: not them.secure)  # libosdp's panel resents a refusal
        with them.guard:
            them.panel.knock(ADDRESS)
        assert wait_until(lambda: them.secure)


@pytest.mark.slow
def test_an_adapter_that_is_pulled_is_found_again(
    cable: Cable, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A port that was lost is taken anew, and both are told in the log."""
    port = tmp_path / "port"
    panel = OsdpPanel(
        SerialLine(port, baud=9600), address=ADDRESS, key=KEY, keep=print, numbers=NUMBERS
    )
    try:
        assert wait_until(lambda: "there is no" in caplog.text)
        assert not panel.announce(BADGE)
        port.symlink_to(cable.reader_port)
        with PanelSide(cable.panel_port):
            assert wait_until(lambda: panel.online)
        assert "is back" in caplog.text
    finally:
        panel.close()


def test_closing_ends_a_number_that_waits(us: Us, cable: Cable) -> None:
    """A program that ends does not hang on its panel."""
    with PanelSide(cable.panel_port) as them:
        assert wait_until(lambda: us.panel.online and them.secure)
        cable.whole = False
        answers: list[bool] = []
        waiting = threading.Thread(target=lambda: answers.append(us.panel.announce(BADGE)))
        waiting.start()

        us.panel.close()
        waiting.join()

        assert answers == [False]
        assert not us.panel.online


def test_a_key_that_was_set_is_what_the_next_start_reads(tmp_path: Path) -> None:
    """The folder of keys is where a panel's new key goes, under the name that is read."""
    keys = KeyFolder(tmp_path)
    keys.put(PANEL, OTHER_KEY)

    assert keys.get(PANEL) == OTHER_KEY
