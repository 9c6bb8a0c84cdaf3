"""``bench/limit.py``, as its user runs it, for a moment."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from edge.vision.models import ModelStore

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def test_every_network_is_held_against_the_limit(models: ModelStore, tmp_path: Path) -> None:
    """What a door runs, and the embedder in float; what has no file to be counted is named."""
    config = tmp_path / "ostiary.toml"
    config.write_text(f'[models]\nfolder = "{models.path("sface").parent}"\n')

    subprocess.run(
        [sys.executable, ROOT / "bench" / "limit.py", "--rounds", "5",
         "--json", tmp_path / "limit.json"],
        check=True,
        env={"OSTIARY_CONFIG": str(config), "PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(tmp_path)},
    )  # fmt: skip

    found = json.loads((tmp_path / "limit.json").read_text())
    networks = {one["name"]: one for one in found["networks"]}
    assert networks.keys() >= {"yunet", "face-mesh", "sface", "sface-int8"}
    assert networks["sface-int8"]["int8"] > 0.9
    assert networks["yunet"]["shape"] == [1, 256, 320, 3]
    assert networks["sface"]["int8"] == 0
    assert all(one["gmac_a_second"] > 0 for one in networks.values())
    assert found["peaks"]["eight"] > 0
