"""Whether another processor sees the same faces: vectors written on one, compared on the other.

``python bench/same_vectors.py write FILE`` embeds the faces of ten frames, end to end, and
``python bench/same_vectors.py compare FILE`` does so where it runs and prints one table of how far
apart both are. It fails where a face is missing or further away than :data:`LIMIT`, since a person
is enrolled on one device and may be restored onto another.
"""

from __future__ import annotations

import argparse
import platform
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from frames import door_frames
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from edge.config import load_settings
from edge.vision.models import ModelStore
from edge.vision.recognizer import Recognizer

LIMIT = 1e-3
"""How much less than 1 the cosine of one face on two processors may be: a seventh of what two
frames differ by that follow each other in the demonstration's clip (0.007 at least, 0.016 as a rule)."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """What a processor made of the frames: *faces* (n, dimension) float32, one a frame.

    *pixels* are the digests of the frames, since a decoder may differ too; *model* and *machine* tell
    whose they are.
    """

    faces: NDArray[np.float32]
    pixels: tuple[str, ...]
    model: str
    machine: str

    def write(self, file: Path) -> None:
        np.savez(file, faces=self.faces, pixels=self.pixels, model=self.model, machine=self.machine)

    @classmethod
    def read(cls, file: Path) -> Vectors:
        with np.load(file) as kept:
            return cls(
                faces=kept["faces"],
                pixels=tuple(map(str, kept["pixels"])),
                model=str(kept["model"]),
                machine=str(kept["machine"]),
            )


def embedded() -> Vectors:
    """Return the vectors of the faces in every second of :func:`frames.door_frames`.

    :raises SystemExit: if no face is found in a frame.
    """
    models = load_settings(None).models
    recognizer = Recognizer.load(ModelStore(models.folder, mirror=models.mirror))
    vectors, pixels = [], []
    for number, frame in enumerate(door_frames()[::2]):
        face = recognizer.largest(frame)
        if face is None:
            raise SystemExit(f"No face is found in frame {number}.")
        vectors.append(recognizer.embed(frame, face).vector)
        pixels.append(sha256(frame.tobytes()).hexdigest())
    return Vectors(
        faces=np.stack(vectors),
        pixels=tuple(pixels),
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
    here = embedded()
    if given.what == "write":
        here.write(given.file)
        return 0
    there = Vectors.read(given.file)
    apart = distances(there, here)

    table = Table("Machines", "Faces", "Same pixels", "Median 1 − cosine", "Largest", "Allowed")
    table.add_row(
        f"{there.machine}, {here.machine}",
        str(len(apart)),
        str(sum(one == other for one, other in zip(there.pixels, here.pixels, strict=True))),
        f"{np.median(apart):.1e}",
        f"{apart.max():.1e}",
        f"{LIMIT:.0e}",
    )
    Console(width=100).print(table)
    return int(apart.max() > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
