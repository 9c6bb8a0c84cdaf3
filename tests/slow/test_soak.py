"""A door that looks at thousands of frames takes no more memory in the end, and no more descriptors."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from edge.vision.models import ModelStore

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))
import soak

FRAMES = int(os.environ.get("OSTIARY_SOAK_FRAMES", "2000"))
"""48 hours at 12 frames a second are 2,073,600; `bench/soak.py` runs them all."""


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_memory_is_flat_and_descriptors_are_given_back(tmp_path: Path, models: ModelStore) -> None:
    """By regression over the second half; the man was let in again and again meanwhile."""
    run = soak.soaked(tmp_path, frames=FRAMES, liveness="off", models=models.path("sface").parent)
    assert not run.faults, run.faults
    assert run.unlocks >= FRAMES // 200
