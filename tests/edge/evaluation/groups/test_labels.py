from __future__ import annotations

from pathlib import Path

import pytest

from edge.errors import EvaluationError
from edge.evaluation.groups.labels import read_labels

PEOPLE = {"Ann", "Bea", "Cem"}


def read(tmp_path: Path, text: str) -> object:
    """Write *text* to a table, and read it."""
    path = tmp_path / "groups.csv"
    path.write_text(text, encoding="utf-8")
    return read_labels(path, PEOPLE)


def test_people_are_in_the_groups_that_they_said(tmp_path: Path) -> None:
    """Whoever said nothing in a column is in none of its groups."""
    path = tmp_path / "groups.csv"
    path.write_text("person,glasses,shift\nAnn,yes,\n\nBea, no ,night\n", encoding="utf-8-sig")

    labels = read_labels(path, PEOPLE)

    assert labels.columns == ("glasses", "shift")
    assert labels.groups("glasses") == {"no": frozenset({"Bea"}), "yes": frozenset({"Ann"})}
    assert labels.groups("shift") == {"night": frozenset({"Bea"})}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "first line"),
        ("name,glasses\nAnn,yes\n", "first line"),
        ("person\nAnn\n", "first line"),
        ("person,a,a\nAnn,1,2\n", "first line"),
        ("person,a\nAnn,1\nDan,2\n", "line 3 names somebody without a folder"),
        ("person,a\nAnn,1\nAnn,2\n", "line 3 names somebody a second time"),
        ("person,a\nAnn,1,2\n", "line 2 has 3 cells, not 2"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    """A misspelt name would silently change the figures; it is told by its line, not by name."""
    with pytest.raises(EvaluationError, match=fault) as refused:
        read(tmp_path, text)

    assert "Dan" not in str(refused.value)


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Named on the command line, it must exist."""
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_labels(tmp_path / "none.csv", PEOPLE)
