import ast
import subprocess
import sys
from pathlib import Path

import pytest

from edge.vision.catalogue import (
    sface_calibration,
    sface_int8_calibration,
    sface_int8_mirror_calibration,
)

ROOT = Path(__file__).parents[2]

CALIBRATIONS = {
    "FLOAT": sface_calibration,
    "INT8": sface_int8_calibration,
    "INT8_MIRROR": sface_int8_mirror_calibration,
}
EACH = pytest.mark.parametrize("name", CALIBRATIONS)


@EACH
def test_the_committed_calibration_is_what_the_program_writes(name: str) -> None:
    """Nobody has touched the numbers by hand: written again, the module is the same text."""
    path = Path(str(CALIBRATIONS[name].__file__))
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import calibrate\n"
        "from edge.vision.catalogue import sface\n"
        "card = getattr(sface, sys.argv[2])\n"
        "print(calibrate.module_text(card.calibration), end='')"
    )

    written = subprocess.run(
        [sys.executable, "-c", code, ROOT / "bench", name],
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert written == path.read_text(encoding="utf-8")
    ast.parse(written)


@EACH
def test_the_committed_calibration_says_what_it_was_fitted_to(name: str) -> None:
    """Data, pairs, what was left out, model, date and command."""
    for word in ("photos", "impostor", "nothing left out", "sface", "2026", "bench/calibrate.py"):
        assert word in CALIBRATIONS[name].PROVENANCE


@EACH
def test_what_unlocks_was_measured_and_not_extrapolated(name: str) -> None:
    """The last knot but the end is below FMR 1e-5, which 99 % stands for."""
    *measured, end = CALIBRATIONS[name].KNOTS

    assert measured[-1][1] < -5
    assert end[0] == 1
