from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.every_target import TARGETS
from tests.fuzz.target import Target
from tests.fuzz.watching import examples

FEW = 12
"""Examples of each target; thousands are tried in the slow suite."""


@pytest.mark.parametrize("target", TARGETS.values(), ids=str)
def test_whatever_comes_is_read_or_refused(target: Target, tmp_path: Path) -> None:
    """Good inputs, and the same few spoilt ones in every run, are read as promised."""
    with target.open(tmp_path) as read:
        tried = examples(target, read, round(FEW * min(target.share, 1)), None, None)
    assert tried > len(target.seeds())
