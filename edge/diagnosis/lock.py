"""Can the lock be had; it is secured, never released."""

from __future__ import annotations

from edge.core import Core
from edge.hardware.choose import open_lock
from edge.health import Finding, Health


def look_at_lock(core: Core) -> Finding:
    """Take the lock and secure it.

    :raises LockError: if it cannot be taken, or does not obey.
    """
    settings = core.settings.lock
    lock = open_lock(settings)
    try:
        lock.secure()
    finally:
        lock.close()
    if settings.kind == "fake":
        return Finding(
            "lock",
            Health.NOTICE,
            "the fake lock drives nothing",
            'Set lock.kind = "gpio" where a door hangs on it.',
        )
    relay = "on" if settings.fails == "safe" else "off"
    return Finding(
        "lock", Health.WELL, f"{settings.chip} line {settings.line} secured, its relay {relay}"
    )
