"""How much memory a process has had at most."""

from __future__ import annotations

import re
from pathlib import Path

STATUS = Path("/proc/self/status")

RESET = Path("/proc/self/clear_refs")
"""A 5 written here lets the peak begin anew: proc(5)."""


def peak_memory(status: Path = STATUS) -> int | None:
    """Return the most bytes of this process that were in memory at once, or None if nobody knows.

    Not ``ru_maxrss``: a process inherits that from whoever started it.
    """
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB$", status.read_text(encoding="ascii"), re.MULTILINE)
    except OSError:
        return None
    return None if found is None else int(found[1]) * 1024


def forget_peak(reset: Path = RESET) -> bool:
    """Let the peak begin anew from what is in memory now; return whether the kernel allows it."""
    try:
        reset.write_text("5", encoding="ascii")
    except OSError:
        return False
    return True
