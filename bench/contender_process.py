"""One contender in a process of its own, which works when it is told to: a line in, a line out.

    python bench/contender_process.py NAME THREADS FILES CLOCK

*FILES* is :class:`contenders.Files` as JSON. Questions are JSON, too: ``{"frames": FILE}`` and
``{"chips": FILE}`` name arrays of pictures; ``{"memory": true}`` asks for the most bytes so far.
*CLOCK* is "wall" or "processor".
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import IO, Any

import numpy as np
from contenders import BUILDERS, Embeds, Files, Looks

from edge.benchmark.memory import peak_memory

CLOCKS: dict[str, Callable[[], float]] = {
    "wall": time.perf_counter,
    "processor": time.process_time,
}


def main() -> None:
    """Answer until there are no more questions."""
    name, threads, files = sys.argv[1], int(sys.argv[2]), Files(**json.loads(sys.argv[3]))
    clock = CLOCKS[sys.argv[4]]
    with _answers() as answers:
        contender = BUILDERS[name](files, threads)
        if isinstance(contender, Looks):
            contender.watch.clock = clock
        for line in sys.stdin:
            answers.write(json.dumps(_answer(contender, json.loads(line), clock)) + "\n")
            answers.flush()


def _answers() -> IO[str]:
    """Take standard output for the answers alone: libraries that write to it write to stderr."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "w")


def _answer(contender: Looks | Embeds, question: dict[str, Any], clock: Callable[[], float]) -> Any:
    if "memory" in question:
        return peak_memory()
    if "frames" in question:
        if not isinstance(contender, Looks):
            return None
        frames = np.load(question["frames"])
        contender.time_looking(frames[0])  # a new size has buffers made anew
        return [contender.time_looking(frame) for frame in frames]
    if not isinstance(contender, Embeds):
        return None
    chips = np.load(question["chips"])
    contender.time_embedding(chips[0], clock)
    return [contender.time_embedding(chip, clock) for chip in chips]


if __name__ == "__main__":
    main()
