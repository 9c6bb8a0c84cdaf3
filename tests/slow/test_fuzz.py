"""Thousands of spoilt inputs for whatever reads bytes from outside; hours of it: ``bench/fuzz.py``."""

from __future__ import annotations

import pytest

from tests.fuzz.every_target import TARGETS
from tests.fuzz.target import Target
from tests.fuzz.watching import watched

MANY = 1_000
"""Examples of each target, fewer of slow ones: some four minutes of processor time in all."""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("target", TARGETS.values(), ids=str)
def test_whatever_comes_is_read_or_refused(target: Target) -> None:
    """In a process of its own: not even a decoder that crashes takes anything with it unnamed."""
    tried, finding = watched(target, max(30, round(MANY * target.share)), number=20261125)

    assert finding is None, f"{finding.data[:2000]!r}\n{finding.what}"
    assert tried > len(target.seeds())
