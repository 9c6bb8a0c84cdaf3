import ast
import subprocess
import sys
from pathlib import Path

import edge.vision.catalogue.sface_calibration as committed

ROOT = Path(__file__).parents[2]


def test_the_committed_calibration_is_what_the_program_writes() -> None:
    """Nobody has touched the numbers by hand: written again, the module is the same text."""
    path = Path(str(committed.__file__))
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import calibrate\n"
        "from edge.vision.catalogue.sface import CARD\n"
        "print(calibrate.module_text(CARD.calibration), end='')"
    )

    written = subprocess.run(
        [sys.executable, "-c", code, ROOT / "bench"], check=True, capture_output=True, text=True
    ).stdout

    assert written == path.read_text(encoding="utf-8")
    ast.parse(written)


def test_the_committed_calibration_says_what_it_was_fitted_to() -> None:
    """Data, pairs, what was left out, model, date and command."""
    for word in ("photos", "impostor", "nothing left out", "sface", "2026", "bench/calibrate.py"):
        assert word in committed.PROVENANCE


def test_what_unlocks_was_measured_and_not_extrapolated() -> None:
    """The last knot but the end is below FMR 1e-5, which 99 % stands for."""
    *measured, end = committed.KNOTS

    assert measured[-1][1] < -5
    assert end[0] == 1
