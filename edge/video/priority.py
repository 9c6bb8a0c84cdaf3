"""Work that waits for everybody else's."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def step_back() -> None:
    """Give this process, and all that it starts, the lowest priority that there is.

    The kernel then gives it the processor, and by that the disk (ioprio_set(2)), when nobody else
    wants it. On Linux a priority is a thread's, and libraries start some while they are imported.
    """
    for thread in (int(path.name) for path in Path("/proc/self/task").iterdir()):
        # One may just have ended; and where idling is not allowed, being nice has to do.
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, thread, 19)
        with suppress(OSError):
            os.sched_setscheduler(thread, os.SCHED_IDLE, os.sched_param(0))
