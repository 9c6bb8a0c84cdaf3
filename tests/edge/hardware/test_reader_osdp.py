"""Badge readers on an OSDP line: over secure channels or not at all, with the real library."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.domain import Shown, ShownKind, Signal
from edge.errors import ReaderError
from edge.hardware.osdp.channel import SerialLine
from edge.hardware.osdp.keys import ChannelKey
from edge.hardware.osdp.messages import SHOWN, Light, Sound
from edge.hardware.reader_osdp import OsdpReader
from edge.readers import Bits
from tests.edge.hardware.osdp_bench import (
    ADDRESS,
    BADGE,
    KEY,
    NUMBERS,
    OTHER_KEY,
    PATIENCE,
    Cable,
    ReaderSide,
    wait_until,
)

Open = Callable[..., OsdpReader]


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
def opened(cable: Cable) -> Iterator[Open]:
    """Give a maker of the appliance's end of the cable, which is closed in the end."""
    made: list[OsdpReader] = []

    def make(port: Path | None = None, key: ChannelKey = KEY) -> OsdpReader:
        line = SerialLine(port or cable.panel_port, baud=115200)
        made.append(OsdpReader(line, keys={ADDRESS: key}, numbers=NUMBERS, silence=0.3, knock=0.25))
        return made[-1]

    yield make
    for reader in made:
        reader.close()


def shown(reader: OsdpReader) -> Shown:
    """Return the next credential; fail if none comes."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            found = reader.read(0.05)
        except ReaderError:
            time.sleep(0.02)
            continue
        if found is not None:
            return found
    pytest.fail("nothing was read")


def fault(reader: OsdpReader) -> str:
    """Return why the reader reads nothing; fail if it does not say."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            reader.read(0.02)
        except ReaderError as error:
            return str(error)
    pytest.fail("the reader was not missed")


def fault_of_second(reader: OsdpReader) -> str:
    """Return what is wrong when the first reader is well."""
    assert wait_until(lambda: "OSDP reader 1" not in fault(reader))
    return fault(reader)


def well(reader: OsdpReader) -> bool:
    """Tell whether the reader is there."""
    try:
        assert reader.read(0) is None
    except ReaderError:
        return False
    return True


def test_a_badge_is_read_and_is_not_in_clear_on_the_wire(cable: Cable, opened: Open) -> None:
    """The number of the badge, the reader and the time arrive; who listens in reads nothing."""
    with ReaderSide(cable.reader_port) as them:
        reader = opened()
        assert wait_until(lambda: well(reader))

        them.hold()

        found = shown(reader)
        assert (found.kind, found.value) == (ShownKind.BADGE, BADGE)
        assert found.reader == f"OSDP reader {ADDRESS} at {cable.panel_port}"
        assert NUMBERS.bits_of(BADGE).to_bytes() not in cable.to_panel


def test_readers_share_a_line_each_with_its_own_key() -> None:
    """Each is known by its address; a lost one does not keep the other from being read."""
    with Cable(readers=2) as cable, ReaderSide(cable.reader_port, KEY, address=1) as first:
        reader = OsdpReader(
            SerialLine(cable.panel_port, baud=115200),
            keys={1: KEY, 2: OTHER_KEY},
            numbers=NUMBERS,
            silence=0.3,
            knock=0.25,
        )
        assert "OSDP reader 2" in fault_of_second(reader)
        first.hold("12-1")
        assert shown(reader).reader.startswith("OSDP reader 1 ")

        with ReaderSide(cable.second_port, OTHER_KEY, address=2) as second:
            assert wait_until(lambda: well(reader))
            second.hold("12-2")
            found = shown(reader)
            assert (found.value, found.reader[:13]) == ("12-2", "OSDP reader 2")
        reader.close()


def test_a_pin_is_its_keys_until_enter(cable: Cable, opened: Open) -> None:
    """Digits come one by one or together; # ends a PIN and * begins anew."""
    with ReaderSide(cable.reader_port) as them:
        reader = opened()
        assert wait_until(lambda: well(reader))

        for keys in (b"99", b"\x7f", b"12", b"3", b"4\r"):
            them.press(keys)

        found = shown(reader)
        assert (found.kind, found.value) == (ShownKind.PIN, "1234")
        assert "1234" not in repr(found)


def test_what_is_no_badge_is_dropped_and_counted(
    cable: Cable, opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """A card with a wrong parity or of another length is nobody's, and its bits are not logged."""
    good = NUMBERS.bits_of(BADGE)
    with ReaderSide(cable.reader_port) as them:
        reader = opened()
        assert wait_until(lambda: well(reader))

        them.send(Bits(good.length, good.value ^ 1))
        assert wait_until(lambda: reader.dropped == 1)
        them.send(Bits(37, good.value))
        assert wait_until(lambda: reader.dropped == 2)

        assert reader.read(0) is None
        assert "is no badge" in caplog.text
        assert str(good.value) not in caplog.text


def test_signals_show_at_the_reader(cable: Cable, opened: Open) -> None:
    """Light and sound of the newest signal are at the reader, also when it comes back."""
    granted = SHOWN[Signal.GRANTED]
    with ReaderSide(cable.reader_port) as them:
        reader = opened()
        reader.signal(Signal.GRANTED)

        assert wait_until(lambda: them.orders[-2:] == [granted.light, granted.sound])
        reader.signal(Signal.READY)
        assert wait_until(
            lambda: them.orders[-2:] == [SHOWN[Signal.READY].light, Sound(silent=True)]
        )
        assert all(isinstance(order, (Light, Sound)) for order in them.orders)


def test_a_reader_with_another_key_is_not_believed(cable: Cable, opened: Open) -> None:
    """No session, no badge, and the error tells what to do."""
    with ReaderSide(cable.reader_port, OTHER_KEY) as them:
        reader = opened()
        assert wait_until(lambda: len(cable.to_panel) > 40)
        them.hold()

        said = fault(reader)

        assert "does not prove that it has our key" in said
        assert "ostiary osdp install" in said
        assert not them.secure
        assert reader.dropped == 0


def test_a_reader_without_a_key_is_not_believed(cable: Cable, opened: Open) -> None:
    """A reader in install mode is online for a panel that asks less; we neither read nor key it."""
    with ReaderSide(cable.reader_port, None) as them:
        reader = opened()
        assert wait_until(lambda: len(cable.to_panel) > 40)
        them.hold()

        assert "does not prove" in fault(reader)
        assert not them.keys


def test_a_reader_that_denies_encryption_gets_no_plain_talk(cable: Cable, opened: Open) -> None:
    """Who changes its list of abilities on the way (PDCAP) gains nothing: no channel, no reader."""
    spoilt: list[bytes] = []

    def without_encryption(piece: bytes) -> bytes:
        at = piece.find(b"\x09\x01\x00")  # ability 9, communication security, level 1
        start = piece.find(b"\x53")
        whole = len(piece) - start == int.from_bytes(piece[start + 2 : start + 4], "little")
        if at < 0 or start < 0 or not whole:
            return piece
        body = bytearray(piece[start:-2])
        body[at - start + 1] = 0
        spoilt.append(bytes(body))
        return piece[:start] + bytes(body) + crc(bytes(body))

    cable.spoil = without_encryption
    with ReaderSide(cable.reader_port) as them:
        reader = opened()
        assert wait_until(lambda: len(spoilt) > 1)
        them.hold()

        assert not wait_until(lambda: well(reader), 0.4)
        assert "OSDP reader" in fault(reader)
        assert NUMBERS.bits_of(BADGE).to_bytes() not in cable.to_panel


def test_a_card_that_was_recorded_is_not_read_again(cable: Cable, opened: Open) -> None:
    """Who plays a reader's words again, ciphertext as it was, holds no badge."""
    with ReaderSide(cable.reader_port) as them:
        reader = opened()
        assert wait_until(lambda: well(reader))
        cable.to_panel.clear()
        them.hold()
        assert shown(reader).value == BADGE
        recorded = bytes(cable.to_panel)

        cable.whole = False  # the attacker sits in between
        for _ in range(20):
            cable.say_to_panel(recorded)
            time.sleep(0.01)
        cable.whole = True

        assert wait_until(lambda: well(reader))


def test_a_cut_line_is_noticed_and_mended(
    cable: Cable, opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """Within seconds the reader is missed; when the line is whole, it reads again."""
    with ReaderSide(cable.reader_port) as them:
        reader = opened()
        assert wait_until(lambda: well(reader))
        cable.whole = False

        assert "does not answer" in fault(reader)

        cable.whole = True
        assert wait_until(lambda: well(reader))
        them.hold()
        assert shown(reader).value == BADGE
        assert "reader back" in caplog.text


def test_a_reader_whose_case_is_open_is_not_believed(cable: Cable, opened: Open) -> None:
    """Tamper is an error with a remedy; what is read meanwhile is dropped; closing it ends both."""
    with ReaderSide(cable.reader_port) as them:
        reader = opened()
        assert wait_until(lambda: well(reader))

        them.tamper(active=True)
        assert "case is open" in fault(reader)
        them.hold()
        assert wait_until(lambda: reader.dropped == 1)

        them.tamper(active=False)
        assert wait_until(lambda: well(reader))
        them.hold("12-4712")
        assert shown(reader).value == "12-4712"


@pytest.mark.slow
def test_bytes_that_were_spoilt_are_no_badge(cable: Cable, opened: Open) -> None:
    """A line that changes bits gives the badge that was held, or none; never another."""
    chance = random.Random(11)

    def spoil(piece: bytes) -> bytes:
        octets = bytearray(piece)
        if chance.random() < 0.1:
            octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
        return bytes(octets)

    cable.spoil = spoil
    read: set[str] = set()
    with ReaderSide(cable.reader_port) as them:
        reader = opened()
        for _ in range(100):
            them.hold()
            deadline = time.monotonic() + 0.1
            while time.monotonic() < deadline:
                try:
                    found = reader.read(0.02)
                except ReaderError:
                    time.sleep(0.02)
                    continue
                if found is not None:
                    read.add(found.value)
        assert read <= {BADGE}
        cable.spoil = lambda piece: piece
        while True:
            them.hold("12-1")
            if shown(reader).value == "12-1":
                break


@pytest.mark.parametrize("pieces", [50, pytest.param(3000, marks=pytest.mark.slow)])
def test_noise_is_nobody(cable: Cable, opened: Open, pieces: int) -> None:
    """Whatever is sent on the line, no badge comes of it and the appliance goes on."""
    reader = opened()
    assert wait_until(lambda: len(cable.to_reader) > 0)
    chance = random.Random(5)
    for _ in range(pieces):
        noise = chance.randbytes(chance.randrange(1, 60))
        cable.say_to_panel(
            chance.choice([b"", bytes((0xFF, 0x53, ADDRESS | 0x80, 8, 0, 4))]) + noise
        )
        time.sleep(0.002)
    assert not well(reader)

    with ReaderSide(cable.reader_port) as them:
        assert wait_until(lambda: well(reader))
        them.hold()
        assert shown(reader).value == BADGE


def test_a_port_that_is_not_there_yet_is_taken_when_it_comes(
    cable: Cable, opened: Open, tmp_path: Path
) -> None:
    """An adapter may be plugged in late, and be held by somebody first; the error says which."""
    port = tmp_path / "port"
    reader = opened(port)
    assert "plugged in" in fault(reader)

    other = SerialLine(cable.panel_port, baud=9600)
    other.open()
    port.symlink_to(cable.panel_port)
    assert wait_until(lambda: "held by another program" in fault(reader))
    other.close()

    with ReaderSide(cable.reader_port) as them:
        assert wait_until(lambda: well(reader))
        them.hold()
        assert shown(reader).value == BADGE


def test_a_closed_reader_reads_no_more(cable: Cable, opened: Open) -> None:
    """Closing may be done twice, and tells whoever reads on."""
    reader = opened()

    reader.close()
    reader.close()

    with pytest.raises(ReaderError, match="closed"):
        reader.read(60)


def crc(octets: bytes) -> bytes:
    """Return the checksum of a packet: CRC-16, polynomial 0x1021, from 0x1D0F (OSDP 2.2, 5.9)."""
    value = 0x1D0F
    for octet in octets:
        value ^= octet << 8
        for _ in range(8):
            value = (value << 1) ^ (0x1021 if value & 0x8000 else 0)
            value &= 0xFFFF
    return value.to_bytes(2, "little")
