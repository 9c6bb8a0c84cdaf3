"""Hold the people of one collection as a door does, search once, and print the peak memory in MB.

Run by ``bench/search.py`` as a process of its own, so that nothing else counts. The key is read from
the standard input.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from edge.collection.search import Gallery
from edge.domain import ModelId, normalized
from edge.similarity import Calibration
from edge.storage.key import Key

MODEL = ModelId("bench", "0" * 64)
CALIBRATION = Calibration((0.0, 1.0), (0.0, -10.0), "a straight line: only memory matters here")


def peak() -> float:
    """Return the most memory that this process has had, in megabytes."""
    (line,) = (
        line
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        if line.startswith("VmHWM:")
    )
    return int(line.split()[1]) / 1024


def main(path: Path, key: Key) -> None:
    """Open, search, print."""
    with Gallery(path, key, "badges", calibration=CALIBRATION) as gallery:
        gallery.candidates(normalized(np.eye(128, dtype=np.float32)[0], MODEL))
        print(peak())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Key(bytes.fromhex(sys.stdin.read())))
