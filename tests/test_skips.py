"""Where CI=true, a test may be skipped only for a reason that is known beforehand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import allowed_skips

SKIPPING = """
import pytest

def test_skipped():
    pytest.skip({reason!r})
"""


@pytest.mark.parametrize(
    ("reason", "ci", "status"),
    [
        ("no GPIO chip: there is none here", "true", 0),
        ("nobody knows why", "true", 1),
        ("nobody knows why", "", 0),
    ],
)
def test_an_unknown_reason_fails_the_run_in_ci(
    tmp_path: Path, reason: str, ci: str, status: int
) -> None:
    """An unknown reason is named and fails the run in CI, and nowhere else."""
    (tmp_path / "test_sample.py").write_text(SKIPPING.format(reason=reason), encoding="utf-8")

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", "/dev/null",
         "--rootdir", tmp_path, "-p", "no:cacheprovider", tmp_path],
        cwd=Path(__file__).parent.parent,
        env={"CI": ci, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert run.returncode == status, run.stdout
    assert ("not tolerated" in run.stdout) == bool(status)


def test_the_tolerated_reasons_are_few() -> None:
    """The list has entries, and no empty one that would tolerate everything."""
    reasons = allowed_skips()

    assert reasons
    assert all(len(reason) > 5 for reason in reasons)
