"""Vectors of two processors are told apart by what a face differs by, not by chance."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
from same_vectors import LIMIT, Vectors, distances

ONE = Vectors(
    faces=np.eye(3, 128, dtype=np.float32),
    frames=np.arange(36, dtype=np.uint8).reshape(3, 2, 2, 3),
    model="m",
    machine="here",
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """A file carries the vectors from one processor to the other unchanged."""
    ONE.write(tmp_path / "vectors.npz")
    read = Vectors.read(tmp_path / "vectors.npz")

    assert np.array_equal(read.faces, ONE.faces)
    assert np.array_equal(read.frames, ONE.frames)
    assert (read.model, read.machine) == (ONE.model, ONE.machine)


def test_one_face_that_differs_is_seen() -> None:
    """The largest distance counts, and does not drown in those of faces that are the same."""
    faces = ONE.faces.copy()
    faces[1, 2] = 0.1

    apart = distances(ONE, replace(ONE, faces=faces))

    assert apart[0] == apart[2] == 0
    assert apart[1] == pytest.approx(1 - 1 / np.sqrt(1.01))
    assert apart[1] > LIMIT


def test_vectors_of_another_model_are_not_compared() -> None:
    """Between models a cosine means nothing."""
    with pytest.raises(SystemExit, match="another model"):
        distances(ONE, replace(ONE, model="other"))
