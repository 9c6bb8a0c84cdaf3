"""Five hundred kills and five hundred power cuts, in the midst of everything that a device does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from edge.vision.models import ModelStore

PROGRAM = Path(__file__).parents[2] / "bench" / "power.py"

EVERYTHING = frozenset(
    {
        "Admit",
        "BackUp",
        "ChangeKey",
        "ChangeModel",
        "Enrol",
        "Erase",
        "HandOver",
        "Record",
        "Recover",
        "Restore",
        "SetPin",
        "migrating",
        "peace",
        "starting",
    }
)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("kills", "cuts"), [(500, 0), (0, 500)])
def test_nothing_is_lost(models: ModelStore, kills: int, cuts: int) -> None:
    """Each hits everything; `bench/power.py` goes on for hours, and repeats the cuts of a seed."""
    command = [sys.executable, PROGRAM, "--kills", kills, "--cuts", cuts, "--seed", 20261125]
    done = subprocess.run(
        [str(each) for each in command],
        env={"OSTIARY_TEST_MODELS": str(models.path("sface").parent)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert f"{kills} kills and {cuts} cuts" in done.stdout
    hit = set(re.findall(r"in (\w+)(?:,|$)", done.stdout, re.MULTILINE))
    # A deed of one file takes a millisecond, which a kill may miss each time.
    assert len(EVERYTHING - hit) <= (2 if kills else 0)
