"""Thousands of spoilt inputs for whatever reads bytes from outside; hours of it: ``bench/fuzz.py``."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.every_target import TARGETS
from tests.fuzz.target import Target

ROOT = Path(__file__).parent.parent.parent

MANY = 1_000
"""Examples of each target, fewer of slow ones: some four minutes of processor time in all."""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("target", TARGETS.values(), ids=str)
def test_whatever_comes_is_read_or_refused(target: Target, tmp_path: Path) -> None:
    """In a process that did nothing before: neither its threads nor its memory are another test's."""
    findings = tmp_path / "findings"
    bench = [sys.executable, str(ROOT / "bench" / "fuzz.py"), target.name]
    options = ["--examples", str(MANY), "--seed", "20261125", "--findings", str(findings)]

    ended = subprocess.run(
        [*bench, *options], cwd=ROOT, capture_output=True, check=False, text=True
    )

    told = "\n".join(path.read_text() for path in sorted(findings.glob("*.txt")))
    assert ended.returncode == 0, f"{told}\n{ended.stderr[-2000:]}"
    row = re.search(rf"{target.name} +│ hypothesis +│ +([\d,]+)", ended.stdout)
    assert row is not None, ended.stdout
    assert int(row[1].replace(",", "")) > len(target.seeds())
