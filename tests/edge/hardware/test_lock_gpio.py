"""The lock behind a GPIO line: its calls against a double of gpiod, and a real line where one is.

The double takes gpiod's own enumerations and settings. That a kernel obeys is shown only by the
last test, on the line that OSTIARY_TEST_GPIOCHIP names, such as /dev/gpiochip0:17.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import gpiod
import pytest
from gpiod.line import Direction, Value

from edge.errors import LockError
from edge.hardware import LockState
from edge.hardware.lock_gpio import GpioLock

CHIP = Path("/dev/gpiochip0")


class Chip:
    """A chip that notes what it is told, with gpiod's types."""

    LineSettings = gpiod.LineSettings
    RequestReleasedError = gpiod.RequestReleasedError
    line = gpiod.line

    def __init__(self, refusal: Exception | None = None, consumer: str = "") -> None:
        self.refusal = refusal
        self.consumer = consumer
        self.calls: list[Any] = []
        self.fault: Exception | None = None

    def request_lines(
        self, path: str, *, consumer: str, config: dict[int, gpiod.LineSettings]
    ) -> Chip:
        if self.refusal is not None:
            raise self.refusal
        ((line, settings),) = config.items()
        self.calls.append(
            (path, consumer, line, settings.direction, settings.output_value, settings.active_low)
        )
        return self

    def set_value(self, line: int, value: Value) -> None:
        if self.fault is not None:
            raise self.fault
        self.calls.append((line, value))

    def release(self) -> None:
        self.calls.append("given back")

    def Chip(self, path: str) -> Chip:  # noqa: N802 - gpiod's name
        assert path == str(CHIP)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.calls.append("chip closed")

    def get_line_info(self, line: int) -> SimpleNamespace:
        assert line == 17
        return SimpleNamespace(consumer=self.consumer)


@pytest.mark.parametrize("active_high", [True, False])
def test_the_line_is_taken_with_the_safe_level_in_one_call(active_high: bool) -> None:
    """No blip: direction and level come together, and the polarity is the kernel's business."""
    chip = Chip()
    lock = GpioLock(CHIP, 17, active_high=active_high, library=chip)

    assert chip.calls == [
        ("/dev/gpiochip0", "ostiary", 17, Direction.OUTPUT, Value.INACTIVE, not active_high)
    ]
    assert lock.state is LockState.SECURED


def test_it_is_secured_before_the_line_is_given_back() -> None:
    """What a pin does that nobody holds is not known; what it does before is."""
    chip = Chip()
    lock = GpioLock(CHIP, 17, library=chip)

    lock.release()
    assert lock.state is LockState.RELEASED
    lock.close()
    lock.close()

    assert chip.calls[1:] == [(17, Value.ACTIVE), (17, Value.INACTIVE), "given back"]
    assert str(lock.state) == "secured"
    with pytest.raises(LockError, match="closed"):
        lock.release()


@pytest.mark.parametrize("fault", [OSError(errno.EIO, "I/O error"), gpiod.RequestReleasedError()])
def test_a_line_that_does_not_obey_counts_as_released(fault: Exception) -> None:
    """Whether the command arrived is not known, so nobody may believe that the door is locked."""
    chip = Chip()
    lock = GpioLock(CHIP, 17, library=chip)
    chip.fault = fault

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
        (OSError(errno.EBUSY, "Device or resource busy"), 'held by "ostiary".*systemctl stop'),
        (OSError(errno.EINVAL, "Invalid argument"), "cannot be driven: .*lock.line"),
        (ValueError("lines not found"), "cannot be driven: lines not found"),
    ],
)
def test_a_line_that_cannot_be_taken_is_explained(refusal: Exception, said: str) -> None:
    """Each refusal names the chip or line and the way out."""
    with pytest.raises(LockError, match=said):
        GpioLock(CHIP, 17, library=Chip(refusal, consumer="ostiary"))


def test_the_real_gpiod_reports_a_missing_chip(tmp_path: Path) -> None:
    """No double here: the library's own error for a path without a chip is understood."""
    with pytest.raises(LockError, match="there is no"):
        GpioLock(tmp_path / "gpiochip9", 17)
    (tmp_path / "file").write_text("no chip")
    with pytest.raises(LockError, match="cannot be driven"):
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
