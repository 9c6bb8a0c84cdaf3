"""The accuracy card's command says what it needs, and keeps what it has."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edge.errors import EvaluationError
from edge.evaluation.card.page import read

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

import accuracy


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what is published, so that nothing of it is written over."""
    (tmp_path / "pictures").mkdir()
    results = tmp_path / "accuracy.json"
    results.write_bytes(accuracy.RESULTS.read_bytes())
    for name, path in (
        ("RESULTS", results),
        ("PAGE", tmp_path / "accuracy.md"),
        ("PICTURES", tmp_path / "pictures"),
        ("FACE_ALONE", tmp_path / "measured.py"),
    ):
        monkeypatch.setattr(accuracy, name, path)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command and return its exit status."""
    monkeypatch.setattr(sys, "argv", ["accuracy.py", *arguments])
    return accuracy.main()


@pytest.mark.parametrize("arguments", [(), ("",), ("/nowhere",)])
def test_without_the_photos_it_says_what_it_needs(
    published: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
) -> None:
    """Which collection, in which folders; and nothing is written."""
    before = (published / "accuracy.json").read_bytes()

    status = run(monkeypatch, *arguments)

    told = " ".join(capsys.readouterr().err.split())
    assert status == 1
    assert "make accuracy LFW=FOLDER" in told
    assert "pairs.txt" in told
    assert not (published / "accuracy.md").exists()
    assert (published / "accuracy.json").read_bytes() == before


def test_the_page_can_be_written_without_measuring(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change of its words: the same figures, and the pictures."""
    assert run(monkeypatch, "--write-only") == 0

    page = (published / "accuracy.md").read_text(encoding="utf-8")
    assert page.startswith("# How accurate")
    for picture in published.glob("pictures/*.svg"):
        assert f"(pictures/{picture.name})" in page


def test_results_of_another_embedder_are_not_continued(published: Path) -> None:
    """One page is of one embedder."""
    there = read(published / "accuracy.json")
    made = replace(there.made, sha256="0" * 64)

    with pytest.raises(EvaluationError, match="another embedder"):
        accuracy._continued(made)
    assert accuracy._continued(there.made) == there
