"""Work that waits for everybody else's."""

from __future__ import annotations

import os
from contextlib import suppress


def step_back() -> None:
    """Give this process, and all that it starts, the lowest priority that there is.

    The kernel then gives it the processor, and by that the disk (ioprio_set(2)), when nobody else
    wants it.
    """
    os.nice(19)
    with suppress(OSError, AttributeError):  # where it is not allowed, being nice has to do
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
