import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.shared_data, pytest.mark.timeout(3600)]


def test_labeled_faces_in_the_wild(tmp_path: Path) -> None:
    """The accuracy that is promised: all pairs of all photos, nothing excluded."""
    lfw = Path(os.environ["OSTIARY_TEST_DATA"]) / "lfw"

    ran = subprocess.run(
        [sys.executable, "-m", "edge", "evaluate", lfw / "images", "--pairs", lfw / "pairs.txt",
         "--json"],
        env=os.environ | {"HOME": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )  # fmt: skip

    report = json.loads(ran.stdout)
    points = {one["target_fmr"]: one for one in report["comparisons"][0]["operating_points"]}
    assert report["photos"] == 13_233
    assert report["comparisons"][0]["impostor_pairs"] > 87_000_000
    assert report["failures"]["count"] <= 5
    assert points[1e-4]["fnmr"] <= 0.0050
    assert points[1e-5]["fnmr"] <= 0.018
    assert report["ten_fold"]["accuracy"] >= 0.9945
