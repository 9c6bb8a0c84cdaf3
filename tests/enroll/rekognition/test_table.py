"""The page about the API tells of every operation what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from enroll.rekognition.operations import OPERATIONS
from enroll.rekognition.table import rewritten, table

PAGE = Path(__file__).parents[3] / "docs" / "rekognition.md"


def test_the_page_is_up_to_date() -> None:
    """`python -m enroll.rekognition` would change nothing."""
    text = PAGE.read_text(encoding="utf-8")
    assert rewritten(text) == text


def test_every_operation_is_told() -> None:
    """All 75, each once, with a sentence."""
    rows = [line for line in table().splitlines() if line.startswith("| `")]
    assert len(rows) == len(OPERATIONS) == 75
    assert all(len(operation.note) > 5 for operation in OPERATIONS)
    assert all(operation.note.endswith(".") for operation in OPERATIONS)


def test_a_page_without_a_place_for_it() -> None:
    """The table is not put anywhere."""
    with pytest.raises(ValueError, match="no place"):
        rewritten("# A page")
