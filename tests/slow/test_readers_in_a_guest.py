"""Our reader and panel adapters against a real kernel: Debian's, on a board that qemu emulates.

Its USB keyboard is typed on, unplugged and plugged in from outside; its power button is a pulse on a
line of its GPIO chip; its two serial ports write into files of the host.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.readers import KNOWN_FORMATS, BadgeNumbers
from tests.slow.guest.machine import Machine, awaited, built

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

MODULES = ("usb-common", "usbcore", "xhci-hcd", "xhci-pci", "hid", "usbhid", "hid-generic", "evdev")
"""What a USB keyboard needs of the kernel, in the order in which they need each other."""

LOAD = f"""
import ctypes, os, time
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)
for name in {MODULES!r}:
    file = os.open(f'/modules/{{name}}.ko.xz', os.O_RDONLY)
    # finit_module(2) on arm64; 4 is MODULE_INIT_COMPRESSED_FILE
    assert libc.syscall(273, file, b'', 4) == 0, (name, os.strerror(ctypes.get_errno()))
    os.close(file)
"""

BEGIN = """
import functools, sys
sys.path.append('/usr/lib/python3/dist-packages')
import evdev
from edge.domain import ShownKind
from edge.errors import HardwareError
from edge.hardware.input_devices import key_names, open_keyboard
from edge.hardware.reader_usb import UsbReader
from edge.hardware.reader_wiegand import WiegandReader
from edge.hardware.panel_wiegand import WiegandPanel
from edge.hardware.wiegand_lines import SerialLines, console_on
from edge.readers import KNOWN_FORMATS, BadgeNumbers
numbers = BadgeNumbers((KNOWN_FORMATS['26'],), facility=12)
connect = functools.partial(open_keyboard, '0627:0001', setting='reader.device', library=evdev)
"""

READ = """
shown = reader.read(30)
answer = shown and (shown.kind, shown.value, shown.monotonic, time.monotonic())
"""

LOST = """
until = time.monotonic() + 60
answer = ''
while not answer and time.monotonic() < until:
    try:
        reader.read(1)
    except HardwareError as error:
        answer = str(error)
"""

BACK = """
until = time.monotonic() + 60
answer = False
while not answer and time.monotonic() < until:
    try:
        reader.read(1)
        answer = True
    except HardwareError:
        pass
"""


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give the files that the board's serial ports write into: D0 and D1."""
    folder = tmp_path_factory.mktemp("ports")
    return folder / "d0", folder / "d1"


@pytest.fixture(scope="module")
def board(ports: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Give a running board with a USB keyboard, a GPIO chip and two serial ports."""
    system = built(tmp_path_factory.mktemp("system"), packages=("python3-evdev",), modules=MODULES)
    serial = [
        argument
        for name, path in zip(("d0", "d1"), ports, strict=True)
        for argument in (
            "-chardev", f"file,id={name},path={path}", "-device", f"pci-serial,chardev={name}",
        )
    ]  # fmt: skip
    with Machine(
        tmp_path_factory.mktemp("board"),
        system,
        ["-machine", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", "1024", "-nic", "none",
         "-device", "qemu-xhci", "-device", "usb-kbd,id=keyboard", *serial],
        registers=0x09030000,
    ) as machine:  # fmt: skip
        machine(LOAD)
        assert awaited(lambda: machine("answer = Path('/dev/input/event0').exists()"))
        machine(BEGIN)
        yield machine


def typed(board: Machine, digits: str) -> None:
    """Type digits and Enter on the keyboard, each key pressed for 20 ms."""
    for key in (*digits, "ret"):
        board.monitor(f"sendkey {key} 20")
        time.sleep(0.1)


def test_a_usb_keyboard_types_a_badge(board: Machine) -> None:
    """Found by vendor and product, read while nobody looked, with the kernel's time."""
    before = board(
        "reader = UsbReader({ShownKind.BADGE: connect}, names=key_names(evdev))\n"
        "answer = time.monotonic()"
    )

    typed(board, "04711")

    kind, value, at, after = board(READ)
    assert (kind, value) == ("badge", "04711")
    assert before < at < after
    board("reader.close()")


def test_nobody_else_gets_the_keys_of_a_grabbed_reader(board: Machine) -> None:
    """Another program that has the device open, too, hears nothing until the reader is closed."""
    board(
        "other = evdev.InputDevice(evdev.list_devices()[0])\n"
        "reader = UsbReader({ShownKind.BADGE: connect}, names=key_names(evdev))\n"
    )
    typed(board, "1")
    assert board(READ)[1] == "1"
    assert board("answer = other.read_one() is None")

    assert "grabbed by another program" in board(
        "try:\n    connect()\nexcept HardwareError as error:\n    answer = str(error)"
    )
    board("reader.close()")
    typed(board, "2")
    assert awaited(lambda: board("answer = other.read_one() is not None"))
    board("other.close()")


def test_a_reader_that_is_unplugged_comes_back(board: Machine) -> None:
    """Every read says that it is lost, until it is plugged in again."""
    board("reader = UsbReader({ShownKind.BADGE: connect}, names=key_names(evdev))")

    board.monitor("device_del keyboard")
    assert "is lost" in board(LOST)
    board.monitor("device_add usb-kbd,id=keyboard")
    assert board(BACK)
    typed(board, "815")

    assert board(READ)[:2] == ["badge", "815"]
    board("reader.close()")


def test_a_number_pad_is_for_pins(board: Machine) -> None:
    """The same keyboard, named as one: too short is no PIN."""
    board("reader = UsbReader({ShownKind.PIN: connect}, names=key_names(evdev))")

    typed(board, "123")
    typed(board, "1234")

    assert board(READ)[:2] == ["pin", "1234"]
    board("reader.close()")


def test_pulses_on_a_line_are_frames(board: Machine) -> None:
    """Three presses of the button are three frames of one bit: seen, counted, and no card."""
    board("reader = WiegandReader(Path('/dev/gpiochip0'), 3, 4, numbers)")
    for _ in range(3):
        board.monitor("system_powerdown")
        board("time.sleep(0.5)")

    shown, frames, collisions, refused = board(
        "answer = (reader.read(1), reader.counts.frames, reader.counts.collisions, reader.refused)"
    )

    assert (shown, frames, collisions, refused) == (None, 3, 0, 3)
    assert 'line 3 of /dev/gpiochip0 is held by "ostiary"' in board(
        "try:\n    WiegandReader(Path('/dev/gpiochip0'), 3, 4, numbers)\n"
        "except HardwareError as error:\n    answer = str(error)"
    )
    board("reader.close()")


def test_a_badge_is_pulsed_by_real_serial_ports(board: Machine, ports: tuple[Path, Path]) -> None:
    """A byte of ones for each bit on its own port, and nothing before, between or after."""
    rule = BadgeNumbers((KNOWN_FORMATS["26"],), facility=12)
    ones = rule.bits_of("4711").value.bit_count()
    board(
        "panel = WiegandPanel(lambda: SerialLines(Path('/dev/ttyS0'), Path('/dev/ttyS1')), numbers)"
    )
    assert [port.read_bytes() for port in ports] == [b"", b""]

    told, late = board("answer = (panel.announce('4711'), panel.late)")
    board("panel.close(); time.sleep(1)")

    d0, d1 = (port.read_bytes() for port in ports)
    assert not (d0 + d1).strip(b"\xff")
    assert len(d0 + d1) >= 26 or not told
    if late == 0:  # an emulated machine may be kept waiting for longer than any real one
        assert (len(d0), len(d1)) == (26 - ones, ones)


def test_the_kernels_console_is_found(board: Machine) -> None:
    """Its messages would be badges to a panel."""
    assert board("answer = console_on(Path('/dev/ttyAMA0'))")
    assert not board("answer = console_on(Path('/dev/ttyS0'))")
