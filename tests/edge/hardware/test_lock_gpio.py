"""The lock behind a GPIO line: its calls against a double of gpiod, and a real line where one is.

The double takes gpiod's own enumerations and settings. That a kernel obeys is shown only by the
last test, on the line that OSTIARY_TEST_GPIOCHIP names, such as /dev/gpiochip0:17.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import gpiod
import pytest
from gpiod.line import Direction, Value

from edge.errors import LockError
from edge.hardware import LockState
from edge.hardware.lock_gpio import GpioLock
from tests.edge.hardware.gpio_double import PATH, Chip

CHIP = Path(PATH)


@pytest.mark.parametrize("active_high", [True, False])
@pytest.mark.parametrize("fail_safe", [True, False])
def test_the_line_is_taken_with_the_secure_level_in_one_call(
    active_high: bool, fail_safe: bool
) -> None:
    """No blip: direction and level come together, and the polarity is the kernel's business.

    A fail-secure lock is locked while its relay is off, a fail-safe one while it is on.
    """
    chip = Chip()
    lock = GpioLock(CHIP, 17, active_high=active_high, fail_safe=fail_safe, library=chip)

    ((line, wanted),) = chip.calls[0].items()
    assert (line, wanted.direction) == (17, Direction.OUTPUT)
    assert wanted.output_value is (Value.ACTIVE if fail_safe else Value.INACTIVE)
    assert wanted.active_low is not active_high
    assert chip.high[17] is (active_high is fail_safe)
    assert lock.state is LockState.SECURED
    lock.release()
    assert chip.high[17] is (active_high is not fail_safe)
    lock.close()
    assert chip.high[17] is (active_high is fail_safe)


def test_it_is_secured_before_the_line_is_given_back() -> None:
    """What a pin does that nobody holds is not known; what it does before is."""
    chip = Chip()
    lock = GpioLock(CHIP, 17, library=chip)

    lock.release()
    assert lock.state is LockState.RELEASED
    lock.close()
    lock.close()

    assert chip.calls[1:] == [{17: Value.ACTIVE}, {17: Value.INACTIVE}, "given back"]
    assert str(lock.state) == "secured"
    with pytest.raises(LockError, match="closed"):
        lock.release()


@pytest.mark.parametrize("fault", [OSError(errno.EIO, "I/O error"), gpiod.RequestReleasedError()])
def test_a_line_that_does_not_obey_counts_as_released(fault: Exception) -> None:
    """Whether the command arrived is not known, so nobody may believe that the door is locked."""
    chip = Chip()
    lock = GpioLock(CHIP, 17, library=chip)
    chip.faults[17] = fault

    with pytest.raises(LockError, match="did not take the command"):
        lock.secure()
    assert lock.state is LockState.RELEASED
    with pytest.raises(LockError):
        lock.close()
    assert chip.calls[-1] == "given back"


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (
            FileNotFoundError(errno.ENOENT, "No such file"),
            r"there is no /dev/gpiochip0\. .*gpiodet",
        ),
        (PermissionError(errno.EACCES, "Permission denied"), "group gpio"),
        (OSError(errno.EINVAL, "Invalid argument"), "cannot be taken: .*lock.line"),
        (ValueError("lines not found"), "cannot be taken: lines not found"),
    ],
)
def test_a_line_that_cannot_be_taken_is_explained(refusal: Exception, said: str) -> None:
    """Each refusal names the chip or line and the way out."""
    chip = Chip()
    chip.refusal = refusal

    with pytest.raises(LockError, match=said):
        GpioLock(CHIP, 17, library=chip)


@pytest.mark.parametrize(("holder", "named"), [("w1", '"w1"'), ("", "another program")])
def test_a_line_that_is_held_is_told_with_its_holder(holder: str, named: str) -> None:
    """The kernel knows who holds it; some give no name."""
    chip = Chip()
    chip.others[17] = holder

    with pytest.raises(LockError, match=f"line 17 .* is held by {named}.*systemctl stop"):
        GpioLock(CHIP, 17, library=chip)


def test_the_real_gpiod_reports_a_missing_chip(tmp_path: Path) -> None:
    """No double here: the library's own error for a path without a chip is understood."""
    with pytest.raises(LockError, match="there is no"):
        GpioLock(tmp_path / "gpiochip9", 17)
    (tmp_path / "file").write_text("no chip")
    with pytest.raises(LockError, match="cannot be taken"):
        GpioLock(tmp_path / "file", 17)


@pytest.mark.skipif(
    "OSTIARY_TEST_GPIOCHIP" not in os.environ,
    reason="no GPIO chip: name a line that nothing hangs on in OSTIARY_TEST_GPIOCHIP",
)
def test_a_real_line_obeys_and_can_be_taken_once() -> None:
    """On a real chip: secured, released, secured; held by one lock alone; free afterwards."""
    chip, _, line = os.environ["OSTIARY_TEST_GPIOCHIP"].partition(":")
    lock = GpioLock(Path(chip), int(line))

    with pytest.raises(LockError, match='held by "ostiary"'):
        GpioLock(Path(chip), int(line))
    lock.release()
    lock.secure()
    assert lock._request is not None
    assert lock._request.get_value(int(line)) is Value.INACTIVE
    lock.close()
    GpioLock(Path(chip), int(line)).close()
