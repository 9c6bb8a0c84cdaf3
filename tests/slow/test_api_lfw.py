"""The API finds on many faces whom the pipeline finds, and nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KNOWN, STRANGERS = 60, 60


@pytest.mark.slow
@pytest.mark.shared_data
def test_the_api_answers_as_the_pipeline_does(tmp_path: Path) -> None:
    """Every answer of SearchFacesByImage is the pipeline's own; the benchmark fails otherwise."""
    folder = Path(os.environ["OSTIARY_TEST_DATA"]) / "lfw/images"
    people = sorted(each for each in folder.iterdir() if each.is_dir())
    several = [each for each in people if len(list(each.iterdir())) > 1][:KNOWN]
    single = [each for each in people if len(list(each.iterdir())) == 1][:STRANGERS]
    for person in (*several, *single):
        (tmp_path / person.name).symlink_to(person)

    result = subprocess.run(
        [sys.executable, "bench/rekognition.py", "accuracy", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{KNOWN + STRANGERS}" in result.stdout
