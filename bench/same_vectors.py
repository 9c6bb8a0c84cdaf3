"""Whether another processor sees the same faces: vectors written on one, compared on the other.

``python bench/same_vectors.py write FILE`` embeds the faces of ten frames, from pixels to vector, and
keeps both; ``python bench/same_vectors.py compare FILE`` embeds the same pixels where it runs and
prints one table of how far apart the vectors are. How many frames it would itself have decoded to
those pixels is told, too: a film's colours are rounded otherwise there. It fails where a face is
missing or further away than :data:`LIMIT`, since a person is enrolled on one device and may be
restored onto another.
"""

from __future__ import annotations

import argparse
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from edge.benchmark.frames import door_frames
from edge.config import load_settings
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer

LIMIT = 2e-3
"""How much less than 1 the cosine of one face on two processors may be: a third of what two frames
differ by that follow each other in the demonstration's clip (0.007 at least, 0.016 as a rule). In
eight bits the last place of a float decides now and then which level is next: ten faces on x86-64 and
on a Cortex-A72 were apart by 4.8e-4 in the median, by 1.0e-3 at most."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """What a processor made of *frames*, (n, height, width, 3) BGR: *faces* (n, dimension) float32.

    *model* and *machine* tell whose they are.
    """

    faces: NDArray[np.float32]
    frames: NDArray[np.uint8]
    model: str
    machine: str

    def write(self, file: Path) -> None:
        np.savez(file, faces=self.faces, frames=self.frames, model=self.model, machine=self.machine)

    @classmethod
    def read(cls, file: Path) -> Vectors:
        with np.load(file) as kept:
            return cls(
                faces=kept["faces"],
                frames=kept["frames"],
                model=str(kept["model"]),
                machine=str(kept["machine"]),
            )


def embedded(frames: NDArray[np.uint8]) -> Vectors:
    """Return the vectors of the largest face in each of *frames*.

    :raises SystemExit: if a frame has none.
    """
    models = load_settings(None).models
    recognizer = Recognizer.load(ModelStore(models.folder, mirror=models.mirror))
    vectors = []
    for number, frame in enumerate(frames):
        face = recognizer.largest(frame)
        if face is None:
            raise SystemExit(f"No face is found in frame {number}.")
        vectors.append(recognizer.embed(frame, face).vector)
    return Vectors(
        faces=np.stack(vectors),
        frames=frames,
        model=recognizer.model.digest,
        machine=platform.machine(),
    )


def distances(one: Vectors, other: Vectors) -> NDArray[np.float64]:
    """Return for each face 1 − cosine of *one* and *other*, in double precision.

    :raises SystemExit: if they are not of the same model and frames.
    """
    if one.model != other.model or one.faces.shape != other.faces.shape:
        raise SystemExit("These are vectors of another model or of other frames.")
    first, second = one.faces.astype(np.float64), other.faces.astype(np.float64)
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return np.asarray(1 - np.sum(first * second, axis=1) / lengths, np.float64)


def main() -> int:
    """Write or compare; return 1 if a face is further away than :data:`LIMIT`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("write", "compare"))
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    decoded = np.stack(door_frames()[::2])
    if given.what == "write":
        embedded(decoded).write(given.file)
        return 0
    there = Vectors.read(given.file)
    here = embedded(there.frames)
    apart = distances(there, here)

    table = Table("Machines", "Faces", "Decoded alike", "Median 1 − cosine", "Largest", "Allowed")
    table.add_row(
        f"{there.machine}, {here.machine}",
        str(len(apart)),
        str((there.frames == decoded).all(axis=(1, 2, 3)).sum()),
        f"{np.median(apart):.1e}",
        f"{apart.max():.1e}",
        f"{LIMIT:.0e}",
    )
    Console(width=100).print(table)
    return int(apart.max() > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
