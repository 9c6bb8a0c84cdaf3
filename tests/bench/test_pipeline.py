"""``bench/pipeline.py``, as its user runs it, for a moment."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge.vision.models import ModelStore

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PIPELINES = {
    "ostiary",
    "the same with the embedder in float",
    "OpenCV dnn: YuNet + SFace float",
    "the same, searching at 320 pixels",
}


@pytest.fixture(scope="module")
def measured(models: ModelStore, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """One round of the real program, without the contenders whose packages are fetched."""
    folder = tmp_path_factory.mktemp("bench")
    config = folder / "ostiary.toml"
    config.write_text(f'[models]\nfolder = "{models.path("sface").parent}"\n')
    subprocess.run(
        [sys.executable, ROOT / "bench" / "pipeline.py", "--rounds", "1", "--without-dlib",
         "--sizes", "640x480,320x240", "--threads", "1,2", "--frames", "4",
         "--json", folder / "figures.json"],
        check=True,
        env={"OSTIARY_CONFIG": str(config), "HOME": str(folder), "PATH": "", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    result: list[dict[str, Any]] = json.loads((folder / "figures.json").read_text())
    return result


def test_every_pipeline_finds_the_face_in_every_frame(measured: list[dict[str, Any]]) -> None:
    """On both sizes, with both numbers of threads; else times of different work were compared."""
    looked = [one for one in measured if one["whole"] is not None]

    assert {one["name"].strip() for one in looked} == PIPELINES
    assert {(one["width"], one["threads"]) for one in looked} == {
        (640, 1),
        (640, 2),
        (320, 1),
        (320, 2),
    }
    assert {(one["frames"], one["found"], one["compared"]) for one in looked} == {(4, 4, 4)}


def test_every_embedder_is_timed_on_the_same_weights(measured: list[dict[str, Any]]) -> None:
    """Ours in two precisions, OpenCV's, and onnxruntime's two ways."""
    embedded = [one for one in measured if one["embedding"] is not None and one["threads"] == 1]

    assert len(embedded) == 6
    assert all(one["embedding"] > 0 for one in embedded)


def test_the_memory_of_every_process_is_told(measured: list[dict[str, Any]]) -> None:
    """Each has its own: the embedder in float needs more than the one in eight bits."""
    memory = {
        one["name"].strip(): one["memory"]
        for one in measured
        if (one["width"], one["threads"]) == (640, 1)
    }

    assert all(memory[name] > 30e6 for name in PIPELINES)
    assert memory["the same with the embedder in float"] > memory["ostiary"]
