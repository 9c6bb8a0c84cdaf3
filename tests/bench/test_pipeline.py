import json
import subprocess
import sys
from pathlib import Path

import pytest

from edge.vision.models import ModelStore

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def measured(
    models: ModelStore, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, float]]:
    """One round of the real program, without the contender whose weights are fetched."""
    folder = tmp_path_factory.mktemp("bench")
    config = folder / "ostiary.toml"
    config.write_text(f'[models]\nfolder = "{models.path("sface").parent}"\n')
    subprocess.run(
        [sys.executable, ROOT / "bench" / "pipeline.py", "--rounds", "1", "--without-dlib",
         "--json", folder / "medians.json"],
        check=True,
        env={"OSTIARY_CONFIG": str(config), "HOME": str(folder), "PATH": ""},
    )  # fmt: skip
    result: dict[str, dict[str, float]] = json.loads((folder / "medians.json").read_text())
    return result


def test_every_pipeline_finds_the_face_in_every_frame(
    measured: dict[str, dict[str, float]],
) -> None:
    """Otherwise times of different work would be compared."""
    found = {name: one["found"] for name, one in measured.items() if one["laps"]}

    assert found == {
        "ostiary": 20,
        "the same with the embedder in float": 20,
        "OpenCV dnn: YuNet + SFace float": 20,
    }


def test_every_embedder_is_timed_on_the_same_weights(
    measured: dict[str, dict[str, float]],
) -> None:
    """Ours in two precisions, OpenCV's, and onnxruntime's two ways."""
    assert len(measured) == 5
    assert all(one["embedding"] > 0 for one in measured.values())
