"""Our GPIO adapters against a real kernel: Debian's, on two boards that qemu emulates.

On a Raspberry Pi 3, the kernel's own driver of its pins (pinctrl-bcm2835), with every write to
their registers traced from outside: what a relay would see. Its emulation drives no input and
gives no interrupt. So edges are tried on a board whose PL061 does both, and whose power button
is pressed from outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import pytest

from tests.slow.guest.machine import Machine, System, awaited, built

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

LOCK = 17
GREEN, RED, BUZZER = 12, 13, 26

# BCM2835 ARM Peripherals, section 6.1: function select (3 bits a pin, 001 is an output), set,
# clear and level, all of the first 32 pins; then the pulls.
FUNCTION, SET, CLEAR, LEVEL, PULL, PULL_CLOCK = 0x00, 0x1C, 0x28, 0x34, 0x94, 0x98
OUTPUT = 0b001

PI_BEGIN = f"""
import os, signal, time
from pathlib import Path
from edge.errors import HardwareError
from edge.hardware.lock_gpio import GpioLock
CHIP = Path("/dev/gpiochip0")
lock = None
def taken(**wishes):
    global lock
    if lock is not None:
        lock.close()  # what a test that failed left behind
    lock = GpioLock(CHIP, {LOCK}, **wishes)
"""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> System:
    """Give a system that can be booted."""
    return built(tmp_path_factory.mktemp("system"))


@pytest.fixture(scope="module")
def pi(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Give a running Raspberry Pi 3."""
    tree = next(system.trees.rglob("bcm2837-rpi-3-b.dtb"))
    with Machine(
        tmp_path_factory.mktemp("pi"),
        system,
        ["-machine", "raspi3b", "-dtb", str(tree), "-serial", "null"],
        registers=0x3F200000,
        console="ttyS1",  # the first serial port of this board is its Bluetooth
    ) as machine:
        machine(PI_BEGIN)
        yield machine


@pytest.fixture(scope="module")
def board(system: System, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Give a running board with a PL061, on whose line 3 is the power button."""
    with Machine(
        tmp_path_factory.mktemp("board"),
        system,
        ["-machine", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", "1024", "-nic", "none"],
        registers=0x09030000,
    ) as machine:
        machine(
            "import time\n"
            "from pathlib import Path\n"
            "from edge.config.inputs import InputLine\n"
            "from edge.hardware import InputName\n"
            "from edge.hardware.inputs_gpio import GpioInputs\n"
        )
        yield machine


def driven(writes: list[tuple[int, int]], pin: int) -> list[bool | None]:
    """Return the levels that *writes* drive *pin* to, one after another; None is no output.

    Before the first write it is none, and where an output was never given a level, the test fails.
    """
    high: bool | None = None
    output = False
    seen: list[bool | None] = [None]
    for offset, value in writes:
        if offset == FUNCTION + pin // 10 * 4:
            output = value >> pin % 10 * 3 & 0b111 == OUTPUT
        elif offset == SET and value >> pin & 1:
            high = True
        elif offset == CLEAR and value >> pin & 1:
            high = False
        if output:
            assert high is not None, "an output without a level"
        seen.append(high if output else None)
    return [level for level, _ in groupby(seen)]


def output(pi: Machine, pin: int) -> bool:
    """Tell whether *pin* is an output."""
    return pi.register(FUNCTION + pin // 10 * 4) >> pin % 10 * 3 & 0b111 == OUTPUT


def high(pi: Machine, pin: int) -> bool:
    """Tell whether *pin* is at the high level."""
    return bool(pi.register(LEVEL) >> pin & 1)


@pytest.mark.parametrize("active_high", [True, False])
@pytest.mark.parametrize("fail_safe", [True, False])
def test_the_relay_sees_no_blip(pi: Machine, active_high: bool, fail_safe: bool) -> None:
    """From the request to the giving back: secured, released, secured, and nothing in between."""
    secured = active_high is fail_safe

    with pi.writes() as writes:
        pi(f"taken(active_high={active_high}, fail_safe={fail_safe})")
        pi("lock.release()")
        pi("lock.secure()")
        pi("lock.close()")

    # At the end the kernel makes an input of it: from then on the pull resistor holds the level.
    assert driven(writes, LOCK) == [None, secured, not secured, secured, None]


def test_the_pin_has_the_level_that_the_lock_was_told(pi: Machine) -> None:
    """Read from the chip, not from our own memory."""
    pi("taken()")
    assert (output(pi, LOCK), high(pi, LOCK)) == (True, False)

    pi("lock.release()")
    assert high(pi, LOCK)
    pi("lock.secure()")
    assert not high(pi, LOCK)
    pi("lock.close()")
    assert not output(pi, LOCK)


def test_the_kernel_gives_the_line_to_one_lock_alone(pi: Machine) -> None:
    """The second is told who has it; afterwards it can be had again."""
    pi("taken()")

    told = pi(
        "try:\n    GpioLock(CHIP, 17)\nexcept HardwareError as error:\n    answer = str(error)"
    )

    assert told.startswith('line 17 of /dev/gpiochip0 is held by "ostiary".')
    pi("lock.close(); taken(); lock.close()")


def test_a_release_that_nobody_ends_is_ended_by_the_adapter(pi: Machine) -> None:
    """The guest is told nothing more after the release: the pin goes back all the same."""
    with pi.writes() as writes:
        pi("taken(max_release=1.0); lock.release()")
        assert awaited(lambda: not high(pi, LOCK))

    assert driven(writes, LOCK) == [None, False, True, False]
    pi("lock.close()")


def test_a_killed_program_leaves_the_relay_to_its_resistor(pi: Machine) -> None:
    """The kernel makes an input of the pin when who held it is gone, also by SIGKILL."""
    pi(
        "child = os.fork()\n"
        "if child == 0:\n"
        "    try:\n"
        "        taken(); lock.release(); time.sleep(600)\n"
        "    finally:\n"
        "        os._exit(1)\n"
    )
    assert awaited(lambda: output(pi, LOCK) and high(pi, LOCK))

    pi("os.kill(child, signal.SIGKILL); os.waitpid(child, 0)")

    assert not output(pi, LOCK)
    with pi.writes() as writes:
        pi("taken(); lock.close()")
    assert driven(writes, LOCK) == [None, False, None]


def test_lights_and_buzzer_are_played_and_left_dark(pi: Machine) -> None:
    """A green light and a beep for a grant; the red light is one that a low level switches on."""
    pi(
        "from edge.config.signals import LampLine\n"
        "from edge.domain import Signal\n"
        "from edge.hardware.patterns import Lamp\n"
        "from edge.hardware.signals_gpio import GpioSignals\n"
        f"wires = {{Lamp.GREEN: LampLine({GREEN}, 'high'), Lamp.RED: LampLine({RED}, 'low'),"
        f" Lamp.BUZZER: LampLine({BUZZER}, 'high')}}\n"
    )

    with pi.writes() as writes:
        pi("lights = GpioSignals(CHIP, wires)")
        pi("lights.show(Signal.GRANTED)")
        assert awaited(lambda: high(pi, GREEN) and not high(pi, BUZZER))
        pi("lights.close()")

    assert driven(writes, BUZZER) == [None, False, True, False, None]
    assert driven(writes, GREEN) == [None, False, True, False, None]
    assert driven(writes, RED) == [None, True, None]


def test_inputs_are_pulled_and_read(pi: Machine) -> None:
    """All in one request; the pull of each is set, and nothing is driven."""
    pi(
        "from edge.config.inputs import InputLine\n"
        "from edge.hardware import InputName\n"
        "from edge.hardware.inputs_gpio import GpioInputs\n"
    )

    with pi.writes() as writes:
        levels = pi(
            "inputs = GpioInputs(CHIP, {InputName.CONTACT: InputLine(22, 'high', 'pull-up'),"
            " InputName.FIRE: InputLine(25, 'low', 'pull-down')}, debounce=0.03)\n"
            "answer = dict(inputs.levels())\n"
            "inputs.close()\n"
        )

    # Nothing drives the emulated pins: low is inactive for the one, active for the other.
    assert levels == {"contact": False, "fire": True}
    pulls = [value for offset, value in writes if offset == PULL]
    clocked = [value for offset, value in writes if offset == PULL_CLOCK]
    assert {0b10, 0b01} <= set(pulls)  # up and down
    assert {1 << 22, 1 << 25} <= set(clocked)
    assert driven(writes, 22) == driven(writes, 25) == [None]


def test_the_doctor_reads_each_line(pi: Machine) -> None:
    """Also where another program holds one of them, which is named."""
    told = pi(
        "from edge.config import InputSettings\n"
        "from edge.hardware.survey import survey_inputs\n"
        "taken()\n"
        "wired = InputSettings(kind='gpio', contact_line=22, rex_line=17)\n"
        "answer = [(each.name, each.high, str(each.fault or '')) for each in survey_inputs(wired)]\n"
        "lock.close()\n"
    )

    assert told[0] == ["contact", False, ""]
    assert told[1][:2] == ["rex", None]
    assert 'line 17 of /dev/gpiochip0 is held by "ostiary"' in told[1][2]


WATCH = (
    "inputs = GpioInputs(Path('/dev/gpiochip0'), {InputName.REX: InputLine(3, 'high', 'none')},"
    " debounce=0.01)\n"
    "answer = dict(inputs.levels())\n"
)
EDGES = (
    "edges = []\n"
    "until = time.monotonic() + 60\n"
    "while len(edges) < 2 and time.monotonic() < until:\n"
    "    edges += inputs.wait(5)\n"
    "answer = [(edge.input, edge.active, edge.monotonic) for edge in edges]\n"
)


def test_a_button_is_told_by_interrupt_with_the_kernels_time(board: Machine) -> None:
    """It is pressed from outside while nobody looks; both edges are told later, when they were."""
    assert board(WATCH) == {"rex": False}
    before = board("answer = time.monotonic()")

    board.monitor("system_powerdown")
    # The button is down for 0.1 s of the guest's time. Only then is it asked.
    after = board("time.sleep(1.0); answer = time.monotonic()")
    (pressed, let_go) = board(EDGES)

    assert (pressed[:2], let_go[:2]) == (["rex", True], ["rex", False])
    assert before < pressed[2] < let_go[2] < after
    board("inputs.close()")


def test_a_chip_that_is_unbound_is_lost_and_found_again(board: Machine) -> None:
    """The kernel takes the chip away under our request; it comes back without a restart."""
    driver = "/sys/bus/amba/drivers/pl061_gpio"
    board(WATCH)

    board(f"Path('{driver}/unbind').write_text('9030000.pl061')")
    lost = board("inputs.wait(30); answer = dict(inputs.levels())")
    board(f"Path('{driver}/bind').write_text('9030000.pl061')")
    found = board(
        "edges = ()\n"
        "until = time.monotonic() + 60\n"
        "while not edges and time.monotonic() < until:\n"
        "    edges = inputs.wait(5)\n"
        "answer = [(edge.input, edge.active) for edge in edges]\n"
    )

    assert lost == {"rex": None}
    assert found == [["rex", False]]
    board.monitor("system_powerdown")
    assert [edge[1] for edge in board(EDGES)] == [True, False]
    board("inputs.close()")
