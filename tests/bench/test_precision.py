import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.domain import Pixels
from edge.vision.models import ModelStore

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory, astronaut: Pixels, carphone: list[Pixels]
) -> Path:
    """Hold two people with three photos each, and a list of pairs in two sets."""
    folder = tmp_path_factory.mktemp("photos")
    shots: dict[str, list[Pixels]] = {
        "A": [(astronaut[:260, 90:360] * by).astype(np.uint8) for by in (0.6, 0.8, 1.0)],
        "B": carphone[:90:30],
    }
    for person, pictures in shots.items():
        (folder / person).mkdir()
        for number, pixels in enumerate(pictures, start=1):
            cv2.imwrite(str(folder / person / f"{person}_{number:04d}.png"), pixels)
    one_set = "A\t1\t2\nA\t3\tB\t1\n"
    (folder / "pairs.txt").write_text(f"2\t1\n{one_set}{one_set}")
    return folder


def test_every_way_tells_two_people_apart(models: ModelStore, folder: Path) -> None:
    """In both precisions, in a mirror, and by two alignments; a second run takes what is kept."""
    config = folder / "ostiary.toml"
    config.write_text(f'[models]\nfolder = "{models.path("sface").parent}"\n')
    for _ in range(2):
        told = subprocess.run(
            [sys.executable, ROOT / "bench" / "precision.py", folder, "--pairs",
             folder / "pairs.txt", "--cache", folder / "kept", "--json", folder / "figures.json",
             "--jobs", "1"],
            check=True, capture_output=True, text=True,
            env={**os.environ, "OSTIARY_CONFIG": str(config)},
        ).stdout  # fmt: skip
        figures = json.loads((folder / "figures.json").read_text())
        assert len(figures) == 6
        assert all(one["accuracy"] == 1 for one in figures)
        assert "All pairs of 6 photos" in told
    assert (folder / "kept").stat().st_mode & 0o077 == 0
