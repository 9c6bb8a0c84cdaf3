"""Taking lines of a GPIO chip from the kernel (libgpiod 2), and saying why it was refused."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import gpiod

from edge.errors import HardwareError

CONSUMER = "ostiary"
"""The name under which ``gpioinfo`` shows who holds a line."""


def take_lines(
    chip: Path,
    lines: Mapping[int, gpiod.LineSettings],
    *,
    settings: Mapping[int, str],
    refusal: type[HardwareError],
    queue: int | None = None,
    library: Any = gpiod,
) -> Any:
    """Return a request that holds *lines* of *chip*, all of them or none.

    *settings* says which setting names each line, such as ``lock.line``. *queue* is how many
    edges may wait to be read; the kernel takes 16 a line if it is not told. *library* is the module
    gpiod.

    :raises HardwareError: of the class *refusal*, with the way out; the cause is the kernel's error.
    """
    size = {} if queue is None else {"event_buffer_size": queue}
    try:
        return library.request_lines(str(chip), consumer=CONSUMER, config=dict(lines), **size)
    except (OSError, ValueError) as error:
        message, remedy = _explained(library, chip, settings, error)
        raise refusal(message, remedy=remedy) from error


def holder_of(chip: Path, line: int, *, library: Any = gpiod) -> str | None:
    """Return who holds *line*, as the kernel tells, or None if nobody does or it cannot be told."""
    with suppress(OSError, ValueError), library.Chip(str(chip)) as device:
        info = device.get_line_info(line)
        if info.used:
            return f'"{info.consumer}"' if info.consumer else "another program"
    return None


def _explained(
    library: Any, chip: Path, settings: Mapping[int, str], error: Exception
) -> tuple[str, str]:
    """Return what is wrong, and the way out of it."""
    names = " and ".join(settings.values())
    section = names.partition(".")[0]
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.ENOENT:
        return (
            f"there is no {chip}.",
            f"`gpiodetect` lists the chips: set {section}.chip to the one of the pin header.",
        )
    if code in (errno.EACCES, errno.EPERM):
        return (
            f"{chip} may not be used by this user.",
            "Add the user to the group gpio and sign in anew.",
        )
    if code == errno.EBUSY:
        holders = {line: holder_of(chip, line, library=library) for line in settings}
        held = [f"line {line} of {chip} is held by {who}" for line, who in holders.items() if who]
        return (
            f"{'; '.join(held) or f'lines of {chip} are held by another program'}.",
            f"Stop what holds it (systemctl stop ostiary-door), or set {names} to another.",
        )
    several = "s" if len(settings) > 1 else ""
    return (
        f"line{several} {', '.join(map(str, settings))} of {chip} cannot be taken: {error}.",
        f"`gpioinfo` lists the lines: set {section}.chip and {names} to what is there.",
    )
